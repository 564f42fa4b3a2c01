//! Processes: everything one does, built first and then run.

mod base;
mod crew;
mod database_lock;
mod earlier_log;
mod error;
mod front;
mod mailing;
mod plan;
mod role;
mod sealing;
mod server;
pub mod tables;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use rekey_events::Env;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::keys::Keys;
use crate::service::Service;
use front::Front;
use server::Built;

pub use earlier_log::{EarlierLog, EarlierLogError};
pub use error::BuildError;
pub use mailing::{MAILS_AT_ONCE, MailTo, Mailing};
pub use role::Role;
pub use server::Server;
pub use tables::TablesError;
pub use worker::Worker;

/// A [`Server`] whose database has answered already: its service can be used before it serves.
pub struct Node {
    /// What the service does.
    pub service: Service,
    front: Front,
    built: Built,
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
        let (front, blueprint) = Server::bind(config, keys, mail_to, env).await?.into_parts();
        let built = blueprint.build().await?;
        Ok(Self { service: built.service.clone(), front, built, more: Router::new() })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.front.address()
    }

    /// To be cancelled some time before it is stopped: from then on it is not ready, and lets go of its callers.
    #[must_use]
    pub fn draining(&self) -> CancellationToken {
        self.front.draining()
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
    pub async fn run(self, stop: CancellationToken) -> Result<(), BuildError> {
        drop(self.service);
        self.front.run(async { Ok(self.built) }, self.more, stop).await
    }
}
