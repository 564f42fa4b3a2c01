//! Whether a database, and the way to it, can be used at all: asked before it is.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::time::timeout;

use super::sql;
use crate::store::StoreError;

/// How long the server may take for all of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connects twice, and looks at what there is.
///
/// # Errors
/// The server does not answer. The database does not store text as UTF-8. A pooler lends a server process for a
/// transaction at a time: settings, prepared statements and locks of a session would be another client's.
pub(super) async fn check(options: &PgConnectOptions) -> Result<(), StoreError> {
    let checked = async {
        let (mut one, mut other) = (options.connect().await?, options.connect().await?);
        check_encoding(&mut one).await?;
        check_sessions(&mut one, &mut other).await?;
        let _ = (one.close().await, other.close().await);
        Ok(())
    };
    let late = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into());
    timeout(PATIENCE, checked).await.unwrap_or_else(late)
}

async fn check_encoding(connection: &mut PgConnection) -> Result<(), StoreError> {
    let row = sqlx::raw_sql(sql::ENCODING).fetch_one(connection).await?;
    let (name, encoding): (String, String) = sqlx::FromRow::from_row(&row)?;
    if encoding == "UTF8" {
        return Ok(());
    }
    let better = format!("{name}_utf8").replace('"', "\"\"");
    Err(StoreError::Unusable(format!(
        "the database {name} stores text as {encoding}, and rekey needs UTF8: run \
         `CREATE DATABASE \"{better}\" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'` there, and name that one in \
         `database.url`"
    )))
}

/// Each of two sessions keeps its server process, and shares it with nobody.
async fn check_sessions(one: &mut PgConnection, other: &mut PgConnection) -> Result<(), StoreError> {
    let (first, second) = (backend(one).await?, backend(other).await?);
    let (first_again, second_again) = (backend(one).await?, backend(other).await?);
    if first != second && (first, second) == (first_again, second_again) {
        return Ok(());
    }
    Err(StoreError::Unusable(
        "a pooler before PostgreSQL lends its connections for a transaction at a time, and rekey needs a session \
         of its own for each: set `pool_mode = session` for this database in pgbouncer.ini, or connect to PostgreSQL \
         itself"
            .to_owned(),
    ))
}

async fn backend(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let row = sqlx::raw_sql(sql::BACKEND).fetch_one(connection).await?;
    sqlx::FromRow::from_row(&row).map(|(process,)| process)
}
