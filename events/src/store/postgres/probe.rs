//! Whether a write would work.

use super::{Database, sql};

/// Asks for a write of nothing.
pub(crate) async fn probe(database: &Database) -> Result<(), sqlx::Error> {
    sqlx::query(sql::PROBE).execute(&*database.connections).await.map(drop)
}
