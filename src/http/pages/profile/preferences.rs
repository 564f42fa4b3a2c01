//! Language and time zone.

use std::str::FromStr;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use rekey_events::Language;
use rekey_workers::words::{find_zone, zone_names};
use serde::Deserialize;

use crate::http::App;
use crate::http::pages::form::Form;
use crate::http::pages::visitor::Visitor;
use crate::problem::{Kind, Problem};

#[derive(Deserialize)]
pub(super) struct Typed {
    language: String,
    zone: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Form(_, typed): Form<Typed>,
) -> Result<Response, Problem> {
    let who = visitor.who()?;
    let language = Language::from_str(&typed.language).map_err(|_| Kind::InvalidRequest)?;
    // Who changes only the language keeps a zone that this version does not know.
    if find_zone(&typed.zone).is_none() && who.person.zone.as_deref() != Some(&typed.zone) {
        return Err(Kind::InvalidRequest.into());
    }
    app.service.store().prefer(who.account.account_id, language, Some(&typed.zone)).await?;
    Ok(Redirect::to("/profile?done=preferences").into_response())
}

/// The areas of the time zones that people know; others are former names.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// The time zones that people know: places, UTC, and their own, whatever it is called.
pub(super) fn zones(own: &str) -> Vec<String> {
    let is_place = |name: &str| name.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area));
    let mut zones: Vec<_> = zone_names().into_iter().filter(|name| is_place(name)).collect();
    if !zones.iter().any(|zone| zone == own) && own != "UTC" {
        zones.push(own.to_owned());
    }
    zones.sort_unstable();
    zones.push("UTC".to_owned());
    zones
}
