//! Style sheet, script, the house's colours and logo.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::config::brand::Logo;
use crate::http::App;
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

pub(super) fn routes() -> Router<App> {
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

async fn style(State(app): State<App>) -> Response {
    file("text/css", format!("{STYLE}\n{}", app.house.colours))
}

async fn logo(State(app): State<App>) -> Result<Response, Problem> {
    let logo = app.house.logo.as_ref().ok_or(Kind::NotFound)?;
    Ok(file(logo.kind, logo.bytes.clone()))
}

/// The logo, or the product's letter, in the browser's tab.
async fn icon(State(app): State<App>) -> Response {
    match &app.house.logo {
        Some(logo) => file(logo.kind, logo.bytes.clone()),
        None => file("image/svg+xml", app.house.icon()),
    }
}

fn file(kind: &'static str, body: impl IntoResponse) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHED)];
    (headers, body).into_response()
}
