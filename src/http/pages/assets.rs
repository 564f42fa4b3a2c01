//! Style sheet, script, the house's colours and logo.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use super::house::House;
use crate::config::brand::Logo;
use crate::problem::{Kind, Problem};

/// Their addresses name their version: each is asked for once.
const CACHED: &str = "public, max-age=31536000, immutable";
const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/forms.css"),
    include_str!("assets/shell.css"),
    include_str!("assets/tables.css"),
);
const SCRIPT: &str = include_str!("assets/rekey.js");

/// The routes, for whatever state has a house.
pub(in crate::http) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<House>: FromRef<S>,
{
    Router::new()
        .route("/assets/rekey.css", get(style))
        .route("/assets/rekey.js", get(|| async { file("text/javascript", SCRIPT) }))
        .route("/assets/logo", get(logo))
        .route("/assets/icon", get(icon))
}

/// Names this version of everything here.
pub(super) fn version(colours: &str, logo: Option<&Logo>) -> String {
    let logo = logo.map_or(&[][..], |logo| &logo.bytes);
    let hash =
        Sha256::new().chain_update(STYLE).chain_update(SCRIPT).chain_update(colours).chain_update(logo);
    hex::encode(&hash.finalize()[..8])
}

async fn style(State(house): State<Arc<House>>) -> Response {
    file("text/css", format!("{STYLE}\n{}", house.colours))
}

async fn logo(State(house): State<Arc<House>>) -> Result<Response, Problem> {
    let logo = house.logo.as_ref().ok_or(Kind::NotFound)?;
    Ok(file(logo.kind, logo.bytes.clone()))
}

/// The logo, or the product's letter, in the browser's tab.
async fn icon(State(house): State<Arc<House>>) -> Response {
    match &house.logo {
        Some(logo) => file(logo.kind, logo.bytes.clone()),
        None => file("image/svg+xml", house.icon()),
    }
}

fn file(kind: &'static str, body: impl IntoResponse) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHED)];
    (headers, body).into_response()
}
