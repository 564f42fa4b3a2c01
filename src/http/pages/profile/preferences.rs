//! Language and time zone.

use std::str::FromStr;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use rekey_events::Language;
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
    let account = visitor.who()?.account.account_id;
    let language = Language::from_str(&typed.language).map_err(|_| Kind::InvalidRequest)?;
    TimeZone::get(&typed.zone).map_err(|_| Kind::InvalidRequest)?;
    app.service.store().prefer(account, language, Some(&typed.zone)).await?;
    Ok(Redirect::to("/profile?done=preferences").into_response())
}

/// The time zones that people know: places, and UTC.
pub(super) fn zones() -> Vec<String> {
    let areas = [
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
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    let mut places: Vec<_> =
        names.filter(|name| name.split_once('/').is_some_and(|(area, _)| areas.contains(&area))).collect();
    places.sort_unstable();
    places.push("UTC".to_owned());
    places
}
