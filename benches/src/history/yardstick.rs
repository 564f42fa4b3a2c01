//! The same rows, read by nothing of ours.

use futures::TryStreamExt;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{PgPool, SqlitePool};
use uuid::Uuid;

const ROWS: &str =
    "SELECT position, epoch, stream, version, event_id, type, schema, recorded_at, payload, metadata,
    leaf, subject FROM events";

/// A row of events, as sqlx reads it.
type Row = (i64, i32, Uuid, i64, Uuid, String, i32, i64, Vec<u8>, Vec<u8>, Vec<u8>, Option<Uuid>);

/// A binary COPY, in whatever order is quickest: the bytes are taken, and nothing is done with them. How many rows
/// there were.
pub async fn copy(url: &str) -> i64 {
    let pool = PgPool::connect(url).await.unwrap();
    let statement = format!("COPY ({ROWS}) TO STDOUT (FORMAT binary)");
    let mut copied = pool.copy_out_raw(&statement).await.unwrap();
    // PostgreSQL sends a message for each row, and one for the end.
    let mut messages = -1;
    while copied.try_next().await.unwrap().is_some() {
        messages += 1;
    }
    drop(copied);
    pool.close().await;
    messages
}

/// sqlx's stream of rows, in order. How many there were.
pub async fn rows(url: &str) -> i64 {
    let pool = SqlitePool::connect(url).await.unwrap();
    let mut rows = sqlx::query_as::<_, Row>(ROWS).fetch(&pool);
    let mut count = 0;
    while rows.try_next().await.unwrap().is_some() {
        count += 1;
    }
    drop(rows);
    pool.close().await;
    count
}
