//! `/appraise`: how good a new password is while it is typed, by the rules that will decide on it.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::form::Form;
use super::visitor::Visitor;
use crate::http::App;
use crate::http::text::{Password, any_length};
use crate::problem::{Kind, Problem};
use crate::service::resets::LinkState;

#[derive(Deserialize)]
pub(super) struct Typed {
    /// The link's code, of someone who is not signed in.
    #[serde(default)]
    token: String,
    #[serde(deserialize_with = "any_length")]
    new_password: Password,
}

#[derive(Serialize)]
struct Appraisal {
    /// From 0 to 4.
    score: u8,
    /// That in words.
    word: String,
    /// Everything that stands against it.
    reasons: Vec<String>,
}

/// Only for whoever can set a password: it takes time to tell.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(call, typed): Form<Typed>,
) -> Result<Response, Problem> {
    let whose = match &visitor.who {
        Some(who) if typed.token.is_empty() => Some(who.account.account_id),
        _ if app.service.link_state(&call, &typed.token).await? == LinkState::Live => None,
        _ => return Err(Kind::LinkUnusable.into()),
    };
    let (score, reasons) = app.service.appraise(whose, &typed.new_password).await?;
    Ok(Json(Appraisal {
        score,
        word: visitor.say(&format!("strength-{score}")),
        reasons: visitor.advice(&reasons),
    })
    .into_response())
}
