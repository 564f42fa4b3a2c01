//! `/reset-password`: where the link in the mail leads. Its code is in the fragment, which no
//! server sees; the script takes it from there, and without script the person pastes it.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::form::Form;
use super::page as rendered;
use super::trouble;
use super::visitor::Visitor;
use crate::http::App;
use crate::http::caller::outcome;
use crate::http::text::{Line, Password, any_length};
use crate::problem::{Kind, Problem};
use crate::service::resets::{Completion, LinkState};

#[derive(Template)]
#[template(path = "reset_password.html")]
struct ResetPassword<'a> {
    page: &'a Visitor,
    token: &'a str,
    username: &'a str,
    /// What is wrong, by field.
    token_errors: Vec<String>,
    username_errors: Vec<String>,
    password_errors: Vec<String>,
    code_errors: Vec<String>,
}

#[derive(Template)]
#[template(path = "link_over.html")]
struct LinkOver<'a> {
    page: &'a Visitor,
    words: Words,
}

/// Why a link cannot be used, kindly.
#[derive(Serialize)]
struct Words {
    title: String,
    text: String,
    /// Whether it is none: the right one can still be pasted.
    unknown: bool,
}

impl<'a> ResetPassword<'a> {
    fn new(page: &'a Visitor, token: &'a str, username: &'a str) -> Self {
        Self {
            page,
            token,
            username,
            token_errors: Vec::new(),
            username_errors: Vec::new(),
            password_errors: Vec::new(),
            code_errors: Vec::new(),
        }
    }
}

pub(super) async fn page(visitor: Visitor) -> Result<Response, Problem> {
    with_code(&visitor, "")
}

/// The page, with what was found of the link's code.
pub(super) fn with_code(visitor: &Visitor, code: &str) -> Result<Response, Problem> {
    rendered(&ResetPassword::new(visitor, code, ""))
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// Why the link cannot be used; null when it can. Changes nothing.
pub(super) async fn state(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, link): Form<Link>,
) -> Result<Response, Problem> {
    let state = app.service.link_state(&call, &link.token).await?;
    Ok(Json(words(&visitor, state)).into_response())
}

fn words(visitor: &Visitor, state: LinkState) -> Option<Words> {
    let name = <&str>::from(state);
    (state != LinkState::Live).then(|| Words {
        title: visitor.say(&format!("link-{name}")),
        text: visitor.say(&format!("link-{name}-advice")),
        unknown: state == LinkState::Unknown,
    })
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    token: String,
    #[serde(default)]
    username: String,
    #[serde(deserialize_with = "any_length")]
    new_password: Password,
    #[serde(default)]
    code: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, typed): Form<Typed>,
) -> Result<Response, Problem> {
    let token = typed.token.as_str();
    let completion = Completion {
        token,
        username: &typed.username,
        new_password: &typed.new_password,
        code: Some(typed.code.as_str()).filter(|code| !code.is_empty()),
    };
    if let Some(form) = too_long(&visitor, token, &typed) {
        return Ok(trouble::beside(Kind::InvalidRequest.into(), rendered(&form)?));
    }
    match outcome(&app, &call, || app.service.complete_reset(&call, &completion)).await {
        Ok(_) => Ok(Redirect::to("/sign-in?done=reset").into_response()),
        Err(problem) if problem.kind == Kind::LinkUnusable => {
            let state = app.service.link_state(&call, token).await?;
            if state == LinkState::Unknown {
                return again(&visitor, token, &typed.username, problem);
            }
            // Live here, and unusable a moment ago: it has just ended.
            let words = words(&visitor, state).or_else(|| words(&visitor, LinkState::Revoked));
            let words = words.ok_or(Kind::LinkUnusable)?;
            Ok(trouble::beside(problem, rendered(&LinkOver { page: &visitor, words })?))
        }
        Err(problem) => again(&visitor, token, &typed.username, problem),
    }
}

/// That what was pasted is no link's code, and what to do.
fn not_a_code(visitor: &Visitor) -> String {
    format!("{}. {}", visitor.say("link-unknown"), visitor.say("link-unknown-advice"))
}

/// The form again, when what was typed is longer than it can be. The password's length is the rules' business.
fn too_long<'a>(visitor: &'a Visitor, token: &'a str, typed: &'a Typed) -> Option<ResetPassword<'a>> {
    let said = |is_too_long: bool| {
        is_too_long.then(|| visitor.say("field-too-long")).into_iter().collect::<Vec<_>>()
    };
    let mut form = ResetPassword::new(visitor, token, &typed.username);
    form.username_errors = said(Line::<256>::is_too_long(&typed.username));
    form.code_errors = said(Line::<64>::is_too_long(&typed.code));
    (!form.username_errors.is_empty() || !form.code_errors.is_empty()).then_some(form)
}

/// The form again, with what is wrong beside each field; only the password is to be typed anew.
fn again(visitor: &Visitor, token: &str, username: &str, problem: Problem) -> Result<Response, Problem> {
    let mut form = ResetPassword::new(visitor, token, username);
    match problem.kind {
        Kind::LinkUnusable => form.token_errors = vec![not_a_code(visitor)],
        Kind::WrongUsername => form.username_errors = vec![visitor.say("reset-wrong-username")],
        Kind::WrongCode => form.code_errors = vec![visitor.say("reset-wrong-code")],
        Kind::SecondFactorRequired => form.code_errors = vec![visitor.say("reset-code-needed")],
        Kind::PasswordRejected => form.password_errors = visitor.advice(&problem.reasons),
        _ => return Err(problem),
    }
    Ok(trouble::beside(problem, rendered(&form)?))
}
