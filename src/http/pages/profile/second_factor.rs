//! Setting up a second factor, and removing it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::recovery_codes::{self, codes_of};
use super::refused;
use crate::http::App;
use crate::http::caller::outcome;
use crate::http::pages::form::Form;
use crate::http::pages::page as rendered;
use crate::http::pages::sign_in::Nothing;
use crate::http::pages::trouble;
use crate::http::pages::visitor::Visitor;
use crate::http::text::Line;
use crate::problem::{Kind, Problem};
use crate::service::second_factor::{OfferedFactor, qr};

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactor<'a> {
    page: &'a Visitor,
    qr: String,
    /// The secret, for those who type it.
    secret: String,
    errors: Vec<String>,
}

/// Makes a secret, and goes on to the page that shows it.
pub(super) async fn offer(
    State(app): State<App>,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let call = call.never_repeated();
    app.service.offer_second_factor(&call).await?;
    Ok(Redirect::to("/profile/second-factor").into_response())
}

pub(super) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    shown(&app, &visitor, Vec::new()).await
}

async fn shown(app: &App, visitor: &Visitor, errors: Vec<String>) -> Result<Response, Problem> {
    let account = visitor.who()?.account.account_id;
    let offered = app.service.offered_factor(&visitor.call, account).await?;
    let Some(OfferedFactor { address, secret }) = offered else {
        return Ok(Redirect::to("/profile#second-factor").into_response());
    };
    rendered(&SecondFactor { page: visitor, qr: qr(&address), secret: grouped(&secret), errors })
}

/// In groups of four, as it is typed.
fn grouped(secret: &str) -> String {
    let letters: Vec<_> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[derive(Deserialize)]
pub(super) struct Code {
    #[serde(default)]
    code: String,
}

pub(super) async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, typed): Form<Code>,
) -> Result<Response, Problem> {
    let call = call.never_repeated();
    if Line::<64>::is_too_long(&typed.code) {
        let page = shown(&app, &visitor, vec![visitor.say("field-too-long")]).await?;
        return Ok(trouble::beside(Kind::InvalidRequest.into(), page));
    }
    match app.service.confirm_second_factor(&call, &typed.code).await {
        Ok(answer) => recovery_codes::shown(&visitor, codes_of(&answer), true),
        Err(problem) if problem.kind == Kind::WrongCode => {
            let page = shown(&app, &visitor, vec![visitor.say("second-factor-wrong-code")]).await?;
            Ok(trouble::beside(problem, page))
        }
        Err(problem) if problem.kind == Kind::NotPossible => {
            let account = app.service.store().account(visitor.who()?.account.account_id).await?;
            if account.is_some_and(|row| row.factor_id.is_some()) {
                // Confirmed already, such as by a second click or in another tab; its codes were shown then.
                return Ok(Redirect::to("/profile?done=factor-enrolled").into_response());
            }
            refused(&app, &visitor, problem.status(), "second-factor-over").await
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    match outcome(&app, &call, || app.service.remove_second_factor(&call)).await {
        Ok(_) => Ok(Redirect::to("/profile?done=factor-removed").into_response()),
        Err(problem) if problem.kind == Kind::SecondFactorRequired => {
            refused(&app, &visitor, problem.status(), "second-factor-unused").await
        }
        Err(problem) => Err(problem),
    }
}
