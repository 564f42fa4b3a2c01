//! `/healthz`, `/readyz`, `/metrics`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use rekey_events::Permission;
use rekey_events::store::Store;

use super::App;
use super::caller::Called;
use super::metrics::{self, Page};
use crate::problem::{Kind, Problem, ProblemBody};

#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "The process runs")))]
/// Whether the process runs.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses(
        (status = 200, description = "The database answers and takes writes"),
        (status = 503, description = "It does not, or this process starts or is about to stop", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
/// Whether commands can be taken: a write to the database would work. Nothing is written.
pub(super) async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.draining.is_cancelled() {
        return Err(stopping());
    }
    ready(app.service.store()).await
}

/// Whether a write to `store` would work.
pub(super) async fn ready(store: &Store) -> Result<&'static str, Problem> {
    match store.check_writable().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err(Problem::because(Kind::Unavailable, "The database does not answer, or takes no writes."))
        }
    }
}

/// That a process is not ready because it stops.
pub(super) fn stopping() -> Problem {
    Problem::because(Kind::Unavailable, "This process stops. Ask another one.")
}

#[utoipa::path(
    get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "Prometheus text")),
    security(("bearer" = [])),
)]
/// What can be counted. Needs `operations.metrics`: how far the log moves after
/// a request tells whether it was entitled to a mail.
pub(super) async fn metrics(State(app): State<App>, Called(call): Called) -> Result<Response, Problem> {
    app.service.authorise(&call.caller, Permission::Metrics).await?;
    let (store, now) = (app.service.store(), app.service.env().now());
    let mut page = Page::default();
    page.counter("rekey_log_position", "The position of the log's last event.")
        .is(store.last_position().await?);
    let sealed = store.newest_checkpoint().await?.map_or(0, |checkpoint| checkpoint.size);
    page.gauge("rekey_log_sealed_position", "The position up to which the log is signed; 0 when nothing is.")
        .is(sealed);
    app.activity.show_delivered(&mut page);
    metrics::mails::show(&mut page, &store.queue().await?, now);
    app.activity.show(&mut page, now);
    Ok(page.into_response())
}
