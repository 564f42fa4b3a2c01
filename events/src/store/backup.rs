//! Copies of an SQLite database, taken while others write to it.

use std::path::Path;

use super::{Store, StoreError, reading, sqlite};

/// Faults of a file that are listed; others follow from them.
const LISTED: usize = 20;

impl Store {
    /// Copies an SQLite database, as it is at one moment, into the empty file `to`. Writers do not wait; the
    /// WAL grows by what is written meanwhile. The copy has no WAL, and no page that holds what was deleted. It is
    /// not synced to the disk.
    ///
    /// # Errors
    /// The database is not SQLite's or cannot be read, or `to` cannot be written.
    pub async fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        let Self::Sqlite(database) = self else {
            return Err(StoreError::Unusable("only an SQLite database is copied as a file".to_owned()));
        };
        let failed =
            |why: String| StoreError::Unusable(format!("the copy {} cannot be made: {why}", to.display()));
        let to_text = to.to_str().ok_or_else(|| failed("its path is not UTF-8".to_owned()))?;
        let copied = sqlx::query(sqlite::sql::COPY).bind(to_text).execute(&database.readers).await;
        copied.map(drop).map_err(|error| failed(error.to_string()))
    }

    /// Opens an SQLite file that nobody writes to: without locks, and without a file beside it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn open_unchanging(path: &Path) -> Result<Self, StoreError> {
        sqlite::frozen(path).await.map(Self::Sqlite)
    }

    /// What the database itself finds wrong with its file: nothing when all is well. Nothing on PostgreSQL, which
    /// has tools of its own for that.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn file_faults(&self) -> Result<Vec<String>, StoreError> {
        let Self::Sqlite(_) = self else { return Ok(Vec::new()) };
        let mut said: Vec<String> = reading!(self, pool => {
            sqlx::query_scalar(sqlite::sql::CHECK_FILE).fetch_all(pool).await
        })?;
        said.retain(|line| line != "ok");
        said.truncate(LISTED);
        Ok(said)
    }
}
