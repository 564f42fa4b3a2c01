//! `/forgot-password`: the same words for everybody.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::Form;
use super::page as rendered;
use super::return_to::{allowed, kept};
use super::visitor::Visitor;
use crate::http::App;
use crate::http::caller::outcome;
use crate::http::params::Query;
use crate::http::text::Line;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "forgot_password.html")]
struct ForgotPassword<'a> {
    page: &'a Visitor,
    username: &'a str,
    username_errors: Vec<String>,
    email: &'a str,
    email_errors: Vec<String>,
    return_to: &'a str,
    sign_in: String,
}

#[derive(Template)]
#[template(path = "reset_requested.html")]
struct ResetRequested<'a> {
    page: &'a Visitor,
    sign_in: String,
    again: String,
}

#[derive(Deserialize)]
pub(super) struct Arrival {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    sent: u8,
}

pub(super) async fn page(visitor: Visitor, Query(arrival): Query<Arrival>) -> Result<Response, Problem> {
    let return_to = allowed(&visitor.house, &arrival.return_to).unwrap_or_default();
    let sign_in = kept("/sign-in", return_to);
    if arrival.sent > 0 {
        let again = kept("/forgot-password", return_to);
        return rendered(&ResetRequested { page: &visitor, sign_in, again });
    }
    rendered(&ForgotPassword {
        page: &visitor,
        username: "",
        username_errors: Vec::new(),
        email: "",
        email_errors: Vec::new(),
        return_to,
        sign_in,
    })
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    username: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    return_to: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, typed): Form<Typed>,
) -> Result<Response, Problem> {
    let return_to = allowed(&visitor.house, &typed.return_to).unwrap_or_default();
    let said = |fault: Option<&str>| fault.map(|key| visitor.say(key)).into_iter().collect::<Vec<_>>();
    let username_errors = said(Line::<256>::fault(&typed.username));
    let email_errors = said(Line::<320>::fault(&typed.email));
    if !username_errors.is_empty() || !email_errors.is_empty() {
        let again = rendered(&ForgotPassword {
            page: &visitor,
            username: &typed.username,
            username_errors,
            email: &typed.email,
            email_errors,
            return_to,
            sign_in: kept("/sign-in", return_to),
        })?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    outcome(&app, &call, || app.service.request_reset(&call, &typed.username, &typed.email)).await?;
    Ok(Redirect::to(&kept("/forgot-password?sent=1", return_to)).into_response())
}
