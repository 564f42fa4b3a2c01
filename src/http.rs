//! The HTTP API: the whole URL map on one screen, and what surrounds it.

mod accounts;
mod body;
mod bounded;
mod caller;
mod client_address;
mod commands;
mod docs;
mod door;
pub(crate) mod events;
mod field_value;
mod health;
mod listener;
mod log;
mod mails;
mod metrics;
pub mod operations;
pub(crate) mod pages;
mod params;
mod schemas;
mod sessions;
mod text;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Version, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use rekey_events::Permission;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;
use bounded::bounded;

pub use client_address::Proxies;
pub use door::Door;
pub use listener::{GentleListener, Peer};
pub use metrics::process::Activity;
pub use pages::House;

/// How long a request may take before it is given up. A page's handler gets less, so that a page tells of it.
const PATIENCE: Duration = Duration::from_secs(30);
const PATIENCE_WITH_PAGES: Duration = Duration::from_secs(25);

/// An API key, as configured: its token's hash and what it may do.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its name, in the log.
    pub name: String,
    /// SHA-256 of its token, as hex.
    pub token_hash: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
}

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The service.
    pub service: Service,
    /// API keys.
    pub api_keys: Arc<[ApiKey]>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Arc<Proxies>,
    /// Where people reach us.
    pub public_url: Arc<str>,
    /// What this process's workers have done.
    pub activity: Activity,
    /// What the pages are called and look like.
    pub house: Arc<House>,
    /// Cancelled when the process is about to stop: it still serves, and is no longer ready.
    pub draining: CancellationToken,
}

/// The API's routes and their description.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(docs::about())
        .routes(routes!(commands::resets::request_reset))
        .routes(routes!(commands::resets::complete_reset))
        .routes(routes!(commands::resets::disown_reset))
        .routes(routes!(commands::resets::issue_admin_reset))
        .routes(routes!(commands::resets::revoke_reset))
        .routes(routes!(commands::passwords::change_password))
        .routes(routes!(commands::passwords::set_password))
        .routes(routes!(commands::second_factor::offer_second_factor))
        .routes(routes!(commands::second_factor::confirm_second_factor))
        .routes(routes!(commands::second_factor::replace_recovery_codes))
        .routes(routes!(commands::second_factor::remove_second_factor))
        .routes(routes!(commands::second_factor::reset_second_factor))
        .routes(routes!(commands::accounts::register_account))
        .routes(routes!(commands::accounts::record_sign_in))
        .routes(routes!(commands::accounts::grant_permission))
        .routes(routes!(commands::accounts::revoke_permission))
        .routes(routes!(commands::accounts::erase_person))
        .routes(routes!(commands::mails::requeue_mail))
        .routes(routes!(commands::mails::lift_suppression))
        .routes(routes!(sessions::sign_in, sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::one))
        .routes(routes!(accounts::history))
        .routes(routes!(events::list))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::proof))
        .routes(routes!(schemas::list))
        .routes(routes!(schemas::one))
        .routes(routes!(mails::list))
        .routes(routes!(mails::one))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

/// The API's description: OpenAPI 3.1.
#[must_use]
pub fn openapi() -> OpenApi {
    api().split_for_parts().1
}

/// All routes, with what surrounds them.
pub fn router(app: App) -> Router {
    let (api, openapi) = api().split_for_parts();
    let (secure, draining) = (app.house.is_secure(), app.draining.clone());
    let pages = api
        .merge(docs::routes(openapi))
        .merge(pages::routes(&app))
        .fallback(pages::nothing_here)
        .method_not_allowed_fallback(pages::wrong_method)
        .with_state(app);
    let pages = surrounded(pages).layer(middleware::from_fn_with_state(draining, leave_connections));
    secured(pages, secure)
}

/// Pages that people reach by TLS, if they do.
fn secured(pages: Router, secure: bool) -> Router {
    if secure { pages.layer(middleware::map_response(by_tls_only)) } else { pages }
}

/// Browsers are to come by TLS only, from now on (RFC 6797).
async fn by_tls_only(mut response: Response) -> Response {
    let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, two_years);
    response
}

/// While the process is about to stop, each connection ends with its next answer (RFC 9112, section 9.6): then proxies
/// keep none that could be closed under a request.
async fn leave_connections(
    State(draining): State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    let has_connections = request.version() <= Version::HTTP_11;
    let mut response = next.run(request).await;
    if has_connections && draining.is_cancelled() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What surrounds every page.
fn surrounded(pages: Router) -> Router {
    bounded(pages, PATIENCE).layer(middleware::from_fn(guard_response))
}

/// Headers that every answer has, unless it says otherwise.
const HEADERS: [(HeaderName, &str); 7] = [
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

async fn guard_response(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if [401, 403, 429].contains(&response.status().as_u16()) {
        // What was refused without an event is on record here; never what was sent.
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        tracing::info!(route, status = response.status().as_u16(), "refused");
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
