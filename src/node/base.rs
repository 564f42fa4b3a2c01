//! What every process stands on: the database, the log on it, and its writer.

use std::sync::Arc;
use std::time::Duration;

use rekey_events::Env;
use rekey_events::store::{Address, Log, Store, Writer};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::database_lock::DatabaseLock;
use super::{BuildError, EarlierLog, tables};
use crate::config::Config;

/// How often the database is asked for the time. In between it is counted.
const TIME_ASKED_EVERY: Duration = Duration::from_secs(5);

/// How often it is looked whether the log has its first event.
const FIRST_EVENT_LOOKED_FOR: Duration = Duration::from_secs(1);

/// The database, the log on it, and its running writer.
pub(super) struct Base {
    pub(super) log: Log,
    writer: JoinHandle<()>,
    /// The clock, and who notes the first event. They end with us, also when we are not closed.
    helpers: JoinSet<()>,
    /// The lock of an embedded database.
    held: Option<DatabaseLock>,
}

impl Base {
    /// On the configured database, once it answers, whose tables are brought up to date.
    pub(super) async fn migrated(config: &Config, env: Arc<dyn Env>) -> Result<Self, BuildError> {
        let (url, earlier) = (config.database.url()?, earlier_log(config)?);
        let held = hold(config)?;
        let open = async || {
            let store = tables::migrated(&url, env.uuid(), &earlier).await?;
            Ok(Log::open(store, env.clone()).await?)
        };
        Ok(Self::on(tables::waiting(open).await?, held, env.clone(), earlier.clone()))
    }

    /// On the configured database, once somebody has brought its tables up to
    /// date; `None` when `stop` comes first.
    pub(super) async fn when_migrated(
        config: &Config,
        env: Arc<dyn Env>,
        stop: &CancellationToken,
    ) -> Result<Option<Self>, BuildError> {
        let (url, earlier) = (config.database.url()?, earlier_log(config)?);
        let held = hold(config)?;
        let open = async || Ok(Log::open(tables::current_beside(&url, &earlier).await?, env.clone()).await?);
        tokio::select! {
            opened = tables::waiting(open) => Ok(Some(Self::on(opened?, held, env.clone(), earlier.clone()))),
            () = stop.cancelled() => Ok(None),
        }
    }

    fn on(
        (log, writer): (Log, Writer),
        held: Option<DatabaseLock>,
        env: Arc<dyn Env>,
        earlier: EarlierLog,
    ) -> Self {
        let mut helpers = JoinSet::new();
        if log.store().is_shared() {
            helpers.spawn(keep_time(log.store().clone(), env));
        }
        helpers.spawn(note_first_event(log.store().clone(), earlier));
        Self { log, writer: tokio::spawn(Writer::run(writer)), helpers, held }
    }

    /// Ends the writer, which waits for the last handle on the log, and all connections.
    pub(super) async fn close(self) {
        let store = self.log.store().clone();
        drop(self.log);
        drop(self.helpers);
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

/// What shows that there was a log before; an embedded database is not even made beside it.
fn earlier_log(config: &Config) -> Result<EarlierLog, BuildError> {
    let earlier = EarlierLog::of(config)?;
    earlier.allows_file().map_err(tables::TablesError::from)?;
    Ok(earlier)
}

/// Holds the embedded database for this process: a second one would take the
/// first one's claims on mails for those of an earlier run.
fn hold(config: &Config) -> Result<Option<DatabaseLock>, BuildError> {
    match config.database.address()? {
        Address::Sqlite(path) => DatabaseLock::take(&path).map(Some),
        Address::Postgres(_) => Ok(None),
    }
}
