//! `/utilities/security/audit`: what happened, the newest first.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use rekey_events::envelope::StoredEvent;
use rekey_events::names::username_key;
use rekey_events::store::audit::{EventFilter, EventPage};
use rekey_events::{AccountId, Permission};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::history::{ShownEvent, told};
use super::page as rendered;
use super::story::sentence;
use super::tongue::Tongue;
use super::visitor::Visitor;
use crate::audit::story::one;
use crate::audit::{is_actor, reasons, types};
use crate::http::App;
use crate::http::params::Query;
use crate::problem::Problem;

/// Events on one page.
const PAGE: i64 = 50;

/// Which events, as the form has it.
#[derive(Clone, Default, Deserialize, Serialize)]
pub(super) struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    account: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    kind: String,
    /// A username, or as the metadata have it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    actor: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    correlation: String,
    /// Days, in the reader's zone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    since: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    until: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<i64>,
}

/// The fields that hold what cannot be looked for.
type Wrong = Vec<&'static str>;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit<'a> {
    page: &'a Visitor,
    wanted: &'a Wanted,
    wrong: Wrong,
    kinds: Vec<&'static str>,
    /// In the reader's words, and as events have them.
    reasons: BTreeSet<(String, &'static str)>,
    /// What became of the reset that is asked for, in one sentence.
    story: Option<String>,
    events: Vec<ShownEvent>,
    older: Option<String>,
    is_newest: bool,
}

impl Audit<'_> {
    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.contains(&field)
    }
}

pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    app.service.authorise(&visitor.call.caller, Permission::Audit).await?;
    let (filter, wrong) = wanted.filter(&app, &visitor.tongue).await?;
    let found = match wrong.is_empty() {
        true => app.service.store().events(&filter).await?,
        false => EventPage::default(),
    };
    let story = match filter.correlation {
        Some(reset) => story(&app, &visitor.tongue, reset, &found.events).await?,
        None => None,
    };
    rendered(&Audit {
        page: &visitor,
        story,
        wrong,
        kinds: types(),
        reasons: reasons().iter().map(|code| (visitor.say(&format!("why-{code}")), code.as_str())).collect(),
        events: told(app.service.store(), &visitor.tongue, &found.events).await?,
        older: found.next.map(|before| wanted.older(before)),
        is_newest: wanted.before.is_none(),
        wanted: &wanted,
    })
}

impl Wanted {
    /// What is asked for, and which fields make no sense.
    async fn filter(&self, app: &App, tongue: &Tongue) -> Result<(EventFilter, Wrong), Problem> {
        let (account, actor) = (account(app, &self.account).await?, actor(app, self.actor.trim()).await?);
        let correlation = self.correlation.trim().parse().ok();
        let since = self.since.parse().ok().and_then(|day| tongue.beginning_of(day));
        let until = self.until.parse::<Date>().and_then(Date::tomorrow).ok();
        let until = until.and_then(|day| tongue.beginning_of(day));
        let is_kind = types().contains(&self.kind.as_str());
        let read = [
            ("kind", &self.kind, is_kind),
            ("reason", &self.reason, reasons().contains(&self.reason)),
            ("account", &self.account, account.is_some()),
            ("actor", &self.actor, actor.is_some()),
            ("correlation", &self.correlation, correlation.is_some()),
            ("since", &self.since, since.is_some()),
            ("until", &self.until, until.is_some()),
        ];
        let wrong = read.into_iter().filter(|(_, text, is_read)| !is_read && !is_blank(text));
        let wrong = wrong.map(|(field, _, _)| field).collect();
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let filter = EventFilter {
            account,
            kinds: some(&self.kind).into_iter().collect(),
            actor,
            reason: some(&self.reason),
            correlation,
            since,
            until,
            before: self.before,
            limit: PAGE,
            ..EventFilter::default()
        };
        Ok((filter, wrong))
    }

    /// Whether there is more asked for than what is always shown.
    fn asks_for_more(&self) -> bool {
        [&self.actor, &self.reason, &self.correlation].into_iter().any(|text| !is_blank(text))
    }

    /// The address of what is before this position.
    fn older(&self, before: i64) -> String {
        let older = Self { before: Some(before), ..self.clone() };
        format!("?{}", serde_urlencoded::to_string(older).unwrap_or_default())
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// The account of this name.
async fn account(app: &App, name: &str) -> Result<Option<AccountId>, Problem> {
    let Some(key) = username_key(name) else { return Ok(None) };
    Ok(app.service.store().person_by_username(&key).await?.map(|person| person.account_id))
}

/// Who it was: as the metadata have it, or the account of this name.
async fn actor(app: &App, name: &str) -> Result<Option<String>, Problem> {
    match account(app, name).await? {
        Some(account) => Ok(Some(format!("account:{account}"))),
        None => Ok(Some(name.to_owned()).filter(|name| is_actor(name))),
    }
}

/// What became of a reset, of which there are these events.
async fn story(
    app: &App,
    tongue: &Tongue,
    reset: Uuid,
    events: &[StoredEvent],
) -> Result<Option<String>, Problem> {
    let store = app.service.store();
    let account = events.iter().find_map(|event| event.subject);
    let Some(story) = one(store, reset, account).await? else { return Ok(None) };
    let accounts: Vec<_> = story.account.into_iter().chain(story.by).collect();
    Ok(Some(sentence(tongue, &story, &store.people(&accounts).await?)))
}
