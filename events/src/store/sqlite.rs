//! SQLite: one writing connection, some for reading, a checkpointer beside them.

mod append;
mod checkpoint;
mod probe;
pub(crate) mod rebuild;
mod scan;
mod script;
pub mod sql;
mod writing;

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

use super::StoreError;

pub(crate) use append::{append, find_wrong, is_there};
pub(crate) use checkpoint::Checkpointer;
pub(crate) use probe::probe;
pub(crate) use scan::scan;
pub(crate) use writing::Writing;

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");

/// SQLITE_READONLY_DIRECTORY and SQLITE_CANTOPEN (<https://www.sqlite.org/rescode.html>).
const READ_ONLY_FOLDER: &str = "1544";
const CANNOT_OPEN: &str = "14";

/// Connections to one file.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) path: Arc<Path>,
    /// Nobody can write to the file, nor make one beside it.
    pub(crate) is_frozen: bool,
    pub(crate) readers: SqlitePool,
    pub(crate) writing: Writing,
    pub(crate) checkpointer: Checkpointer,
}

/// Opens (and creates) the file at `path`.
pub(crate) async fn open(path: &Path) -> Result<Database, StoreError> {
    create(path).map_err(sqlx::Error::Io)?;
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .auto_vacuum(SqliteAutoVacuum::None)
        // What was forgotten is gone from the file, too.
        .pragma("secure_delete", "ON")
        // A statement's own journal would else go to a file, past 64 KiB.
        .pragma("temp_store", "MEMORY")
        // Checkpoints are made beside the commits, not in them.
        .pragma("wal_autocheckpoint", "0");
    connect(path, options).await
}

/// Opens the file at `path` for reading: it is left as it is, whatever is asked of it.
pub(crate) async fn open_to_read(path: &Path) -> Result<Database, StoreError> {
    let database = connect(path, options(path).read_only(true)).await?;
    let Err(error) = sqlx::query(sql::ANY_TABLE).fetch_optional(&database.readers).await else {
        return Ok(database);
    };
    match error.as_database_error().and_then(|error| error.code()).as_deref() {
        // No WAL is there, and none can be made.
        Some(READ_ONLY_FOLDER) => frozen(path).await,
        Some(CANNOT_OPEN) => Err(StoreError::Unusable(format!(
            "{0} cannot be read beside its WAL where it is: copy it and {0}-wal to a folder that can be written to",
            path.display()
        ))),
        _ => Err(error.into()),
    }
}

/// Opens a file that does not change while it is read.
pub(crate) async fn frozen(path: &Path) -> Result<Database, StoreError> {
    let database = connect(path, options(path).read_only(true).immutable(true)).await?;
    Ok(Database { is_frozen: true, ..database })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(200)
        // Rows that may wait for whoever reads them: below, the two threads take turns.
        .row_buffer_size(1024)
}

async fn connect(path: &Path, options: SqliteConnectOptions) -> Result<Database, StoreError> {
    // First what writes: it sets the file's journal mode.
    let writing = Writing::open(options.clone()).await?;
    let readers = readers().connect_with(options.clone()).await?;
    let checkpointer = Checkpointer::new(path, options, writing.clone(), readers.clone());
    Ok(Database { path: path.into(), is_frozen: false, readers, writing, checkpointer })
}

/// Makes the file if there is none, for its owner only; what SQLite puts
/// beside it gets the same rights. One that is there is not even opened: closing it would end the locks that
/// SQLite has on it in this process (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
fn create(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

fn readers() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Brings the tables up to this program's version.
pub(crate) async fn migrate(database: &Database) -> Result<(), sqlx::migrate::MigrateError> {
    let mut transaction = database.writing.transaction().await?;
    MIGRATIONS.run(&mut transaction.connection).await?;
    transaction.end();
    Ok(())
}

/// Moves what was written into the file itself, so that a copy of it is a database.
pub(crate) async fn catch_up(database: &Database) -> Result<(), sqlx::Error> {
    database.checkpointer.catch_up().await
}

#[cfg(test)]
mod tests;
