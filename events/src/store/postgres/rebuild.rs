//! The second set of views: written by transactions that touch nothing live but to swap.

use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres};
use uuid::Uuid;

use super::{Database, sql};
use crate::replay::Views;
use crate::rows::{AccountRow, MailRow, ResetRow};
use crate::store::rebuild::is_hindered;
use crate::store::sql as common;

/// A transaction.
pub(crate) type Beside = sqlx::Transaction<'static, Postgres>;

/// A connection of its own that holds a lock; nothing when another does. It waits a little for the lock: one that just
/// ended, or was killed, holds it until the server noticed that its connection is gone.
pub(crate) async fn alone(database: &Database) -> Result<Option<PgConnection>, sqlx::Error> {
    let mut connection = database.connections.acquire().await?.detach();
    connection.execute(sql::ALONE_TIMEOUT).await?;
    match connection.execute(sql::REBUILD_ALONE).await {
        Ok(_) => Ok(Some(connection)),
        Err(error) if is_hindered(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Empties the tables.
pub(crate) async fn clear(database: &Database) -> Result<(), sqlx::Error> {
    database.connections.acquire().await?.execute(sql::CLEAR_NEXT).await.map(drop)
}

/// Has the planner know the tables before anybody asks them; SQLite's goes by its indexes as it is.
pub(crate) async fn look_over(database: &Database) -> Result<(), sqlx::Error> {
    database.connections.acquire().await?.execute(sql::ANALYZE_NEXT).await.map(drop)
}

pub(crate) async fn begin(database: &Database) -> Result<Beside, sqlx::Error> {
    let mut beside = database.connections.begin("BEGIN").await?;
    beside.execute(sql::LOCK_TIMEOUT).await?;
    Ok(beside)
}

/// Sets rows: those that are there make way first.
pub(crate) async fn put(beside: &mut Beside, rows: &Views) -> Result<(), sqlx::Error> {
    let accounts: Vec<Uuid> = rows.accounts.keys().map(|account| account.0).collect();
    let resets: Vec<Uuid> = rows.resets.keys().map(|reset| reset.0).collect();
    let mails: Vec<Uuid> = rows.mails.keys().map(|mail| mail.0).collect();
    for (statement, keys) in
        [(sql::DROP_NEXT_ACCOUNTS, accounts), (sql::DROP_NEXT_RESETS, resets), (sql::DROP_NEXT_MAILS, mails)]
    {
        sqlx::query(statement).bind(keys).execute(&mut **beside).await?;
    }
    let accounts: Vec<&AccountRow> = rows.accounts.values().collect();
    let resets: Vec<&ResetRow> = rows.resets.values().collect();
    let mails: Vec<&MailRow> = rows.mails.values().collect();
    sqlx::query(sql::PUT_NEXT_ACCOUNTS).bind(accounts).execute(&mut **beside).await?;
    sqlx::query(sql::PUT_NEXT_RESETS).bind(resets).execute(&mut **beside).await?;
    sqlx::query(sql::PUT_NEXT_MAILS).bind(mails).execute(&mut **beside).await.map(drop)
}

/// The log's head: nobody moves it while this transaction lasts.
pub(crate) async fn hold_head(beside: &mut Beside) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(sql::HOLD_HEAD).fetch_one(&mut **beside).await
}

/// Swaps the two sets. Claims, which do not hold the head, wait for the lock on their table.
pub(crate) async fn swap(beside: &mut Beside) -> Result<(), sqlx::Error> {
    beside.execute(sql::LOCK_VIEWS).await?;
    sqlx::query(common::CARRY_CLAIMS).execute(&mut **beside).await?;
    for statement in common::SWAP_VIEWS {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut **beside).await?;
    }
    Ok(())
}

pub(crate) async fn commit(beside: Beside) -> Result<(), sqlx::Error> {
    beside.commit().await
}

pub(crate) async fn give_up(beside: Beside) -> Result<(), sqlx::Error> {
    beside.rollback().await
}
