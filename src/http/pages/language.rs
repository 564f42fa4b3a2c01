//! `/language`: the choice at the foot of each page.

use std::str::FromStr;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use rekey_events::Language;
use serde::Deserialize;

use super::cookies::{self, Name};
use super::form::Form;
use super::return_to::allowed;
use super::visitor::Visitor;
use crate::http::App;
use crate::problem::{Kind, Problem};

#[derive(Deserialize)]
pub(super) struct Choice {
    language: String,
    #[serde(default)]
    return_to: String,
}

/// Kept in this browser, and for whoever is signed in.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(_, choice): Form<Choice>,
) -> Result<Response, Problem> {
    let language = Language::from_str(&choice.language).map_err(|_| Kind::InvalidRequest)?;
    if let Some(who) = &visitor.who {
        app.service.store().prefer(who.account.account_id, language, who.person.zone.as_deref()).await?;
    }
    let back = allowed(&visitor.house, &choice.return_to).unwrap_or("/");
    let cookie = cookies::set(Name::Language, language.tag(), visitor.house.secure);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(back)).into_response())
}
