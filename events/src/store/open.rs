//! Opening a database, and bringing its tables up to date.

use std::path::Path;

use sqlx::migrate::MigrateError;
use uuid::Uuid;

use super::error::is_passing;
use super::{Store, StoreError, postgres, reading, sql, sqlite, writing};

/// Which log a database holds, and its epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The log's id.
    pub log: Uuid,
    /// Counts the restores and failovers that lost commits, from 1.
    pub epoch: i32,
    /// The position of the last event; 0 when there is none.
    pub position: i64,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// The address is neither, or the database does not answer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return sqlite::open(Path::new(path)).await.map(Self::Sqlite);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return postgres::open(url).await.map(Self::Postgres);
        }
        Err(StoreError::Unusable("the database's address must begin with sqlite: or postgres://".to_owned()))
    }

    /// Opens `sqlite:PATH` or `postgres://…` for reading. An SQLite file is not changed, and may be one that
    /// nobody can write to.
    ///
    /// # Errors
    /// The address is neither, there is no such file, or the database does not answer.
    pub async fn open_to_read(url: &str) -> Result<Self, StoreError> {
        match url.strip_prefix("sqlite:") {
            Some(path) => sqlite::open_to_read(Path::new(path)).await.map(Self::Sqlite),
            None => Self::open(url).await,
        }
    }

    /// Brings the tables up to this program's version, the keys of names and addresses in them, too, and begins
    /// the log with the id `log` if there is none.
    ///
    /// # Errors
    /// The database does not answer, or a newer program has been at it.
    pub async fn migrate(&self, log: Uuid) -> Result<(), StoreError> {
        let migrated = match self {
            Self::Sqlite(database) => sqlite::migrate(database).await,
            Self::Postgres(database) => postgres::migrate(database).await,
        };
        migrated.map_err(|error| match error {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) if is_passing(&cause) => {
                cause.into()
            }
            error => StoreError::Unusable(format!("the tables cannot be brought up to date: {error}")),
        })?;
        writing!(self, pool => sqlx::query(sql::BEGIN_LOG).bind(log).execute(pool).await.map(|_| ()))?;
        self.renew_keys().await
    }

    /// Begins another epoch of the log, as after a restore that lost commits; which one. Whoever appends in the
    /// one before is refused from now on.
    ///
    /// # Errors
    /// The database does not answer, or holds no log.
    pub async fn begin_epoch(&self) -> Result<i32, StoreError> {
        self.head().await?;
        Ok(writing!(self, executor => sqlx::query_scalar(sql::NEW_EPOCH).fetch_one(executor).await)?)
    }

    /// Which log it is, and how far it is.
    ///
    /// # Errors
    /// The database does not answer, or holds no log.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let row: Option<(Uuid, i32, i64)> =
            reading!(self, pool => sqlx::query_as(sql::HEAD).fetch_optional(pool).await)?;
        let (log, epoch, position) = row.ok_or_else(|| {
            StoreError::Unusable("the database holds no log yet: run `rekey migrate`".to_owned())
        })?;
        Ok(Head { log, epoch, position })
    }

    /// Has the database check a statement, without running it.
    ///
    /// # Errors
    /// The database cannot make sense of it.
    pub async fn prepare(&self, statement: &'static str) -> Result<(), StoreError> {
        use sqlx::{Executor, SqlSafeStr};
        reading!(self, pool => pool.prepare(statement.into_sql_str()).await.map(drop))?;
        Ok(())
    }

    /// Closes all connections, after what they are at.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(database) => {
                database.readers.close().await;
                database.writing.close().await;
            }
            Self::Postgres(database) => database.connections.close().await,
        }
    }
}
