//! `/sign-in` and `/sign-out`.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use rekey_events::Language;
use rekey_events::env::random;
use rekey_workers::words::find_zone;
use serde::Deserialize;

use super::cookies::{self, Name};
use super::form::Form;
use super::notice::Notice;
use super::return_to::{allowed, host, kept};
use super::trouble;
use super::visitor::Visitor;
use super::{code_step, page as rendered};
use crate::credential::policy;
use crate::http::App;
use crate::http::params::Query;
use crate::http::text::{Line, Password, any_length};
use crate::problem::{Kind, Problem};
use crate::service::sign_in::Opened;
use crate::service::two_steps::FirstStep;

/// What is said on arrival, by the query's `done`.
const DONE: [&str; 3] = ["reset", "out", "begin-again"];

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    page: &'a Visitor,
    notice: Option<Notice>,
    username: &'a str,
    errors: SignInErrors,
    return_to: &'a str,
    /// The host that people are sent back to, when that is elsewhere.
    back: Option<&'a str>,
    forgot: String,
}

/// What is wrong with what was typed, by field.
#[derive(Default)]
struct SignInErrors {
    username: Vec<String>,
    password: Vec<String>,
}

/// How one comes here.
#[derive(Deserialize)]
pub(super) struct Arrival {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    done: String,
}

/// Wherever one begins.
pub(super) async fn home(visitor: Visitor) -> Redirect {
    Redirect::to(if visitor.who.is_some() { "/profile" } else { "/sign-in" })
}

pub(super) async fn page(visitor: Visitor, Query(arrival): Query<Arrival>) -> Result<Response, Problem> {
    let notice = Notice::done(&visitor, &DONE, &arrival.done);
    shown(&visitor, notice, SignInErrors::default(), "", &arrival.return_to)
}

fn shown(
    visitor: &Visitor,
    notice: Option<Notice>,
    errors: SignInErrors,
    username: &str,
    return_to: &str,
) -> Result<Response, Problem> {
    let return_to = allowed(&visitor.house, return_to).unwrap_or_default();
    rendered(&SignIn {
        page: visitor,
        notice,
        username,
        errors,
        return_to,
        back: host(&visitor.house, return_to),
        forgot: kept("/forgot-password", host(&visitor.house, return_to).map_or("", |_| return_to)),
    })
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    #[serde(default)]
    username: String,
    #[serde(deserialize_with = "any_length")]
    password: Password,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    return_to: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, typed): Form<Credentials>,
) -> Result<Response, Problem> {
    let call = call.never_repeated();
    if let Some(errors) = too_long(&visitor, &typed) {
        let page = shown(&visitor, None, errors, &typed.username, &typed.return_to)?;
        return Ok(trouble::beside(Kind::InvalidRequest.into(), page));
    }
    let step = app.service.sign_in_first(&call, &visitor.browser, &typed.username, &typed.password).await;
    match step {
        Ok(FirstStep::Opened(opened)) => enter(&app, &visitor, &opened, &typed.zone, &typed.return_to).await,
        Ok(FirstStep::CodeNeeded(ticket)) => {
            code_step::shown(&visitor, ticket.as_str(), None, &typed.zone, &typed.return_to)
        }
        Err(problem) => refused(&visitor, problem, &typed),
    }
}

/// What cannot be right because of its length, such as more than the password that was pasted. Nothing is compared.
fn too_long(visitor: &Visitor, typed: &Credentials) -> Option<SignInErrors> {
    let said =
        |is_too_long: bool, key: &str| is_too_long.then(|| visitor.say(key)).into_iter().collect::<Vec<_>>();
    let errors = SignInErrors {
        username: said(Line::<256>::is_too_long(&typed.username), "field-too-long"),
        password: said(policy::is_too_long(&typed.password), "field-too-long"),
    };
    (!errors.username.is_empty() || !errors.password.is_empty()).then_some(errors)
}

/// The page again, saying why; what was typed is kept, but for the password.
fn refused(visitor: &Visitor, problem: Problem, typed: &Credentials) -> Result<Response, Problem> {
    if ![Kind::WrongCredentials, Kind::TooManyAttempts].contains(&problem.kind) {
        return Err(problem);
    }
    let notice = Notice::bad(visitor.say_with_wait(&format!("sign-in-{}", problem.kind.name()), &problem));
    let page = shown(visitor, Some(notice), SignInErrors::default(), &typed.username, &typed.return_to)?;
    Ok(trouble::beside(problem, page))
}

/// Goes in with a session just opened.
pub(super) async fn enter(
    app: &App,
    visitor: &Visitor,
    opened: &Opened,
    zone: &str,
    return_to: &str,
) -> Result<Response, Problem> {
    let language: Language = visitor.tongue.language;
    let zone = Some(zone).filter(|zone| find_zone(zone).is_some());
    app.service.store().guess_preferences(opened.account_id, language, zone).await?;
    let to = match allowed(&visitor.house, return_to) {
        Some(address) if !opened.must_change_password => address,
        _ => "/profile",
    };
    // Who signs in anew in a browser has done with what was before.
    leave_session(app, visitor).await?;
    Ok(changed(app, visitor, &cookies::set(Name::Session, &opened.token, visitor.house.secure), to))
}

/// Ends the session that the browser had, if it had one.
async fn leave_session(app: &App, visitor: &Visitor) -> Result<(), Problem> {
    let Some(who) = &visitor.who else { return Ok(()) };
    match app.service.end_session(who.session.session_id, who.session.account_id).await {
        Err(problem) if problem.kind != Kind::NotFound => Err(problem),
        _ => Ok(()),
    }
}

/// Goes on as somebody else: forms and tickets of before are none any more.
fn changed(app: &App, visitor: &Visitor, session: &HeaderValue, to: &str) -> Response {
    let fresh = hex::encode(random::<32>(app.service.env()));
    let browser = cookies::set(Name::Browser, &fresh, visitor.house.secure);
    let cookies = [(header::SET_COOKIE, session.clone()), (header::SET_COOKIE, browser)];
    (AppendHeaders(cookies), Redirect::to(to)).into_response()
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Signs out. Whoever is signed out already is as well.
pub(super) async fn out(
    State(app): State<App>,
    visitor: Visitor,
    Form(_, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    leave_session(&app, &visitor).await?;
    let cookie = cookies::forget(Name::Session, visitor.house.secure);
    Ok(changed(&app, &visitor, &cookie, "/sign-in?done=out"))
}
