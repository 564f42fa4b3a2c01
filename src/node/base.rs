//! What every process stands on: the database, the log on it, and its writer.

use std::sync::Arc;
use std::time::Duration;

use rekey_events::Env;
use rekey_events::store::{Address, Log, Store, Writer};
use tokio::task::{JoinHandle, JoinSet};

use super::database_lock::DatabaseLock;
use super::{BuildError, EarlierLog, tables};
use crate::config::Config;

/// How often the database is asked for the time. In between it is counted.
const TIME_ASKED_EVERY: Duration = Duration::from_secs(5);

/// How often it is looked whether the log has its first event.
const FIRST_EVENT_LOOKED_FOR: Duration = Duration::from_secs(1);

/// How often the database is asked whether it takes writes.
const WRITABLE_ASKED_EVERY: Duration = Duration::from_secs(1);

/// The database, the log on it, and its running writer.
pub(super) struct Base {
    pub(super) log: Log,
    writer: JoinHandle<()>,
    /// What is asked of the database all the time. Ends with us, also when we are not closed.
    asking: JoinSet<()>,
    /// The lock of an embedded database.
    held: Option<DatabaseLock>,
}

/// The configured database, before it is opened: nobody else has it, if it is embedded.
pub(super) struct Ground {
    url: String,
    held: Option<DatabaseLock>,
    earlier: EarlierLog,
    env: Arc<dyn Env>,
}

impl Ground {
    /// Takes the configured database for this process.
    ///
    /// # Errors
    /// It is not configured, another process has it, or its file is missing where there was a log before.
    pub(super) fn take(config: &Config, env: Arc<dyn Env>) -> Result<Self, BuildError> {
        let (url, earlier) = (config.database.url()?, EarlierLog::of(config)?);
        earlier.allows_file().map_err(tables::TablesError::from)?;
        Ok(Self { held: hold(config)?, url, earlier, env })
    }

    /// Opens it, once it answers, and brings its tables up to date.
    ///
    /// # Errors
    /// Waiting does not help.
    pub(super) async fn migrated(self) -> Result<Base, BuildError> {
        let Self { url, held, earlier, env } = self;
        let open = async || {
            let store = tables::migrated(&url, env.uuid(), &earlier).await?;
            Ok(Log::open(store, env.clone()).await?)
        };
        let opened = tables::waiting(open).await?;
        Ok(Base::on(opened, held, env, earlier))
    }

    /// Opens it, once it answers and another process has brought its tables up to date.
    ///
    /// # Errors
    /// Waiting does not help.
    pub(super) async fn when_migrated(self) -> Result<Base, BuildError> {
        let Self { url, held, earlier, env } = self;
        let open = async || Ok(Log::open(tables::current_beside(&url, &earlier).await?, env.clone()).await?);
        let opened = tables::waiting(open).await?;
        Ok(Base::on(opened, held, env, earlier))
    }
}

impl Base {
    fn on(
        (log, writer): (Log, Writer),
        held: Option<DatabaseLock>,
        env: Arc<dyn Env>,
        earlier: EarlierLog,
    ) -> Self {
        let mut asking = JoinSet::new();
        if log.store().is_shared() {
            asking.spawn(keep_time(log.store().clone(), env));
            asking.spawn(keep_to_the_primary(log.store().clone()));
        }
        asking.spawn(note_first_event(log.store().clone(), earlier));
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
        if let Some(lock) = self.held {
            lock.release();
        }
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

/// Notes beside the key file that the log has events, once it has.
async fn note_first_event(store: Store, earlier: EarlierLog) {
    loop {
        if let Ok(head) = store.head().await
            && head.position > 0
        {
            return earlier.note(head.log);
        }
        tokio::time::sleep(FIRST_EVENT_LOOKED_FOR).await;
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
fn hold(config: &Config) -> Result<Option<DatabaseLock>, BuildError> {
    match config.database.address()? {
        Address::Sqlite(path) => DatabaseLock::take(&path).map(Some),
        Address::Postgres(_) => Ok(None),
    }
}
