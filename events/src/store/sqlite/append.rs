//! Appends a batch of commits in one transaction on the one writing
//! connection: the steps of PostgreSQL's `append_batch`.

use serde::Serialize;
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

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
    let mut writing = Writing { connection: database.writer.acquire().await?, is_over: false };
    let verdicts = append_on(&mut writing.connection, epoch, batch).await?;
    writing.is_over = true;
    if batch.iter().any(forgets) {
        database.checkpointer.forgotten();
    } else {
        database.checkpointer.committed(batch.iter().map(pages).sum());
    }
    Ok(verdicts)
}

/// The connection, with a transaction on it until it is over. It is closed when
/// that fails, or is left halfway: else nobody could begin another.
struct Writing {
    connection: PoolConnection<Sqlite>,
    is_over: bool,
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.is_over {
            self.connection.close_on_drop();
        }
    }
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

/// Each statement is a hop to the connection's thread: so as few as will do.
async fn append_on(
    connection: &mut SqliteConnection,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let (head, wrong) = begin(connection, epoch, batch).await?;
    if wrong.iter().any(|verdict| *verdict != Verdict::HeldBack) {
        sqlx::query(sql::ROLLBACK).execute(connection).await?;
        return Ok(wrong);
    }
    let events = batch.iter().flat_map(|one| one.commit.events.iter().zip(&one.leaves));
    let rows: Vec<_> = (head + 1..).zip(events).collect();
    let left = insert_most(connection, epoch, &rows).await?;
    let changes = Changes::gather(batch.iter().flat_map(|one| &one.commit.changes));
    finish(connection, epoch, left, &changes).await?;
    Ok(positions(head, batch))
}

/// Begins the transaction, and moves the head past the batch. Where it was, and
/// a verdict per commit: `HeldBack` where nothing is wrong.
async fn begin(
    connection: &mut SqliteConnection,
    of_epoch: i32,
    batch: &[Prepared],
) -> Result<(i64, Vec<Verdict>), sqlx::Error> {
    let events: usize = batch.iter().map(|one| one.commit.events.len()).sum();
    let first: Vec<_> =
        batch.iter().map(|one| (one.commit.events[0].event_id, one.commit.events.len())).collect();
    let expected: Vec<_> = (0..)
        .zip(batch)
        .flat_map(|(at, one)| one.commit.expectations().map(move |(stream, version)| (at, stream, version)))
        .collect();
    let rows: Vec<(i64, i64)> = sqlx::query_as(sql::BEGIN)
        .bind(to_json(&first)?)
        .bind(to_json(&expected)?)
        .bind(events as i64)
        .fetch_all(connection)
        .await?;
    let [(head, epoch), wrong @ ..] = rows.as_slice() else { return Err(sqlx::Error::RowNotFound) };
    if *epoch != i64::from(of_epoch) {
        let text = format!("the log is in epoch {epoch}, not {of_epoch}: restart to take it in");
        return Err(sqlx::Error::Configuration(text.into()));
    }
    Ok((*head, verdicts(batch.len(), wrong)))
}

/// The verdicts on `many` commits, of which these are `wrong`; see [`sql::BEGIN`].
fn verdicts(many: usize, wrong: &[(i64, i64)]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::HeldBack; many];
    for (at, position) in wrong {
        let verdict = usize::try_from(*at).ok().and_then(|at| verdicts.get_mut(at));
        match verdict {
            Some(verdict) if *position > 0 => *verdict = Verdict::Before(*position),
            // Of course it is stale when it is there itself.
            Some(verdict @ Verdict::HeldBack) => *verdict = Verdict::Stale,
            _ => {}
        }
    }
    verdicts
}

fn positions(head: i64, batch: &[Prepared]) -> Vec<Verdict> {
    let mut position = head;
    let mut appended = |one: &Prepared| {
        position += one.commit.events.len() as i64;
        Verdict::Appended(position)
    };
    batch.iter().map(&mut appended).collect()
}

/// Inserts rows, many by a statement; gives back the few that are left.
async fn insert_most<'a>(
    connection: &mut SqliteConnection,
    epoch: i32,
    rows: &'a [Row<'a>],
) -> Result<&'a [Row<'a>], sqlx::Error> {
    let mut left = rows;
    for (many, statement) in sql::INSERTS {
        while let Some((rows, rest)) = left.split_at_checked(many) {
            let query = rows.iter().fold(sqlx::query(statement), |query, row| bind(query, epoch, row));
            query.execute(&mut *connection).await?;
            left = rest;
        }
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
    sql::ERASE_CREDENTIALS,
    sql::DROP_RECOVERY_CODES,
    sql::DROP_FACTORS,
    sql::ERASE_SESSIONS,
];

fn to_json<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
