//! `/utilities/security/users/{id}`: one user, and what can be done for them.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use rekey_events::Permission;
use rekey_events::rows::{AccountRow, PersonRow};
use rekey_events::store::audit::EventFilter;
use serde::Deserialize;

use super::form::Form;
use super::history::{ShownEvent, told};
use super::notice::Notice;
use super::page as rendered;
use super::sign_in::Nothing;
use super::trouble;
use super::visitor::{Visitor, Who};
use crate::http::App;
use crate::http::caller::outcome;
use crate::http::params::{Named, Query};
use crate::problem::{Kind, Problem};
use crate::service::accounts::parse_account;
use crate::service::call::Outcome;

/// What is said on arrival, by the query's `done`.
const DONE: [&str; 4] = ["reset-sent", "factor-reset", "link-ended", "suppression-lifted"];
/// What is said on arrival after a link was issued to an address that gets no mails.
const SUPPRESSED: &str = "reset-suppressed";
/// Events on the page at most: the newest.
const EVENTS: i64 = 100;

#[derive(Template)]
#[template(path = "user.html")]
struct User<'a> {
    page: &'a Visitor,
    notice: Option<Notice>,
    account: AccountRow,
    /// Nothing when erased.
    person: Option<PersonRow>,
    name: String,
    reset: Deed,
    factor: Deed,
    /// Until when nothing is sent to the address.
    suppressed_until: Option<String>,
    may_lift: bool,
    /// Which confirmation is open.
    asks: &'a str,
    events: Vec<ShownEvent>,
}

/// Whether something can be done, or why not.
struct Deed {
    /// The key of the reason why not.
    because: Option<&'static str>,
    /// Where that can be mended.
    mend: Option<&'static str>,
}

/// How one comes here.
#[derive(Default, Deserialize)]
struct Arrival {
    #[serde(default)]
    ask: String,
    #[serde(default)]
    done: String,
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/utilities/security/users/{id}", get(page))
        .route("/utilities/security/users/{id}/reset", post(reset))
        .route("/utilities/security/users/{id}/second-factor", post(reset_second_factor))
        .route("/utilities/security/users/{id}/end-link", post(end_link))
        .route("/utilities/security/users/{id}/lift-suppression", post(lift_suppression))
}

async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    let notice = match arrival.done.as_str() {
        SUPPRESSED => Some(Notice::bad(visitor.say("done-reset-suppressed"))),
        done => Notice::done(&visitor, &DONE, done),
    };
    shown(&app, &visitor, &id, notice, &arrival.ask).await
}

async fn shown(
    app: &App,
    visitor: &Visitor,
    id: &str,
    notice: Option<Notice>,
    asks: &str,
) -> Result<Response, Problem> {
    let who = visitor.who()?;
    app.service.authorise(&visitor.call.caller, Permission::UsersView).await?;
    let id = parse_account(id)?;
    let account = app.service.store().account(id).await?.ok_or(Kind::NotFound)?;
    let person = app.service.store().person(id).await?;
    let suppressed_until = app.service.store().suppressed_until(id, visitor.call.context.at).await?;
    let filter = EventFilter { account: Some(id), limit: EVENTS, ..EventFilter::default() };
    let events = app.service.store().events(&filter).await?.events;
    rendered(&User {
        page: visitor,
        notice,
        name: person.as_ref().map_or_else(|| visitor.say("erased"), |person| person.display_name.clone()),
        reset: Deed::reset(who, &account),
        suppressed_until: suppressed_until.map(|until| visitor.tongue.moment(until.micros())),
        may_lift: who.may(Permission::Mail),
        factor: Deed::factor(who, &account),
        events: told(app.service.store(), &visitor.tongue, &events).await?,
        account,
        person,
        asks,
    })
}

impl Deed {
    const POSSIBLE: Self = Self { because: None, mend: None };

    fn impossible(because: &'static str) -> Self {
        Self { because: Some(because), mend: None }
    }

    fn reset(who: &Who, account: &AccountRow) -> Self {
        let of_account = match account.by_administrator.as_str() {
            "eligible" => Self::POSSIBLE,
            "erased" => Self::impossible("because-erased"),
            _ => Self::impossible("because-never-signed-in"),
        };
        Self::lacking(who, Permission::UsersResetPasswords).unwrap_or(of_account)
    }

    fn factor(who: &Who, account: &AccountRow) -> Self {
        let has_factor = account.factor_id.is_some();
        let of_account = if has_factor { Self::POSSIBLE } else { Self::impossible("because-no-factor") };
        Self::lacking(who, Permission::UsersResetSecondFactor).unwrap_or(of_account)
    }

    /// What the administrator lacks. The last word has the command.
    fn lacking(who: &Who, permission: Permission) -> Option<Self> {
        if !who.may(permission) {
            Some(Self::impossible("because-no-permission"))
        } else if who.account.factor_id.is_none() {
            Some(Self { mend: Some("/profile#second-factor"), ..Self::impossible("because-no-own-factor") })
        } else if !who.session.second_factor {
            Some(Self::impossible("because-factor-unused"))
        } else {
            None
        }
    }
}

async fn reset(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let account = parse_account(&id)?;
    let done = outcome(&app, &call, || app.service.issue_admin_reset(&call, account)).await;
    let is_suppressed = done.as_ref().is_ok_and(|answer| answer.body.contains_key("suppressed_until"));
    after(&app, &visitor, &id, done, if is_suppressed { SUPPRESSED } else { "reset-sent" }).await
}

async fn lift_suppression(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let account = parse_account(&id)?;
    let done = outcome(&app, &call, || app.service.lift_suppression(&call, account)).await;
    after(&app, &visitor, &id, done, "suppression-lifted").await
}

async fn reset_second_factor(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let account = parse_account(&id)?;
    let done = outcome(&app, &call, || app.service.reset_second_factor(&call, account)).await;
    after(&app, &visitor, &id, done, "factor-reset").await
}

async fn end_link(
    State(app): State<App>,
    visitor: Visitor,
    Named(id): Named,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let account = parse_account(&id)?;
    let done = outcome(&app, &call, || app.service.revoke_reset(&call, account)).await;
    after(&app, &visitor, &id, done, "link-ended").await
}

/// The user's page again: what was done, or why it was not.
async fn after(
    app: &App,
    visitor: &Visitor,
    id: &str,
    outcome: Outcome,
    done: &str,
) -> Result<Response, Problem> {
    let problem = match outcome {
        Ok(_) => {
            return Ok(Redirect::to(&format!("/utilities/security/users/{id}?done={done}")).into_response());
        }
        Err(problem) => problem,
    };
    let key = match problem.kind {
        Kind::NotEligible => "refused-not-eligible",
        Kind::NotPossible => "refused-not-possible",
        Kind::MissingPermission => "because-no-permission",
        Kind::SecondFactorRequired if visitor.who()?.account.factor_id.is_none() => "because-no-own-factor",
        Kind::SecondFactorRequired => "because-factor-unused",
        _ => return Err(problem),
    };
    let notice = Some(Notice::bad(visitor.say(key)));
    let page = shown(app, visitor, id, notice, "").await?;
    Ok(trouble::beside(problem, page))
}
