//! `/profile`: one's own password, second factor, sessions and preferences.

mod password;
mod preferences;
mod recovery_codes;
mod second_factor;
mod sessions;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::notice::Notice;
use super::page as rendered;
use super::return_to::{allowed, host};
use super::visitor::Visitor;
use crate::http::App;
use crate::http::params::Query;
use crate::problem::Problem;
use sessions::ShownSession;

/// What is said on arrival, by the query's `done`.
const DONE: [&str; 6] =
    ["password", "factor-removed", "session-ended", "sessions-ended", "preferences", "factor-enrolled"];

#[derive(Template)]
#[template(path = "profile.html")]
struct Profile<'a> {
    page: &'a Visitor,
    notice: Option<Notice>,
    password: PasswordErrors,
    sessions: Vec<ShownSession>,
    has_factor: bool,
    /// Whether it was used in this session.
    used_factor: bool,
    must_change: bool,
    zones: Vec<String>,
    own_zone: &'a str,
    return_to: Option<(&'a str, &'a str)>,
}

/// What is wrong with a change of password, by field.
#[derive(Default)]
struct PasswordErrors {
    current: Vec<String>,
    new: Vec<String>,
    confirm: Vec<String>,
}

/// How one comes here.
#[derive(Default, Deserialize)]
struct Arrival {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    done: String,
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/profile", get(page))
        .route("/profile/password", post(password::submit))
        .route("/profile/preferences", post(preferences::submit))
        .route("/profile/second-factor", get(second_factor::page).post(second_factor::offer))
        .route("/profile/second-factor/confirm", post(second_factor::confirm))
        .route("/profile/second-factor/remove", post(second_factor::remove))
        .route("/profile/recovery-codes", post(recovery_codes::replace))
        .route("/profile/sessions/others", post(sessions::end_others))
        .route("/profile/sessions/{id}", post(sessions::end))
}

async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    let notice = Notice::done(&visitor, &DONE, &arrival.done);
    shown(&app, &visitor, notice, PasswordErrors::default(), &arrival.return_to).await
}

async fn shown(
    app: &App,
    visitor: &Visitor,
    notice: Option<Notice>,
    password: PasswordErrors,
    return_to: &str,
) -> Result<Response, Problem> {
    let who = visitor.who()?;
    let back = allowed(&visitor.house, return_to);
    let own_zone = who.person.zone.as_deref().unwrap_or("UTC");
    rendered(&Profile {
        page: visitor,
        notice,
        password,
        sessions: sessions::of(app, visitor, who).await?,
        has_factor: who.account.factor_id.is_some(),
        used_factor: who.session.second_factor,
        must_change: who.account.must_change,
        zones: preferences::zones(own_zone),
        own_zone,
        return_to: back.and_then(|address| Some((address, host(&visitor.house, address)?))),
    })
}

/// The page again, saying why something was not done.
async fn refused(app: &App, visitor: &Visitor, status: StatusCode, key: &str) -> Result<Response, Problem> {
    let notice = Some(Notice::bad(visitor.say(key)));
    let page = shown(app, visitor, notice, PasswordErrors::default(), "").await?;
    Ok((status, page).into_response())
}
