//! A database that somebody else makes and migrates.

use std::time::Duration;

use rekey_events::store::overview::Tables;
use rekey_events::store::{Address, Store, StoreError};
use uuid::Uuid;

use super::BuildError;
use super::earlier_log::{EarlierLog, EarlierLogError};
use crate::config::Config;

/// How often it is looked whether the tables are made.
const AGAIN: Duration = Duration::from_secs(1);

/// Why a database's tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// It cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such file: to open it would make it.
    #[error("there is no database {0}: name the right one, or run `rekey migrate` to make it")]
    Missing(String),
    /// They are yet to be made, or brought up to date.
    #[error(
        "the database's tables are not at this version of rekey yet: start `rekey serve`, or run `rekey migrate`"
    )]
    Behind,
    /// It is empty, where there was a log before.
    #[error(transparent)]
    Earlier(#[from] EarlierLogError),
    /// They are made for a newer program.
    #[error("a newer version of rekey has been at the database's tables: install that version here, too")]
    Ahead,
}

impl TablesError {
    /// Whether it is enough to wait.
    fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => error.is_passing(),
            Self::Behind => true,
            Self::Earlier(EarlierLogError::Store(error)) => error.is_passing(),
            Self::Earlier(_) | Self::Missing(_) | Self::Ahead => false,
        }
    }
}

/// Opens a database whose tables are at this program's version.
///
/// # Errors
/// They are not, or the database does not answer.
pub async fn open(url: &str) -> Result<Store, TablesError> {
    is_there(url)?;
    current(Store::open(url).await?).await
}

/// The same, for reading.
///
/// # Errors
/// Those of [`open`].
pub async fn open_to_read(url: &str) -> Result<Store, TablesError> {
    is_there(url)?;
    current(Store::open_to_read(url).await?).await
}

fn is_there(url: &str) -> Result<(), TablesError> {
    match url.parse().map_err(StoreError::from)? {
        Address::Sqlite(path) if !path.exists() => Err(TablesError::Missing(path.display().to_string())),
        _ => Ok(()),
    }
}

/// The same, unless it is empty where there was a log before.
///
/// # Errors
/// Those of [`open`], or it is.
pub(super) async fn current_beside(url: &str, earlier: &EarlierLog) -> Result<Store, TablesError> {
    let store = Store::open(url).await?;
    match earlier.allows(&store).await {
        Ok(()) => current(store).await,
        Err(error) => {
            store.close().await;
            Err(error.into())
        }
    }
}

async fn current(store: Store) -> Result<Store, TablesError> {
    let tables = store.tables().await;
    if matches!(tables, Ok(Tables::Current)) {
        return Ok(store);
    }
    store.close().await;
    Err(if tables? == Tables::Ahead { TablesError::Ahead } else { TablesError::Behind })
}

/// Opens a database, and brings its tables up to date; a new log gets that id.
///
/// # Errors
/// They cannot be, the database does not answer, or it is empty where there was a log before.
pub(super) async fn migrated(url: &str, log: Uuid, earlier: &EarlierLog) -> Result<Store, TablesError> {
    let store = Store::open(url).await?;
    match migrate(&store, log, earlier).await {
        Ok(()) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

/// The same for the configured database, which is made if there is none.
///
/// # Errors
/// Those of [`open`], or it is empty where there was a log before.
pub async fn begin(config: &Config, log: Uuid) -> Result<Store, BuildError> {
    let earlier = EarlierLog::of(config)?;
    earlier.allows_file().map_err(TablesError::from)?;
    Ok(migrated(&config.database.url()?, log, &earlier).await?)
}

async fn migrate(store: &Store, log: Uuid, earlier: &EarlierLog) -> Result<(), TablesError> {
    earlier.allows(store).await?;
    Ok(store.migrate(log).await?)
}

/// What `open` opens, as soon as it can; says that it waits, and for what, whenever that changes.
///
/// # Errors
/// Waiting does not help.
pub(super) async fn waiting<T>(open: impl AsyncFn() -> Result<T, TablesError>) -> Result<T, TablesError> {
    let mut told = String::new();
    loop {
        match open().await {
            Err(error) if error.is_passing() => {
                let cause = error.to_string();
                if cause != told {
                    tracing::warn!(error = cause, "waiting for the database");
                    told = cause;
                }
            }
            opened => return opened,
        }
        tokio::time::sleep(AGAIN).await;
    }
}
