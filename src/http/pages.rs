//! The pages: server-rendered, usable with the keyboard alone and, but for the
//! link's fragment and lists that renew themselves, without script.

mod account_page;
mod appraise;
mod assets;
mod audit;
mod code_step;
mod cookies;
mod forgot_password;
mod form;
pub(crate) mod history;
pub mod house;
mod language;
mod mail_chart;
mod mails;
mod mangled_link;
mod not_me;
mod notice;
mod profile;
mod reset_password;
mod return_to;
mod sign_in;
pub(crate) mod story;
#[cfg(test)]
mod tests;
pub(crate) mod tongue;
mod trouble;
mod users;
mod visitor;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};

use super::bounded::bounded;
use super::field_value::field_values;
use super::{App, PATIENCE_WITH_PAGES};
use crate::problem::{Kind, Problem};

pub(super) use assets::routes as assets;
pub use house::House;
pub(super) use visitor::turn_away_early;

impl FromRef<App> for Arc<House> {
    fn from_ref(app: &App) -> Self {
        app.house.clone()
    }
}

/// The pages' routes.
pub(super) fn routes(app: &App) -> Router<App> {
    let pages = Router::new()
        .route("/", get(sign_in::home))
        .route("/sign-in", get(sign_in::page).post(sign_in::submit))
        .route("/sign-in/code", get(code_step::page).post(code_step::submit))
        .route("/sign-out", post(sign_in::out))
        .route("/forgot-password", get(forgot_password::page).post(forgot_password::submit))
        .route("/reset-password", get(reset_password::page).post(reset_password::submit))
        .route("/reset-password/state", post(reset_password::state))
        .route("/not-me", get(not_me::page).post(not_me::submit))
        .route("/appraise", post(appraise::submit))
        .route("/language", post(language::submit))
        .merge(profile::routes())
        .merge(users::routes())
        .merge(account_page::routes())
        .route("/utilities/security/audit", get(audit::page))
        .merge(mails::routes());
    bounded(pages, PATIENCE_WITH_PAGES)
        .layer(middleware::from_fn_with_state(app.clone(), visitor::receive))
        .merge(assets::routes())
}

/// There is no such page.
pub(super) async fn nothing_here(State(app): State<App>, request: Request) -> Response {
    told(&app, request, Kind::NotFound).await
}

/// There is, but not for this method.
pub(super) async fn wrong_method(State(app): State<App>, request: Request) -> Response {
    told(&app, request, Kind::MethodNotAllowed).await
}

/// People are told in a page, programs in their way. A link out of a mail leads to its page, whatever became of its end.
async fn told(app: &App, request: Request, kind: Kind) -> Response {
    let (mut parts, _) = request.into_parts();
    if let Some(page) = mangled_link::page(app, &mut parts).await {
        return page;
    }
    if is_wanted(&parts.headers) {
        return visitor::turn_away(app, &parts, kind.into()).await;
    }
    Problem::new(kind).into_response()
}

/// Whether a page is what the caller takes.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    field_values(headers, header::ACCEPT).any(|accepted| accepted.contains("text/html"))
}

/// A page, rendered.
fn page(template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page cannot be rendered");
        Kind::Internal
    })?;
    Ok(Html(html).into_response())
}

/// The keys of what is said about problems.
#[cfg(test)]
fn trouble_keys() -> Vec<String> {
    use strum::IntoEnumIterator;
    let of = |kind: Kind| [format!("problem-{}", kind.name()), format!("problem-{}-advice", kind.name())];
    Kind::iter().flat_map(of).collect()
}
