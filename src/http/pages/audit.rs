//! `/utilities/security/audit`: what happened, the newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use rekey_events::names::username_key;
use rekey_events::store::audit::{EventFilter, EventPage};
use rekey_events::{AccountId, Permission};
use serde::{Deserialize, Serialize};

use super::history::{ShownEvent, told};
use super::page as rendered;
use super::tongue::Tongue;
use super::visitor::Visitor;
use crate::audit::types;
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
    /// Days, in the reader's zone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    since: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    until: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit<'a> {
    page: &'a Visitor,
    wanted: &'a Wanted,
    /// Whether there is nobody of the name asked for.
    nobody: bool,
    kinds: Vec<&'static str>,
    events: Vec<ShownEvent>,
    older: Option<String>,
    is_newest: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    app.service.authorise(&visitor.call.caller, Permission::Audit).await?;
    let account = wanted.account(&app).await?;
    let nobody = account.is_none() && !wanted.account.trim().is_empty();
    let found = match nobody {
        true => EventPage::default(),
        false => app.service.store().events(&wanted.filter(&visitor.tongue, account)).await?,
    };
    rendered(&Audit {
        page: &visitor,
        nobody,
        kinds: types(),
        events: told(app.service.store(), &visitor.tongue, &found.events).await?,
        older: found.next.map(|before| wanted.older(before)),
        is_newest: wanted.before.is_none(),
        wanted: &wanted,
    })
}

impl Wanted {
    /// The account of the name asked for.
    async fn account(&self, app: &App) -> Result<Option<AccountId>, Problem> {
        let Some(key) = username_key(&self.account) else { return Ok(None) };
        Ok(app.service.store().person_by_username(&key).await?.map(|person| person.account_id))
    }

    fn filter(&self, tongue: &Tongue, account: Option<AccountId>) -> EventFilter {
        let day = |text: &str| text.parse::<Date>().ok();
        EventFilter {
            account,
            kinds: Some(self.kind.clone()).filter(|kind| !kind.is_empty()).into_iter().collect(),
            since: day(&self.since).and_then(|day| tongue.beginning_of(day)),
            until: day(&self.until).and_then(|day| tongue.beginning_of(day.tomorrow().ok()?)),
            before: self.before,
            limit: PAGE,
            ..EventFilter::default()
        }
    }

    /// The address of what is before this position.
    fn older(&self, before: i64) -> String {
        let older = Self { before: Some(before), ..self.clone() };
        format!("?{}", serde_urlencoded::to_string(older).unwrap_or_default())
    }
}
