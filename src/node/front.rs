//! Where a server answers, from before its database does until it has finished what is in progress.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rekey_events::Env;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::BuildError;
use super::server::Built;
use crate::http::{self, Door, GentleListener, House, Peer};

/// How long connections wait in the socket's queue for a database that is about to answer. Most starts take less, so a
/// load balancer that sends requests to a restarted server sees them served rather than refused with 503.
const MAX_QUEUE_TIME: Duration = Duration::from_secs(2);

/// A server's socket, and what is answered there.
pub(super) struct Front {
    listener: TcpListener,
    door: Door,
    draining: CancellationToken,
}

impl Front {
    /// Listens; nothing is answered before it runs.
    ///
    /// # Errors
    /// The address is taken.
    pub(super) async fn bind(
        listen: SocketAddr,
        house: Arc<House>,
        env: Arc<dyn Env>,
    ) -> Result<Self, BuildError> {
        let listener = TcpListener::bind(listen).await.map_err(|error| BuildError::Listen(listen, error))?;
        Ok(Self { listener, door: Door::new(house, env), draining: CancellationToken::new() })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The socket is gone.
    pub(super) fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// To be cancelled some time before it is stopped: from then on it is not ready, and lets go of its callers.
    pub(super) fn draining(&self) -> CancellationToken {
        self.draining.clone()
    }

    /// Answers until `stop`: at first that the process starts, then, with what `building` comes to, also `more`.
    ///
    /// # Errors
    /// Building fails, the socket does, a worker fell, or the log is in another epoch now.
    pub(super) async fn run(
        self,
        building: impl Future<Output = Result<Built, BuildError>>,
        more: Router,
        stop: CancellationToken,
    ) -> Result<(), BuildError> {
        let Self { listener, door, draining } = self;
        let listener = GentleListener::new(listener, stop.clone())?;
        let closed = listener.closed();
        tokio::spawn(drain_at_stop(draining, stop.clone()));
        let routes = door.router().into_make_service_with_connect_info::<Peer>();
        let serving = axum::serve(listener, routes).with_graceful_shutdown(closed.cancelled_owned());
        let (opened, stopped) = (CancellationToken::new(), stop.clone());
        let begun = opened.clone();
        let serving = tokio::spawn(async move {
            tokio::select! {
                () = begun.cancelled() => {}
                () = stopped.cancelled() => {}
                () = tokio::time::sleep(MAX_QUEUE_TIME) => {}
            }
            serving.await
        });
        let built = stop.run_until_cancelled(building).await.transpose();
        let (worked, base) = match built {
            Ok(Some(Built { service, app, crew, base })) => {
                drop(service);
                door.open(http::router(app).merge(more));
                opened.cancel();
                tracing::info!("ready");
                (crew.run(stop.clone()).await.map_err(BuildError::from), Some(base))
            }
            Ok(None) => (Ok(()), None),
            Err(error) => (Err(error), None),
        };
        // When it could not begin, too: nothing is answered any more.
        stop.cancel();
        let served = serving.await.map_err(std::io::Error::other)?;
        // Its routes hold the log.
        drop(door);
        if let Some(base) = base {
            base.close().await;
        }
        worked.and(served.map_err(BuildError::from))
    }
}

/// A process that is stopped without warning drains, too.
async fn drain_at_stop(draining: CancellationToken, stop: CancellationToken) {
    stop.cancelled().await;
    draining.cancel();
}
