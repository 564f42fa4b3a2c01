//! What is answered in the place of a handler that does not: not in time, or not at all.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::{Kind, Problem};

/// Gives up what takes longer than `patience`, and takes a panic for a fault of ours. What a handler had begun may
/// still be done.
pub(super) fn bounded<S: Clone + Send + Sync + 'static>(routes: Router<S>, patience: Duration) -> Router<S> {
    routes
        .layer(middleware::from_fn_with_state(patience, give_up))
        .layer(CatchPanicLayer::custom(|_| Problem::new(Kind::Internal).into_response()))
}

async fn give_up(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    let late = "It took too long. With the same Idempotency-Key it is done once: try again shortly.";
    let answered = tokio::time::timeout(patience, next.run(request)).await;
    answered.unwrap_or_else(|_| Problem::because(Kind::Uncertain, late).into_response())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn asked(path: &str) -> Response {
        let routes = Router::new()
            .route("/well", get(async || "well"))
            .route("/never", get(std::future::pending::<()>))
            .route("/broken", get(async || -> () { panic!("as a test wants it") }));
        let request = Request::get(path).body(Body::empty()).unwrap();
        bounded(routes, Duration::from_secs(25)).oneshot(request).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn no_answer_is_a_problem() {
        assert_eq!(asked("/well").await.extensions().get::<Problem>(), None);
        for (path, kind) in [("/never", Kind::Uncertain), ("/broken", Kind::Internal)] {
            let answered = asked(path).await;
            assert_eq!(answered.status(), kind.about().0);
            // By this, pages say it in their way.
            assert_eq!(answered.extensions().get::<Problem>().map(|problem| problem.kind), Some(kind));
        }
    }
}
