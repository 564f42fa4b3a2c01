//! Changing a password one knows.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{PasswordErrors, shown};
use crate::credential::policy;
use crate::http::App;
use crate::http::caller::outcome;
use crate::http::pages::form::Form;
use crate::http::pages::trouble;
use crate::http::pages::visitor::Visitor;
use crate::http::text::{Password, any_length};
use crate::problem::{Kind, Problem};

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(deserialize_with = "any_length")]
    current_password: Password,
    #[serde(deserialize_with = "any_length")]
    new_password: Password,
    #[serde(deserialize_with = "any_length")]
    confirm_password: Password,
}

pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, typed): Form<Typed>,
) -> Result<Response, Problem> {
    if *typed.new_password != *typed.confirm_password {
        let confirm = vec![visitor.say("change-password-mismatch")];
        let new = against(&app, &visitor, &typed.new_password).await?;
        let errors = PasswordErrors { confirm, new, ..PasswordErrors::default() };
        return again(&app, &visitor, Kind::PasswordRejected.into(), errors).await;
    }
    if policy::is_too_long(&typed.current_password) {
        let current = vec![visitor.say("field-too-long")];
        let errors = PasswordErrors { current, ..PasswordErrors::default() };
        return again(&app, &visitor, Kind::InvalidRequest.into(), errors).await;
    }
    let changed = outcome(&app, &call, || {
        app.service.change_password(&call, &typed.current_password, &typed.new_password)
    })
    .await;
    let Err(problem) = changed else {
        return Ok(Redirect::to("/profile?done=password").into_response());
    };
    let errors = match problem.kind {
        Kind::WrongPassword => "change-password-wrong-current",
        Kind::TooManyAttempts => "change-password-too-many",
        Kind::PasswordRejected => {
            let new = visitor.advice(&problem.reasons);
            return again(&app, &visitor, problem, PasswordErrors { new, ..PasswordErrors::default() }).await;
        }
        _ => return Err(problem),
    };
    let current = vec![visitor.say_with_wait(errors, &problem)];
    let new = against(&app, &visitor, &typed.new_password).await?;
    again(&app, &visitor, problem, PasswordErrors { current, new, ..PasswordErrors::default() }).await
}

/// What stands against the new password, so that all that is wrong is told at once.
async fn against(app: &App, visitor: &Visitor, new: &str) -> Result<Vec<String>, Problem> {
    let account = visitor.who()?.account.account_id;
    let (_, reasons) = app.service.appraise(Some(account), new).await?;
    Ok(visitor.advice(&reasons))
}

async fn again(
    app: &App,
    visitor: &Visitor,
    problem: Problem,
    errors: PasswordErrors,
) -> Result<Response, Problem> {
    let page = shown(app, visitor, None, errors, "").await?;
    Ok(trouble::beside(problem, page))
}
