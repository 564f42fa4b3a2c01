//! PostgreSQL: connections, and a function of the database's own for appending.

mod append;
mod connections;
pub(crate) mod rebuild;
mod scan;
pub mod sql;

use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;

use super::StoreError;

pub(crate) use append::{append, find_wrong};
pub(crate) use connections::Connections;
pub(crate) use scan::scan;

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres");

/// Connections to one database.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) connections: Arc<Connections>,
}

/// Connects to the database at `url`.
pub(crate) async fn open(url: &str) -> Result<Database, StoreError> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.options(sql::SETTINGS).statement_cache_capacity(200);
    Ok(Database { connections: Connections::open(options).await?.into() })
}

/// Brings the tables up to this program's version.
pub(crate) async fn migrate(database: &Database) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(database.connections.pool()).await
}
