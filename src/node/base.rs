//! What every process stands on: the database, the log on it, and its writer.

use std::fs::{File, TryLockError};
use std::sync::Arc;
use std::time::Duration;

use rekey_events::Env;
use rekey_events::store::{Log, Store, Writer};
use tokio::task::{JoinHandle, JoinSet};

use super::{BuildError, tables};
use crate::config::Config;

/// How often the database is asked for the time. In between it is counted.
const TIME_ASKED_EVERY: Duration = Duration::from_secs(5);

/// How often the database is asked whether it takes writes.
const WRITABLE_ASKED_EVERY: Duration = Duration::from_secs(1);

/// The database, the log on it, and its running writer.
pub(super) struct Base {
    pub(super) log: Log,
    writer: JoinHandle<()>,
    /// What is asked of the database all the time. Ends with us, also when we are not closed.
    asking: JoinSet<()>,
    /// The lock of an embedded database.
    held: Option<File>,
}

/// The configured database, before it is opened: nobody else has it, if it is embedded.
pub(super) struct Ground {
    url: String,
    held: Option<File>,
    env: Arc<dyn Env>,
}

impl Ground {
    /// Takes the configured database for this process.
    ///
    /// # Errors
    /// It is not configured, or another process has it.
    pub(super) fn take(config: &Config, env: Arc<dyn Env>) -> Result<Self, BuildError> {
        let url = config.database.url()?;
        Ok(Self { held: hold(&url)?, url, env })
    }

    /// Opens it, once it answers, and brings its tables up to date.
    ///
    /// # Errors
    /// Waiting does not help.
    pub(super) async fn migrated(self) -> Result<Base, BuildError> {
        let Self { url, held, env } = self;
        let open = async || Ok(Log::open(tables::migrated(&url, env.uuid()).await?, env.clone()).await?);
        Ok(Base::on(tables::waiting(open).await?, held, env.clone()))
    }

    /// Opens it, once it answers and another process has brought its tables up to date.
    ///
    /// # Errors
    /// Waiting does not help.
    pub(super) async fn when_migrated(self) -> Result<Base, BuildError> {
        let Self { url, held, env } = self;
        let open = async || Ok(Log::open(tables::open(&url).await?, env.clone()).await?);
        Ok(Base::on(tables::waiting(open).await?, held, env.clone()))
    }
}

impl Base {
    fn on((log, writer): (Log, Writer), held: Option<File>, env: Arc<dyn Env>) -> Self {
        let mut asking = JoinSet::new();
        if log.store().is_shared() {
            asking.spawn(keep_time(log.store().clone(), env));
            asking.spawn(keep_to_the_primary(log.store().clone()));
        }
        Self { log, writer: tokio::spawn(Writer::run(writer)), asking, held }
    }

    /// Ends the writer, which waits for the last handle on the log, and all connections.
    pub(super) async fn close(self) {
        let store = self.log.store().clone();
        drop(self.log);
        drop(self.asking);
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

/// Looks again and again whether the server takes writes, also while there are none: connections to one that was
/// demoted in its place are closed then, before much is decided on what they read.
async fn keep_to_the_primary(store: Store) {
    let mut is_writable = true;
    loop {
        tokio::time::sleep(WRITABLE_ASKED_EVERY).await;
        let checked = store.check_writable().await;
        match &checked {
            Err(error) if is_writable => tracing::warn!(%error, "the database takes no writes"),
            Ok(()) if !is_writable => tracing::info!("the database takes writes again"),
            _ => {}
        }
        is_writable = checked.is_ok();
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
