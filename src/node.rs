//! Processes: everything one does, built first and then run.

mod base;
mod crew;
mod error;
mod mailing;
mod role;
mod sealing;
pub mod tables;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use rekey_events::Env;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, ResetSecondFactor};
use crate::credential::Hasher;
use crate::http::{self, Activity, ApiKey, App, GentleListener, House, Peer, Proxies};
use crate::keys::Keys;
use crate::service::{Service, Settings};
use base::Base;
use crew::Crew;

pub use error::BuildError;
pub use mailing::{MAILS_AT_ONCE, MailTo, Mailing};
pub use role::Role;
pub use tables::TablesError;
pub use worker::Worker;

/// A process that serves the API, and does the work unless others do it.
pub struct Node {
    /// What the service does.
    pub service: Service,
    base: Base,
    app: App,
    crew: Crew,
    listener: TcpListener,
    more: Router,
}

impl Node {
    /// One that does everything. Opens the database, brings its tables up to
    /// date, and sets everything up. Only the writer runs already; nothing is
    /// asked of it yet.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(
        config: &Config,
        keys: Keys,
        mail_to: MailTo,
        env: Arc<dyn Env>,
    ) -> Result<Self, BuildError> {
        if matches!(mail_to, MailTo::Server) {
            // Whatever is wrong with them is said now, not when the database answers.
            config.mail_servers()?;
        }
        let base = Base::migrated(config, env.clone()).await?;
        let mailing = Mailing { keys: keys.clone(), to: mail_to, concurrency: MAILS_AT_ONCE };
        let roles = Role::all(config)?;
        let crew = Crew::build(config, &base.log, &roles, Some(&mailing)).await?;
        Self::on(base, crew, config, keys, &*env).await
    }

    /// One that serves the API alone: the work is done by other processes.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn api_only(config: &Config, keys: Keys, env: Arc<dyn Env>) -> Result<Self, BuildError> {
        if config.database.is_embedded()? {
            return Err(BuildError::Alone);
        }
        let base = Base::migrated(config, env.clone()).await?;
        let crew = Crew::nobody(&base.log);
        Self::on(base, crew, config, keys, &*env).await
    }

    async fn on(
        base: Base,
        crew: Crew,
        config: &Config,
        keys: Keys,
        env: &dyn Env,
    ) -> Result<Self, BuildError> {
        let hasher = Hasher::new(env, config.policy.hashes_at_once).map_err(BuildError::Hash)?;
        let service = Service::new(base.log.clone(), keys, hasher, settings(config));
        let listener = TcpListener::bind(config.listen).await;
        Ok(Self {
            app: app(config, &service, crew.activity())?,
            service,
            base,
            crew,
            listener: listener.map_err(|error| BuildError::Listen(config.listen, error))?,
            more: Router::new(),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// To be cancelled some time before it is stopped: from then on it is not ready, and lets go of its callers.
    #[must_use]
    pub fn draining(&self) -> CancellationToken {
        self.app.draining.clone()
    }

    /// The same, with more pages.
    #[must_use]
    pub fn with_pages(mut self, pages: Router) -> Self {
        self.more = self.more.merge(pages);
        self
    }

    /// Runs until `stop`; then finishes what is in hand.
    ///
    /// # Errors
    /// The socket fails, a worker fell, or the log is in another epoch now.
    pub async fn run(self, stop: CancellationToken) -> std::io::Result<()> {
        let working = tokio::spawn(self.crew.run(stop.clone()));
        let listener = GentleListener::new(self.listener, stop.clone())?;
        let (draining, closed) = (self.app.draining.clone(), listener.closed());
        // Also when it is stopped without warning.
        tokio::spawn(async move {
            stop.cancelled().await;
            draining.cancel();
        });
        let pages = http::router(self.app).merge(self.more).into_make_service_with_connect_info::<Peer>();
        let served = axum::serve(listener, pages).with_graceful_shutdown(closed.cancelled_owned()).await;
        let worked = working.await.map_err(std::io::Error::other)?;
        drop(self.service);
        self.base.close().await;
        worked.and(served)
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        product: config.product.clone(),
        reset_needs_second_factor: config.policy.reset_second_factor == ResetSecondFactor::WhenEnrolled,
    }
}

fn app(config: &Config, service: &Service, activity: Activity) -> Result<App, BuildError> {
    let key = |key: &crate::config::ApiKey| ApiKey {
        name: key.name.clone(),
        token_hash: key.token_hash.to_ascii_lowercase(),
        permissions: key.permissions.clone(),
    };
    Ok(App {
        service: service.clone(),
        api_keys: config.api_keys.iter().map(key).collect(),
        proxies: Proxies::new(config.trusted_proxies.clone()).into(),
        public_url: config.base_url().into(),
        activity,
        house: House::new(config)?.into(),
        draining: CancellationToken::new(),
    })
}
