//! A connection of the test's own, for statements that rekey would never make.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

/// A session on either database; ends when dropped.
pub enum Sql {
    /// On SQLite, with that program's defaults.
    Sqlite(SqliteConnection),
    /// On PostgreSQL.
    Postgres(PgConnection),
}

impl Sql {
    /// Connects to `sqlite:PATH` or `postgres://…`.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn connect(url: &str) -> Self {
        Self::try_connect(url).await.expect("a connection to the database")
    }

    /// The same.
    ///
    /// # Errors
    /// What there is instead of an answer.
    pub async fn try_connect(url: &str) -> Result<Self, String> {
        let connected = match url.strip_prefix("sqlite:") {
            Some(path) => {
                let options = SqliteConnectOptions::new().filename(path);
                SqliteConnection::connect_with(&options).await.map(Self::Sqlite)
            }
            None => PgConnection::connect(url).await.map(Self::Postgres),
        };
        connected.map_err(|error| error.to_string())
    }

    /// Runs the statements; how many rows they touched, or the database's own words.
    ///
    /// # Errors
    /// What the database says to it.
    pub async fn run(&mut self, statements: &str) -> Result<u64, String> {
        let raw = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        let touched = match self {
            Self::Sqlite(connection) => connection.execute(raw).await.map(|done| done.rows_affected()),
            Self::Postgres(connection) => connection.execute(raw).await.map(|done| done.rows_affected()),
        };
        touched.map_err(|error| error.to_string())
    }

    /// Runs the statements as a database's administrator can: past the triggers that keep the log as it is.
    ///
    /// # Errors
    /// What the database says to it.
    pub async fn tamper(&mut self, statements: &str) -> Result<u64, String> {
        let past_triggers = match self {
            Self::Sqlite(_) => {
                "DROP TRIGGER IF EXISTS events_are_not_updated; DROP TRIGGER IF EXISTS events_are_not_deleted;
                 DROP TRIGGER IF EXISTS events_are_not_replaced;"
            }
            Self::Postgres(_) => "ALTER TABLE events DISABLE TRIGGER USER;",
        };
        self.run(past_triggers).await?;
        self.run(statements).await
    }

    /// The rows of a query, each field as the database writes it, `NULL` as nothing.
    ///
    /// # Errors
    /// What the database says to it.
    pub async fn rows(&mut self, query: &str) -> Result<Vec<Vec<String>>, String> {
        let raw = sqlx::raw_sql(AssertSqlSafe(query.to_owned()));
        let rows = match self {
            Self::Sqlite(connection) => {
                connection.fetch_all(raw).await.map(|rows| rows.iter().map(texts).collect())
            }
            Self::Postgres(connection) => {
                connection.fetch_all(raw).await.map(|rows| rows.iter().map(texts).collect())
            }
        };
        rows.map_err(|error| error.to_string())
    }

    /// A query's only field, as a number.
    ///
    /// # Panics
    /// If the query fails or answers anything else.
    pub async fn number(&mut self, query: &str) -> i64 {
        let rows = self.rows(query).await.expect("an answer");
        rows[0][0].parse().expect("a number")
    }
}

fn texts<R: Row>(row: &R) -> Vec<String>
where
    usize: sqlx::ColumnIndex<R>,
    for<'r> Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let text = |at: usize| row.try_get_unchecked::<Option<String>, _>(at).ok().flatten().unwrap_or_default();
    (0..row.len()).map(text).collect()
}
