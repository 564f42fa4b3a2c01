//! What a process that only works tells over its own port: whether it runs,
//! whether it can work, and what can be counted. Nothing here is about anybody.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rekey_events::Env;
use rekey_events::store::Store;
use tokio_util::sync::CancellationToken;

use super::health::{healthz, ready, stopping};
use super::{Activity, metrics, surrounded};
use crate::problem::{Kind, Problem};

/// What there is to see of a process at work.
pub struct Scene {
    /// The database it works on.
    pub store: Store,
    /// Its clock.
    pub env: Arc<dyn Env>,
    /// What its workers have done.
    pub activity: Activity,
}

/// A process that is watched: from before it can begin to work until it has
/// finished what was in hand.
#[derive(Clone)]
pub struct Watched {
    scene: Arc<OnceLock<Scene>>,
    stop: CancellationToken,
}

impl Watched {
    /// A process that has not begun yet; after `stop` it takes on nothing more.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self { scene: Arc::default(), stop }
    }

    /// It begins to work.
    pub fn begins(&self, scene: Scene) {
        // It begins once.
        let _ = self.scene.set(scene);
    }

    fn scene(&self) -> Result<&Scene, Problem> {
        let waiting =
            || Problem::because(Kind::Unavailable, "The database, or its tables, are not there yet.");
        self.scene.get().ok_or_else(waiting)
    }
}

/// `/healthz`, `/readyz` and `/metrics`, for whoever can reach the port.
pub fn router(watched: Watched) -> Router {
    let pages = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(count))
        .fallback(|| async { Problem::new(Kind::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(Kind::MethodNotAllowed) })
        .with_state(watched);
    surrounded(pages)
}

async fn readyz(State(watched): State<Watched>) -> Result<&'static str, Problem> {
    if watched.stop.is_cancelled() {
        return Err(stopping());
    }
    ready(&watched.scene()?.store).await
}

/// Without the log's position: how far it moves after a request tells whether
/// the request was entitled to a mail.
async fn count(State(watched): State<Watched>) -> Result<Response, Problem> {
    let scene = watched.scene()?;
    let mut page = metrics::Page::default();
    let now = scene.env.now();
    metrics::mails::show(&mut page, &scene.store.queue().await?, now);
    scene.activity.show(&mut page, now);
    Ok(page.into_response())
}
