//! The API's description, a page that shows it without any network, and what
//! problems there are.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use strum::IntoEnumIterator;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_swagger_ui::SwaggerUi;

use super::App;
use super::params::Named;
use super::schemas;
use crate::problem::{Kind, Problem};

/// What the page may load: its own files only. The viewer sets inline styles.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// The description's head.
pub(super) fn about() -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A session's token from POST /v1/sessions, or an API key."))
        .build();
    let info = InfoBuilder::new()
        .title("rekey")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Commands append events; problems are application/problem+json (RFC 9457)."))
        .build();
    let components = ComponentsBuilder::new().security_scheme("bearer", SecurityScheme::Http(bearer)).build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// The pages.
pub(super) fn routes(openapi: OpenApi) -> Router<App> {
    let shown = Router::<App>::from(SwaggerUi::new("/docs").url("/openapi.json", openapi));
    let shown = shown.layer(axum::middleware::map_response(allow_own_files));
    Router::new()
        .merge(shown)
        .route("/asyncapi.json", get(schemas::asyncapi))
        .route("/problems/{name}", get(problem))
        .route("/.well-known/change-password", get(change_password))
}

async fn allow_own_files(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// What a problem's type means.
async fn problem(Named(name): Named) -> Result<Response, Problem> {
    let kind = Kind::iter().find(|kind| kind.name() == name).ok_or(Kind::NotFound)?;
    Ok(Json(Problem::new(kind).body()).into_response())
}

/// Where password managers send people to change a password
/// (W3C, "A Well-Known URL for Changing Passwords").
async fn change_password(State(app): State<App>) -> Redirect {
    Redirect::to(&format!("{}/profile", app.public_url))
}
