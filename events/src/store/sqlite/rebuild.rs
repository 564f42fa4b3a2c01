//! The second set of views: written in small transactions on the one connection that writes.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Instant;

use sqlx::AssertSqlSafe;

use super::script::to_json;
use super::writing::Transaction;
use super::{Database, sql};
use crate::replay::Views;
use crate::store::{StoreError, sql as common};

/// Rows of each table that are cleared at once.
const AT_ONCE: i64 = 500;

/// A transaction, which commits wait for.
pub(crate) type Beside = Transaction;

/// Locks a file beside the database's own; nothing when somebody has.
pub(crate) fn alone(database: &Database) -> Result<Option<File>, StoreError> {
    let mut path = database.path.as_os_str().to_owned();
    path.push("-rebuild");
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    let locked = file.and_then(|file| match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    });
    locked.map_err(|error| StoreError::Unusable(format!("the rebuild cannot be locked: {error}")))
}

/// Empties the tables, some rows at a time: each is wiped.
pub(crate) async fn clear(database: &Database) -> Result<(), sqlx::Error> {
    for statement in [sql::CLEAR_ACCOUNTS, sql::CLEAR_RESETS, sql::CLEAR_MAILS] {
        let mut gone = 1;
        while gone > 0 {
            let since = Instant::now();
            let mut turn = database.writing.turn().await?;
            gone = sqlx::query(statement).bind(AT_ONCE).execute(&mut *turn).await?.rows_affected();
            drop(turn);
            database.checkpointer.give_way().await;
            // Those who append have as much of the time as we.
            tokio::time::sleep(since.elapsed()).await;
        }
    }
    Ok(())
}

pub(crate) async fn begin(database: &Database) -> Result<Beside, sqlx::Error> {
    database.checkpointer.give_way().await;
    let mut beside = database.writing.transaction().await?;
    sqlx::query(sql::BEGIN_IMMEDIATE).execute(&mut beside.connection).await?;
    Ok(beside)
}

/// Sets rows.
pub(crate) async fn put(beside: &mut Beside, rows: &Views) -> Result<(), sqlx::Error> {
    let accounts = to_json(&rows.accounts.values().collect::<Vec<_>>())?;
    let resets = to_json(&rows.resets.values().collect::<Vec<_>>())?;
    let mails = to_json(&rows.mails.values().collect::<Vec<_>>())?;
    for (statement, rows) in
        [(sql::PUT_NEXT_ACCOUNTS, accounts), (sql::PUT_NEXT_RESETS, resets), (sql::PUT_NEXT_MAILS, mails)]
    {
        sqlx::query(statement).bind(rows).execute(&mut beside.connection).await?;
    }
    Ok(())
}

/// The log's head: nobody moves it beside this transaction.
pub(crate) async fn hold_head(beside: &mut Beside) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(common::POSITION).fetch_one(&mut beside.connection).await
}

/// Swaps the two sets.
pub(crate) async fn swap(beside: &mut Beside) -> Result<(), sqlx::Error> {
    sqlx::query(common::CARRY_CLAIMS).execute(&mut beside.connection).await?;
    for statement in common::SWAP_VIEWS {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut beside.connection).await?;
    }
    Ok(())
}

pub(crate) async fn commit(mut beside: Beside) -> Result<(), sqlx::Error> {
    sqlx::query(sql::COMMIT).execute(&mut beside.connection).await?;
    beside.end();
    Ok(())
}

pub(crate) async fn give_up(mut beside: Beside) -> Result<(), sqlx::Error> {
    sqlx::query(sql::ROLLBACK).execute(&mut beside.connection).await?;
    beside.end();
    Ok(())
}
