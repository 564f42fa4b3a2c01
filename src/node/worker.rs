//! `rekey work`: a process that only works, watched over its own port.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use rekey_events::Env;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::base::Ground;
use super::plan::Plan;
use super::{BuildError, Mailing, Role};
use crate::config::Config;
use crate::http::operations::{self, Scene, Watched};

/// A process that only works.
pub struct Worker {
    job: Job,
    listener: TcpListener,
}

/// What it is to do.
struct Job {
    ground: Ground,
    plan: Plan,
    env: Arc<dyn Env>,
}

impl Worker {
    /// One that does `roles`, for which `mailing` is given if a mailer is among
    /// them, and tells at `listen` how it is. It has no database yet.
    ///
    /// # Errors
    /// A role lacks its part of the configuration, or the address is taken.
    pub async fn bind(
        config: &Config,
        roles: Vec<Role>,
        mailing: Option<&Mailing>,
        listen: SocketAddr,
        env: Arc<dyn Env>,
    ) -> Result<Self, BuildError> {
        for role in &roles {
            if !role.can(config)? {
                return Err(BuildError::cannot(*role));
            }
        }
        let plan = Plan::read(config, roles, mailing).await?;
        let ground = Ground::take(config, env.clone())?;
        let listener = TcpListener::bind(listen).await.map_err(|error| BuildError::Listen(listen, error))?;
        Ok(Self { job: Job { ground, plan, env }, listener })
    }

    /// Where it tells how it is.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Works until `stop`; then finishes what is in hand.
    ///
    /// # Errors
    /// The database cannot be used, a worker fell, or the log is in another epoch now.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Box<dyn Error>> {
        let (watched, closing) = (Watched::new(stop.clone()), CancellationToken::new());
        let pages = operations::router(watched.clone());
        // It tells to the end: also while what is in hand is being finished.
        let served =
            axum::serve(self.listener, pages).with_graceful_shutdown(closing.clone().cancelled_owned());
        let served = tokio::spawn(served.into_future());
        let worked = self.job.work(&watched, stop).await;
        closing.cancel();
        served.await??;
        worked
    }
}

impl Job {
    async fn work(self, watched: &Watched, stop: CancellationToken) -> Result<(), Box<dyn Error>> {
        let Some(base) = stop.run_until_cancelled(self.ground.when_migrated()).await else {
            return Ok(());
        };
        let base = base?;
        let crew = self.plan.crew(&base.log)?;
        let store = base.log.store().clone();
        watched.begins(Scene { store, env: self.env, activity: crew.activity() });
        tracing::info!("working");
        let worked = crew.run(stop).await;
        base.close().await;
        Ok(worked?)
    }
}
