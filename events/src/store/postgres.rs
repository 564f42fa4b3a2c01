//! PostgreSQL: connections, and a function of the database's own for appending.

mod append;
mod check;
mod connections;
mod probe;
pub(crate) mod rebuild;
mod scan;
pub mod sql;

use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;

use super::StoreError;

pub(crate) use append::{append, find_wrong};
pub(crate) use connections::{Access, Connections};
pub(crate) use probe::probe;
pub(crate) use scan::scan;

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres");

/// Connections to one database.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) connections: Arc<Connections>,
}

/// Connects to the database at `url`, for what `access` says.
pub(crate) async fn open(url: &str, access: Access) -> Result<Database, StoreError> {
    let options: PgConnectOptions = url.parse()?;
    // A parameter of the start that pgbouncer refuses; we store no floating-point numbers.
    let options = options.extra_float_digits(None).statement_cache_capacity(200);
    check::check(&options).await?;
    Ok(Database { connections: Connections::new(options, access).into() })
}

/// Brings the tables up to this program's version.
pub(crate) async fn migrate(database: &Database) -> Result<(), sqlx::migrate::MigrateError> {
    let mut connection = database.connections.acquire().await?;
    MIGRATIONS.run(&mut *connection).await
}
