//! `/sign-in/code`: the second factor, as a step of its own.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::Form;
use super::notice::Notice;
use super::return_to::kept;
use super::trouble;
use super::visitor::Visitor;
use super::{page as rendered, sign_in};
use crate::http::App;
use crate::http::text::Line;
use crate::problem::{Kind, Problem};

#[derive(Template)]
#[template(path = "code_step.html")]
struct CodeStep<'a> {
    page: &'a Visitor,
    notice: Option<Notice>,
    ticket: &'a str,
    zone: &'a str,
    return_to: &'a str,
}

/// Whoever comes by address has not given a password yet.
pub(super) async fn page() -> Redirect {
    Redirect::to("/sign-in")
}

pub(super) fn shown(
    page: &Visitor,
    ticket: &str,
    notice: Option<Notice>,
    zone: &str,
    return_to: &str,
) -> Result<Response, Problem> {
    rendered(&CodeStep { page, notice, ticket, zone, return_to })
}

#[derive(Deserialize)]
pub(super) struct Code {
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    return_to: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, typed): Form<Code>,
) -> Result<Response, Problem> {
    let call = call.never_repeated();
    if Line::<64>::is_too_long(&typed.code) {
        let notice = Notice::bad(visitor.say("code-too-long"));
        let page = shown(&visitor, &typed.ticket, Some(notice), &typed.zone, &typed.return_to)?;
        return Ok(trouble::beside(Kind::InvalidRequest.into(), page));
    }
    match app.service.sign_in_second(&call, &visitor.browser, &typed.ticket, &typed.code).await {
        Ok(opened) => sign_in::enter(&app, &visitor, &opened, &typed.zone, &typed.return_to).await,
        Err(problem) if problem.kind == Kind::NotSignedIn => {
            Ok(Redirect::to(&kept("/sign-in?done=begin-again", &typed.return_to)).into_response())
        }
        Err(problem) if [Kind::WrongCredentials, Kind::TooManyAttempts].contains(&problem.kind) => {
            let key = format!("code-step-{}", problem.kind.name());
            let notice = Notice::bad(visitor.say_with_wait(&key, &problem));
            let page = shown(&visitor, &typed.ticket, Some(notice), &typed.zone, &typed.return_to)?;
            Ok(trouble::beside(problem, page))
        }
        Err(problem) => Err(problem),
    }
}
