//! Appends a batch of commits by one call of the database's own function.

use uuid::Uuid;

use super::{Database, sql};
use crate::ids::StreamId;
use crate::store::Commit;
use crate::store::changes::Changes;
use crate::store::writer::Prepared;

/// Appends `batch`, decided in `epoch`, after the position that it answers;
/// nothing when a stream is not where a commit believes. One that a commit begins
/// is not looked up: if it is there, an index is violated, which is an error.
pub(crate) async fn append(
    database: &Database,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Option<i64>, sqlx::Error> {
    let expected = Expected::by(batch, Commit::doubts);
    let columns = Columns::of(batch);
    let changes = Changes::gather(batch.iter().flat_map(|one| &one.commit.changes));
    let others = serde_json::to_string(&changes).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query_scalar(sql::APPEND)
        .bind(epoch)
        .bind(expected.stream)
        .bind(expected.version)
        .bind(columns.stream)
        .bind(columns.version)
        .bind(columns.id)
        .bind(columns.name)
        .bind(columns.schema)
        .bind(columns.recorded_at)
        .bind(columns.payload)
        .bind(columns.metadata)
        .bind(columns.leaf)
        .bind(columns.subject)
        .bind(changes.accounts)
        .bind(changes.resets)
        .bind(changes.mails)
        .bind(others)
        .fetch_one(&*database.connections)
        .await
}

/// What is wrong with commits of `batch`; see [`Verdict::of`].
pub(crate) async fn find_wrong(
    database: &Database,
    batch: &[Prepared],
) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    let first = batch.iter().map(|one| one.commit.events[0].event_id.0);
    let many = batch.iter().map(|one| one.commit.events.len() as i64);
    let expected = Expected::by(batch, Commit::expectations);
    sqlx::query_as(sql::WRONG)
        .bind(first.collect::<Vec<_>>())
        .bind(many.collect::<Vec<_>>())
        .bind(expected.commit)
        .bind(expected.stream)
        .bind(expected.version)
        .fetch_all(&*database.connections)
        .await
}

/// The streams that commits rely on, column by column.
#[derive(Default)]
struct Expected {
    commit: Vec<i64>,
    stream: Vec<Uuid>,
    version: Vec<i64>,
}

impl Expected {
    fn by(batch: &[Prepared], streams: fn(&Commit) -> Vec<(StreamId, i64)>) -> Self {
        let mut columns = Self::default();
        for (at, one) in (0..).zip(batch) {
            for (stream, version) in streams(&one.commit) {
                columns.commit.push(at);
                columns.stream.push(stream.0);
                columns.version.push(version);
            }
        }
        columns
    }
}

/// Events, column by column.
#[derive(Default)]
struct Columns<'a> {
    stream: Vec<Uuid>,
    version: Vec<i64>,
    id: Vec<Uuid>,
    name: Vec<&'static str>,
    schema: Vec<i32>,
    recorded_at: Vec<i64>,
    payload: Vec<&'a [u8]>,
    metadata: Vec<&'a [u8]>,
    leaf: Vec<&'a [u8]>,
    subject: Vec<Option<Uuid>>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a [Prepared]) -> Self {
        let mut columns = Self::default();
        for (event, leaf) in batch.iter().flat_map(|one| one.commit.events.iter().zip(&one.leaves)) {
            columns.stream.push(event.stream.0);
            columns.version.push(event.version);
            columns.id.push(event.event_id.0);
            columns.name.push(event.name);
            columns.schema.push(event.schema);
            columns.recorded_at.push(event.recorded_at.micros());
            columns.payload.push(&event.payload);
            columns.metadata.push(&event.metadata);
            columns.leaf.push(leaf);
            columns.subject.push(event.subject.map(|account| account.0));
        }
        columns
    }
}
