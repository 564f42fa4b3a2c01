//! The pages that a person needs who has only the mail: asking for a link,
//! using it, and ending one that somebody else asked for. The link's code is in the fragment; no server sees it.

use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use std::sync::Arc;

use askama::Template;

use super::App;
use crate::problem::{Kind, Problem};

/// Own style and script only; calls only to ourselves.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The product's name, for the pages.
#[derive(Clone)]
struct Product(Arc<str>);

#[derive(Template)]
#[template(path = "forgot_password.html")]
struct ForgotPassword<'a> {
    product: &'a str,
}

#[derive(Template)]
#[template(path = "reset_password.html")]
struct ResetPassword<'a> {
    product: &'a str,
}

#[derive(Template)]
#[template(path = "not_me.html")]
struct NotMe<'a> {
    product: &'a str,
}

/// The pages, under the product's name.
pub(super) fn routes(product: &str) -> Router<App> {
    Router::new()
        .route("/forgot-password", get(forgot_password))
        .route("/reset-password", get(reset_password))
        .route("/not-me", get(not_me))
        .route("/assets/rekey.css", get(|| file("text/css", include_str!("pages/rekey.css"))))
        .route("/assets/rekey.js", get(|| file("text/javascript", include_str!("pages/rekey.js"))))
        .layer(Extension(Product(product.into())))
}

async fn forgot_password(Extension(Product(product)): Extension<Product>) -> Result<Response, Problem> {
    page(&ForgotPassword { product: &product })
}

async fn reset_password(Extension(Product(product)): Extension<Product>) -> Result<Response, Problem> {
    page(&ResetPassword { product: &product })
}

async fn not_me(Extension(Product(product)): Extension<Product>) -> Result<Response, Problem> {
    page(&NotMe { product: &product })
}

fn page(template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page cannot be rendered");
        Kind::Internal
    })?;
    Ok(([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response())
}

async fn file(kind: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, kind)];
    (headers, text).into_response()
}
