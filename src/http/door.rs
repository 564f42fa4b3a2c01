//! What is answered while a process starts: it listens before its database answers, so that its supervisor
//! sees that it runs, and that it is not ready.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rekey_events::Env;
use tower::ServiceExt;

use super::health::healthz;
use super::pages::{self, House};
use super::{secured, surrounded};
use crate::problem::{Kind, Problem};

/// Answers for the process from its start on: first that it starts, then with what was opened.
#[derive(Clone)]
pub struct Door {
    starting: Router,
    opened: Arc<OnceLock<Router>>,
}

/// What there is before the database answers.
#[derive(Clone)]
struct Starting {
    house: Arc<House>,
    env: Arc<dyn Env>,
}

impl FromRef<Starting> for Arc<House> {
    fn from_ref(starting: &Starting) -> Self {
        starting.house.clone()
    }
}

impl Door {
    /// A closed one: `/healthz` answers 200, everything else 503.
    #[must_use]
    pub fn new(house: Arc<House>, env: Arc<dyn Env>) -> Self {
        Self { starting: starting(Starting { house, env }), opened: Arc::default() }
    }

    /// From now on `router` answers.
    pub fn open(&self, router: Router) {
        // It opens once.
        let _ = self.opened.set(router);
    }

    /// The routes, which change when the door opens.
    pub fn router(&self) -> Router {
        Router::new().fallback(enter).with_state(self.clone())
    }
}

async fn enter(State(door): State<Door>, request: Request) -> Result<Response, Infallible> {
    door.opened.get().unwrap_or(&door.starting).clone().oneshot(request).await
}

fn starting(state: Starting) -> Router {
    let secure = state.house.is_secure();
    let routes = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(async || not_yet()))
        .merge(pages::assets())
        .fallback(turn_away)
        .with_state(state);
    secured(surrounded(routes), secure)
}

fn not_yet() -> Problem {
    Problem::because(Kind::Unavailable, "The database is not there yet. Try again shortly.")
}

/// People get a page, programs a problem.
async fn turn_away(State(starting): State<Starting>, request: Request) -> Response {
    if !pages::is_wanted(request.headers()) {
        return not_yet().into_response();
    }
    let (parts, _) = request.into_parts();
    pages::turn_away_early(&starting.house, &*starting.env, &parts, not_yet())
}
