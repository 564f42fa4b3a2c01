//! Recovery codes: shown once, to print or to keep.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::refused;
use crate::http::App;
use crate::http::pages::form::Form;
use crate::http::pages::page as rendered;
use crate::http::pages::sign_in::Nothing;
use crate::http::pages::visitor::Visitor;
use crate::problem::{Kind, Problem};
use crate::service::Answer;

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodes<'a> {
    page: &'a Visitor,
    codes: Vec<String>,
    /// Whether they came with a second factor just set up.
    is_new: bool,
}

pub(super) fn shown(page: &Visitor, codes: Vec<String>, is_new: bool) -> Result<Response, Problem> {
    rendered(&RecoveryCodes { page, codes, is_new })
}

/// The codes in an answer.
pub(super) fn codes_of(answer: &Answer) -> Vec<String> {
    let codes = answer.body.get("recovery_codes").and_then(|codes| codes.as_array());
    codes.into_iter().flatten().filter_map(|code| code.as_str()).map(str::to_owned).collect()
}

pub(super) async fn replace(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let call = call.never_repeated();
    match app.service.replace_recovery_codes(&call).await {
        Ok(answer) => shown(&visitor, codes_of(&answer), false),
        Err(problem) if problem.kind == Kind::SecondFactorRequired => {
            refused(&app, &visitor, problem.status(), "second-factor-unused").await
        }
        Err(problem) => Err(problem),
    }
}
