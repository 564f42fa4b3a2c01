//! Appends a batch of commits in one transaction on the one writing
//! connection: the steps of PostgreSQL's `append_batch`.

use serde::Serialize;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};

use super::{Database, sql};
use crate::envelope::NewEvent;
use crate::rows::Change;
use crate::store::append::Verdict;
use crate::store::changes::Changes;
use crate::store::writer::Prepared;

/// Appends `batch`, decided in `epoch`: a verdict per commit.
pub(crate) async fn append(
    database: &Database,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let mut connection = database.writer.acquire().await?;
    let verdicts = append_on(&mut connection, epoch, batch).await;
    match &verdicts {
        Ok(_) if batch.iter().any(forgets) => database.checkpointer.forgotten(),
        Ok(_) => database.checkpointer.committed(),
        // SQLite rolls some failures back by itself (a full disk, for one), and
        // sqlx then believes itself in a transaction for ever: a new connection.
        Err(_) => connection.close_on_drop(),
    }
    verdicts
}

/// Whether the commit forgets a person, who must not linger in the WAL.
fn forgets(one: &Prepared) -> bool {
    one.commit.changes.iter().any(|change| matches!(change, Change::ErasePerson(_)))
}

async fn append_on(
    connection: &mut SqliteConnection,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let mut transaction = sqlx::Connection::begin_with(connection, "BEGIN IMMEDIATE").await?;
    let head = move_head(&mut transaction, epoch, batch).await?;
    let wrong = find_wrong(&mut transaction, batch).await?;
    if wrong.iter().any(|verdict| *verdict != Verdict::HeldBack) {
        return Ok(wrong);
    }
    let verdicts = insert_events(&mut transaction, epoch, head, batch).await?;
    apply(&mut transaction, &Changes::gather(batch.iter().flat_map(|one| &one.commit.changes))).await?;
    transaction.commit().await?;
    Ok(verdicts)
}

/// Moves the head past the batch; where it was.
async fn move_head(
    connection: &mut SqliteConnection,
    of_epoch: i32,
    batch: &[Prepared],
) -> Result<i64, sqlx::Error> {
    let events: usize = batch.iter().map(|one| one.commit.events.len()).sum();
    let (head, epoch): (i64, i32) =
        sqlx::query_as(sql::MOVE_HEAD).bind(events as i64).fetch_one(connection).await?;
    if epoch != of_epoch {
        let text = format!("the log is in epoch {epoch}, not {of_epoch}: restart to take it in");
        return Err(sqlx::Error::Configuration(text.into()));
    }
    Ok(head)
}

/// A verdict per commit: `HeldBack` where nothing is wrong.
async fn find_wrong(
    connection: &mut SqliteConnection,
    batch: &[Prepared],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let first: Vec<_> =
        batch.iter().map(|one| (one.commit.events[0].event_id, one.commit.events.len())).collect();
    let expected: Vec<_> = (0..)
        .zip(batch)
        .flat_map(|(at, one)| one.commit.expectations().map(move |(stream, version)| (at, stream, version)))
        .collect();
    let wrong: Vec<(i64, i64)> = sqlx::query_as(sql::WRONG)
        .bind(to_json(&first)?)
        .bind(to_json(&expected)?)
        .fetch_all(connection)
        .await?;
    let mut verdicts = vec![Verdict::HeldBack; batch.len()];
    for (at, position) in wrong {
        let verdict = usize::try_from(at).ok().and_then(|at| verdicts.get_mut(at));
        match verdict {
            Some(verdict) if position > 0 => *verdict = Verdict::Before(position),
            // Of course it is stale when it is there itself.
            Some(verdict @ Verdict::HeldBack) => *verdict = Verdict::Stale,
            _ => {}
        }
    }
    Ok(verdicts)
}

