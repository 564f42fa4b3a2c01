//! Opening a database, and bringing its tables up to date.

use sqlx::migrate::MigrateError;
use uuid::Uuid;

use super::error::is_passing;
use super::overview::is_missing_table;
use super::{Address, Store, StoreError, postgres, reading, sql, sqlite, writing};

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
        match url.parse()? {
            Address::Sqlite(path) => sqlite::open(&path).await.map(Self::Sqlite),
            Address::Postgres(url) => postgres::open(&url, postgres::Access::Write).await.map(Self::Postgres),
        }
    }

    /// Opens `sqlite:PATH` or `postgres://…` for reading. An SQLite file is not changed, and may be one that
    /// nobody can write to; a PostgreSQL server may be a standby.
    ///
    /// # Errors
    /// The address is neither, there is no such file, or the database does not answer.
    pub async fn open_to_read(url: &str) -> Result<Self, StoreError> {
        match url.parse()? {
            Address::Sqlite(path) => sqlite::open_to_read(&path).await.map(Self::Sqlite),
            Address::Postgres(url) => postgres::open(&url, postgres::Access::Read).await.map(Self::Postgres),
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
        self.renew_keys().await?;
        if let Self::Sqlite(database) = self {
            sqlite::catch_up(database).await?;
        }
        Ok(())
    }

    /// Whether it holds a log with at least one event; also of a database without tables, or with those of
    /// another version.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_events(&self) -> Result<bool, StoreError> {
        let position: Result<Option<i64>, sqlx::Error> =
            reading!(self, pool => sqlx::query_scalar(sql::POSITION).fetch_optional(pool).await);
        match position {
            Err(error) if is_missing_table(&error) => Ok(false),
            position => Ok(position?.is_some_and(|position| position > 0)),
        }
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

    /// Whether an event could be appended now; writes none. PostgreSQL is asked, and refuses on a standby or where it
    /// is read-only. SQLite's file must take a write transaction, and its folder some bytes, which are not kept: a
    /// disk that is full, or mounted to read only, has no room for them.
    ///
    /// # Errors
    /// Why not.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(database) => sqlite::probe(database).await,
            Self::Postgres(database) => postgres::probe(database).await,
        }
        .map_err(StoreError::from)
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
