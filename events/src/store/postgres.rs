//! PostgreSQL: a pool, and a function of the database's own for appending.

mod append;
pub mod sql;

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::StoreError;

pub(crate) use append::{append, find_wrong};

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres");

/// A pool on one database.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) pool: PgPool,
}

/// Connects to the database at `url`.
pub(crate) async fn open(url: &str) -> Result<Database, StoreError> {
    let options: PgConnectOptions = url.parse()?;
    // A statement planned while its table was empty would keep its sequential
    // scan; all of ours have an index to go by. But for the log's head: its one
    // row is scanned, at a cost so exaggerated now that it would be compiled.
    // Nor a bitmap: of a table that was small when it was last looked at, a claim
    // would then sort the whole queue each time.
    let planner = [("enable_seqscan", "off"), ("enable_bitmapscan", "off"), ("jit", "off")];
    let options = options.options(planner).statement_cache_capacity(200);
    let pool = pool(16).connect_with(options).await?;
    Ok(Database { pool })
}

fn pool(size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        // A batch is sent five times: still an answer within the 30 s of a request.
        .acquire_timeout(Duration::from_secs(3))
        // A ping before each use would double the round trips.
        .test_before_acquire(false)
}

/// Brings the tables up to this program's version.
pub(crate) async fn migrate(database: &Database) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(&database.pool).await
}
