//! Appends a batch of commits in one transaction on the one writing
//! connection: the steps of PostgreSQL's `append_batch`.
//!
//! Each statement is a hop to the connection's thread: so as few as will do.

use std::mem::take;

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::script::{Row, Script, to_json};
use super::{Database, sql};
use crate::ids::StreamId;
use crate::rows::Change;
use crate::store::changes::Changes;
use crate::store::writer::Prepared;
use crate::store::{Commit, sql as common};

/// Appends `batch`, decided in `epoch`, after the position that it answers;
/// nothing when a stream is not where a commit believes. One that a commit begins
/// is not looked up: if it is there, that is an error ([`is_there`]).
pub(crate) async fn append(
    database: &Database,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Option<i64>, sqlx::Error> {
    database.checkpointer.give_way().await;
    let mut transaction = database.writing.transaction().await?;
    let appended = append_on(&mut transaction.connection, epoch, batch).await;
    // After any other error nobody knows what is left of the transaction.
    if appended.as_ref().err().is_none_or(is_there) {
        transaction.end();
    }
    let head = appended?;
    if batch.iter().any(forgets) {
        database.checkpointer.forgotten();
    } else {
        database.checkpointer.committed(batch.iter().map(pages).sum());
    }
    Ok(head)
}

/// Whether the commit forgets a person, who must not linger in the WAL.
fn forgets(one: &Prepared) -> bool {
    one.commit.changes.iter().any(|change| matches!(change, Change::ErasePerson(_)))
}

/// Pages that the commit writes, at a guess.
fn pages(one: &Prepared) -> i64 {
    let bytes: usize = one.commit.events.iter().map(|event| event.payload.len()).sum();
    (1 + one.commit.changes.len() + bytes / 4096) as i64
}

/// Once it answers, the transaction is over: committed, or rolled back when it answers nothing.
async fn append_on(
    connection: &mut SqliteConnection,
    of_epoch: i32,
    batch: &[Prepared],
) -> Result<Option<i64>, sqlx::Error> {
    match write(connection, of_epoch, batch).await {
        Err(error) if is_refused(&error) => {}
        head => return head.map(Some),
    }
    let (_, epoch, _): (Uuid, i32, i64) = sqlx::query_as(common::HEAD).fetch_one(connection).await?;
    if epoch != of_epoch {
        let text = format!("the log is in epoch {epoch}, not {of_epoch}: restart to take it in");
        return Err(sqlx::Error::Configuration(text.into()));
    }
    Ok(None)
}

/// Whether the log's head found no place to move to; see [`sql::BEGIN`].
fn is_refused(error: &sqlx::Error) -> bool {
    says(error, "log_head.position")
}

/// Whether an event's id or version is taken: a trigger says so, and rolls all back.
pub(crate) fn is_there(error: &sqlx::Error) -> bool {
    says(error, "REPLACE on events is refused")
}

fn says(error: &sqlx::Error, words: &str) -> bool {
    error.as_database_error().is_some_and(|cause| cause.message().contains(words))
}

/// Writes the batch after the position that it answers: few events with all that
/// belongs to them at once.
async fn write(
    connection: &mut SqliteConnection,
    epoch: i32,
    batch: &[Prepared],
) -> Result<i64, sqlx::Error> {
    let events: Vec<Row<'_>> =
        batch.iter().flat_map(|one| one.commit.events.iter().zip(&one.leaves)).collect();
    let mut script = Script::default();
    script.put(sql::BEGIN, epoch)?;
    script.bind(to_json(&expected(batch, Commit::doubts))?)?;
    script.bind(events.len() as i64)?;
    let (most, few) = events.split_at(events.len() - events.len() % FEW);
    let mut heads = Vec::new();
    if !most.is_empty() {
        heads = take(&mut script).send(connection).await?;
        let head = heads.first().ok_or(sqlx::Error::RowNotFound)?;
        insert(head - events.len() as i64, epoch, most)?.send(connection).await?;
    }
    for (before, event) in (0..few.len() as i64).rev().zip(few) {
        script.add(sql::INSERT_EVENT);
        script.event(before, epoch, event)?;
    }
    script.changes(&Changes::gather(batch.iter().flat_map(|one| &one.commit.changes)))?;
    script.add(sql::COMMIT);
    heads.extend(script.send(connection).await?);
    let head = heads.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(head - events.len() as i64)
}

/// What is wrong with commits of `batch`; see [`Verdict::of`].
pub(crate) async fn find_wrong(
    database: &Database,
    batch: &[Prepared],
) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    let first: Vec<_> =
        batch.iter().map(|one| (one.commit.events[0].event_id, one.commit.events.len())).collect();
    sqlx::query_as(sql::WRONG)
        .bind(to_json(&first)?)
        .bind(to_json(&expected(batch, Commit::expectations))?)
        .fetch_all(&database.readers)
        .await
}

/// The streams that commits rely on: commit's number, stream, version.
fn expected(batch: &[Prepared], streams: fn(&Commit) -> Vec<(StreamId, i64)>) -> Vec<(i64, StreamId, i64)> {
    let of = |(at, one): (_, &Prepared)| {
        streams(&one.commit).into_iter().map(move |(stream, version)| (at, stream, version))
    };
    (0..).zip(batch).flat_map(of).collect()
}

/// Inserts events after `head`, many by a statement.
fn insert(head: i64, epoch: i32, events: &[Row<'_>]) -> Result<Script, sqlx::Error> {
    let (mut script, mut left) = (Script::default(), events.len());
    for (many, statement) in sql::INSERTS {
        (0..left / many).for_each(|_| script.add(statement));
        left %= many;
    }
    for (position, event) in (head + 1..).zip(events) {
        script.event(position, epoch, event)?;
    }
    Ok(script)
}

/// Fewer events than this are not worth a statement for many.
const FEW: usize = sql::INSERTS[sql::INSERTS.len() - 1].0;
