//! What every process stands on: the database, the log on it, and its writer.

use std::fs::{File, TryLockError};
use std::sync::Arc;
use std::time::Duration;

use rekey_events::Env;
use rekey_events::store::{Log, Store, Writer};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{BuildError, tables};
use crate::config::Config;

/// How often the database is asked for the time. In between it is counted.
const TIME_ASKED_EVERY: Duration = Duration::from_secs(5);

/// The database, the log on it, and its running writer.
pub(super) struct Base {
    pub(super) log: Log,
    writer: JoinHandle<()>,
    /// Ends with us, also when we are not closed.
    clock: JoinSet<()>,
    /// The lock of an embedded database.
    held: Option<File>,
}

impl Base {
    /// On the configured database, once it answers, whose tables are brought up to date.
    pub(super) async fn migrated(config: &Config, env: Arc<dyn Env>) -> Result<Self, BuildError> {
        let url = config.database.url()?;
        let held = hold(&url)?;
        let open = async || Ok(Log::open(tables::migrated(&url, env.uuid()).await?, env.clone()).await?);
        Ok(Self::on(tables::waiting(open).await?, held, env.clone()))
    }

    /// On the configured database, once somebody has brought its tables up to
    /// date; `None` when `stop` comes first.
    pub(super) async fn when_migrated(
        config: &Config,
        env: Arc<dyn Env>,
        stop: &CancellationToken,
    ) -> Result<Option<Self>, BuildError> {
        let url = config.database.url()?;
        let held = hold(&url)?;
        let open = async || Ok(Log::open(tables::open(&url).await?, env.clone()).await?);
        tokio::select! {
            opened = tables::waiting(open) => Ok(Some(Self::on(opened?, held, env.clone()))),
            () = stop.cancelled() => Ok(None),
        }
    }

    fn on((log, writer): (Log, Writer), held: Option<File>, env: Arc<dyn Env>) -> Self {
        let mut clock = JoinSet::new();
        if log.store().is_shared() {
            clock.spawn(keep_time(log.store().clone(), env));
        }
        Self { log, writer: tokio::spawn(Writer::run(writer)), clock, held }
    }

    /// Ends the writer, which waits for the last handle on the log, and all connections.
    pub(super) async fn close(self) {
        let store = self.log.store().clone();
        drop(self.log);
        drop(self.clock);
        if self.writer.await.is_err() {
            tracing::error!("the writer ended by a panic");
        }
        store.close().await;
        drop(self.held);
    }
}

/// Goes by the database's clock for ever.
async fn keep_time(store: Store, env: Arc<dyn Env>) {
    loop {
        tokio::time::sleep(TIME_ASKED_EVERY).await;
        if let Err(error) = store.tell_time(&*env).await {
            tracing::warn!(%error, "the time is not known from the database: it is counted on");
        }
    }
}

/// Holds the embedded database for this process: a second one would take the
/// first one's claims on mails for those of an earlier run.
fn hold(url: &str) -> Result<Option<File>, BuildError> {
    let Some(path) = url.strip_prefix("sqlite:") else { return Ok(None) };
    let path = format!("{path}.lock");
    let named = |error| BuildError::File(path.clone(), error);
    let file = File::options().append(true).create(true).open(&path).map_err(named)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(BuildError::Held(path)),
        Err(TryLockError::Error(error)) => Err(named(error)),
    }
}
