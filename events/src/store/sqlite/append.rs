//! Appends a batch of commits in one transaction on the one writing
//! connection: the steps of PostgreSQL's `append_batch`.
//!
//! Each statement is a hop to the connection's thread: so as few as will do.

use serde::Serialize;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

use super::{Database, sql};
use crate::envelope::NewEvent;
use crate::ids::StreamId;
use crate::rows::Change;
use crate::store::Commit;
use crate::store::changes::Changes;
use crate::store::writer::Prepared;

/// Appends `batch`, decided in `epoch`, after the position that it answers;
/// nothing when a stream is not where a commit believes.
pub(crate) async fn append(
    database: &Database,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Option<i64>, sqlx::Error> {
    let mut transaction = database.writing.transaction().await?;
    let head = append_on(&mut transaction.connection, epoch, batch).await?;
    transaction.end();
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

async fn append_on(
    connection: &mut SqliteConnection,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Option<i64>, sqlx::Error> {
    let Some(head) = begin(connection, epoch, batch).await? else {
        sqlx::query(sql::ROLLBACK).execute(connection).await?;
        return Ok(None);
    };
    let events = batch.iter().flat_map(|one| one.commit.events.iter().zip(&one.leaves));
    let rows: Vec<_> = (head + 1..).zip(events).collect();
    let left = insert_most(connection, epoch, &rows).await?;
    let changes = Changes::gather(batch.iter().flat_map(|one| &one.commit.changes));
    finish(connection, epoch, left, &changes).await?;
    Ok(Some(head))
}

/// Begins the transaction, and moves the head past the batch; where it was,
/// unless a stream has moved on.
async fn begin(
    connection: &mut SqliteConnection,
    of_epoch: i32,
    batch: &[Prepared],
) -> Result<Option<i64>, sqlx::Error> {
    let events: usize = batch.iter().map(|one| one.commit.events.len()).sum();
    let rows: Vec<(i64, i64)> = sqlx::query_as(sql::BEGIN)
        .bind(events as i64)
        .bind(to_json(&expected(batch, Commit::doubts))?)
        .fetch_all(connection)
        .await?;
    let [(head, epoch), stale @ ..] = rows.as_slice() else { return Err(sqlx::Error::RowNotFound) };
    if *epoch != i64::from(of_epoch) {
        let text = format!("the log is in epoch {epoch}, not {of_epoch}: restart to take it in");
        return Err(sqlx::Error::Configuration(text.into()));
    }
    Ok(stale.is_empty().then_some(*head))
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

/// Inserts rows, many by a statement; gives back the few that are left.
async fn insert_most<'a>(
    connection: &mut SqliteConnection,
    epoch: i32,
    rows: &'a [Row<'a>],
) -> Result<&'a [Row<'a>], sqlx::Error> {
    let (mut left, mut text) = (rows, String::new());
    for (many, statement) in sql::INSERTS {
        while let Some((_, rest)) = left.split_at_checked(many) {
            text.extend([statement, "; "]);
            left = rest;
        }
    }
    if !text.is_empty() {
        let rows = &rows[..rows.len() - left.len()];
        let query = rows.iter().fold(sqlx::query(AssertSqlSafe(text)), |query, row| bind(query, epoch, row));
        query.execute(connection).await?;
    }
    Ok(left)
}

/// Inserts the last rows, makes the changes in the order of [`Changes`], and commits.
async fn finish(
    connection: &mut SqliteConnection,
    epoch: i32,
    rows: &[Row<'_>],
    changes: &Changes<'_>,
) -> Result<(), sqlx::Error> {
    let mut steps = Steps::default();
    steps.take(changes)?;
    let mut text = [sql::INSERT_EVENT, "; "].concat().repeat(rows.len());
    text.extend(steps.0.iter().flat_map(|(statement, _)| [statement, "; "]));
    text.push_str(sql::COMMIT);
    let query = sqlx::query(AssertSqlSafe(text));
    let query = rows.iter().fold(query, |query, row| bind(query, epoch, row));
    let query = steps.0.into_iter().fold(query, |query, (_, rows)| query.bind(rows));
    query.execute(connection).await.map(drop)
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

/// Statements, each with the rows that it is about, as JSON.
#[derive(Default)]
struct Steps(Vec<(&'static str, String)>);

impl Steps {
    fn take(&mut self, changes: &Changes<'_>) -> Result<(), sqlx::Error> {
        self.put(&[sql::PUT_ACCOUNTS], &changes.accounts)?;
        self.put(&[sql::PUT_RESETS], &changes.resets)?;
        self.put(&[sql::PUT_MAILS], &changes.mails)?;
        self.put(ERASE, &changes.erase_people)?;
        self.put(&[sql::PUT_PEOPLE], &changes.people)?;
        self.put(&[sql::DROP_SUPPRESSIONS], &changes.drop_suppressions)?;
        self.put(&[sql::PUT_SUPPRESSIONS], &changes.suppressions)?;
        self.put(&[sql::PUT_CREDENTIALS], &changes.credentials)?;
        self.put(DROP_FACTORS, &changes.drop_factors)?;
        self.put(&[sql::PUT_FACTORS], &changes.factors)?;
        self.put(&[sql::DROP_RECOVERY_CODES], &changes.drop_recovery_codes)?;
        self.put(&[sql::PUT_RECOVERY_CODES], &changes.recovery_codes)?;
        self.put(&[sql::PUT_PENDING_REQUESTS], &changes.pending_requests)?;
        self.put(&[sql::DROP_PENDING_REQUESTS], &changes.drop_pending_requests)?;
        self.put(&[sql::PUT_ORIGINS], &changes.origins)?;
        self.put(&[sql::KEEP_SESSIONS, sql::END_SESSIONS], &changes.end_sessions)?;
        self.put(&[sql::PUT_SESSIONS], &changes.sessions)?;
        self.put(&[sql::PUT_IDEMPOTENCY], &changes.idempotency)
    }

    fn put<T: Serialize>(&mut self, statements: &[&'static str], rows: &[T]) -> Result<(), sqlx::Error> {
        if !rows.is_empty() {
            let rows = to_json(&rows)?;
            self.0.extend(statements.iter().map(|statement| (*statement, rows.clone())));
        }
        Ok(())
    }
}

const DROP_FACTORS: &[&str] = &[sql::DROP_RECOVERY_CODES, sql::DROP_FACTORS, sql::UNPROVE_SESSIONS];

const ERASE: &[&str] = &[
    sql::ERASE_ORIGINS,
    sql::ERASE_PEOPLE,
    sql::ERASE_SUPPRESSIONS,
    sql::ERASE_CREDENTIALS,
    sql::DROP_RECOVERY_CODES,
    sql::DROP_FACTORS,
    sql::ERASE_SESSIONS,
];

fn to_json<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
