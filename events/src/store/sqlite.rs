//! SQLite: one writing connection, some for reading, a checkpointer beside them.

mod append;
mod checkpoint;
pub mod sql;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

use super::StoreError;

pub(crate) use append::{append, find_wrong};
pub(crate) use checkpoint::Checkpointer;

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");

/// Pools on one file.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) readers: SqlitePool,
    pub(crate) writer: SqlitePool,
    pub(crate) checkpointer: Checkpointer,
}

/// Opens (and creates) the file at `path`.
pub(crate) async fn open(path: &Path) -> Result<Database, StoreError> {
    create(path).map_err(sqlx::Error::Io)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .auto_vacuum(SqliteAutoVacuum::None)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(200)
        // Rows that may wait for whoever reads them: below, the two threads take turns.
        .row_buffer_size(1024)
        // What was forgotten is gone from the file, too.
        .pragma("secure_delete", "ON")
        // Checkpoints are made beside the commits, not in them.
        .pragma("wal_autocheckpoint", "0");
    // The writer first: it creates the file and sets its journal mode.
    let writer = pool(1).connect_with(options.clone()).await?;
    let readers = pool(4).connect_with(options.clone()).await?;
    let checkpointer = Checkpointer::new(path, options);
    Ok(Database { readers, writer, checkpointer })
}

/// Makes the file if there is none, for its owner only; what SQLite puts
/// beside it gets the same rights.
fn create(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Brings the tables up to this program's version.
pub(crate) async fn migrate(database: &Database) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(&database.writer).await
}