async fn insert_events(
    connection: &mut SqliteConnection,
    epoch: i32,
    head: i64,
    batch: &[Prepared],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let events = batch.iter().flat_map(|one| one.commit.events.iter().zip(&one.leaves));
    let rows: Vec<_> = (head + 1..).zip(events).collect();
    let mut left = rows.as_slice();
    // Each statement is a hop to the connection's thread: so as few as will do.
    for (many, statement) in sql::INSERTS {
        while let Some((rows, rest)) = left.split_at_checked(many) {
            rows.iter()
                .fold(sqlx::query(statement), |query, row| bind(query, epoch, row))
                .execute(&mut *connection)
                .await?;
            left = rest;
        }
    }
    let mut position = head;
    Ok(batch
        .iter()
        .map(|one| {
            position += one.commit.events.len() as i64;
            Verdict::Appended(position)
        })
        .collect())
}

/// A row to insert: its position, the event, the event's leaf.
type Row<'a> = (i64, (&'a NewEvent, &'a [u8; 32]));

fn bind<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    epoch: i32,
    row: &Row<'_>,
) -> Query<'q, Sqlite, SqliteArguments> {
    let (position, (event, leaf)) = row;
    query
        .bind(*position)
        .bind(epoch)
        .bind(event.stream.0)
        .bind(event.version)
        .bind(event.event_id.0)
        .bind(event.name)
        .bind(event.schema)
        .bind(event.recorded_at.micros())
        .bind(event.payload.clone())
        .bind(event.metadata.clone())
        .bind(leaf.to_vec())
        .bind(event.subject.map(|account| account.0))
}

/// Makes the changes, in the order of [`Changes`].
async fn apply(connection: &mut SqliteConnection, changes: &Changes<'_>) -> Result<(), sqlx::Error> {
    put(connection, &[sql::PUT_ACCOUNTS], &changes.accounts).await?;
    put(connection, &[sql::PUT_RESETS], &changes.resets).await?;
    put(connection, &[sql::PUT_MAILS], &changes.mails).await?;
    put(connection, ERASE, &changes.erase_people).await?;
    put(connection, &[sql::PUT_PEOPLE], &changes.people).await?;
    put(connection, &[sql::PUT_CREDENTIALS], &changes.credentials).await?;
    put(
        connection,
        &[sql::DROP_RECOVERY_CODES, sql::DROP_FACTORS, sql::UNPROVE_SESSIONS],
        &changes.drop_factors,
    )
    .await?;
    put(connection, &[sql::PUT_FACTORS], &changes.factors).await?;
    put(connection, &[sql::DROP_RECOVERY_CODES], &changes.drop_recovery_codes).await?;
    put(connection, &[sql::PUT_RECOVERY_CODES], &changes.recovery_codes).await?;
    put(connection, &[sql::PUT_PENDING_REQUESTS], &changes.pending_requests).await?;
    put(connection, &[sql::DROP_PENDING_REQUESTS], &changes.drop_pending_requests).await?;
    put(connection, &[sql::PUT_ORIGINS], &changes.origins).await?;
    put(connection, &[sql::KEEP_SESSIONS, sql::END_SESSIONS], &changes.end_sessions).await?;
    put(connection, &[sql::PUT_SESSIONS], &changes.sessions).await?;
    put(connection, &[sql::PUT_IDEMPOTENCY], &changes.idempotency).await
}

const ERASE: &[&str] = &[
    sql::ERASE_ORIGINS,
    sql::ERASE_PEOPLE,
    sql::ERASE_CREDENTIALS,
    sql::DROP_RECOVERY_CODES,
    sql::DROP_FACTORS,
    sql::ERASE_SESSIONS,
];

async fn put<T: Serialize>(
    connection: &mut SqliteConnection,
    statements: &[&'static str],
    rows: &[T],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = to_json(&rows)?;
    for statement in statements {
        sqlx::query(*statement).bind(rows.as_str()).execute(&mut *connection).await?;
    }
    Ok(())
}

fn to_json<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
