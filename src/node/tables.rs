//! A database that somebody else makes and migrates.

use std::time::Duration;

use rekey_events::store::overview::Tables;
use rekey_events::store::{Store, StoreError};
use uuid::Uuid;

/// How often it is looked whether the tables are made.
const AGAIN: Duration = Duration::from_secs(1);

/// Why a database's tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// It cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They are yet to be made, or brought up to date.
    #[error(
        "the database's tables are not at this version of rekey yet: start `rekey serve`, or run `rekey migrate`"
    )]
    Behind,
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
            Self::Ahead => false,
        }
    }
}

/// Opens a database whose tables are at this program's version.
///
/// # Errors
/// They are not, or the database does not answer.
pub async fn open(url: &str) -> Result<Store, TablesError> {
    current(Store::open(url).await?).await
}

/// The same, for reading.
///
/// # Errors
/// Those of [`open`].
pub async fn open_to_read(url: &str) -> Result<Store, TablesError> {
    current(Store::open_to_read(url).await?).await
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
/// They cannot be, or the database does not answer.
pub(super) async fn migrated(url: &str, log: Uuid) -> Result<Store, StoreError> {
    let store = Store::open(url).await?;
    match store.migrate(log).await {
        Ok(()) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
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
