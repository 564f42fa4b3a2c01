//! Appends a batch of commits by one call of the database's own function.

use uuid::Uuid;

use super::{Database, sql};
use crate::store::append::Verdict;
use crate::store::changes::Changes;
use crate::store::writer::Prepared;

/// Appends `batch`, decided in `epoch`: a verdict per commit.
pub(crate) async fn append(
    database: &Database,
    epoch: i32,
    batch: &[Prepared],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let columns = Columns::of(batch);
    let changes = Changes::gather(batch.iter().flat_map(|one| &one.commit.changes));
    let changes = serde_json::to_string(&changes).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let answer: Vec<Option<i64>> = sqlx::query_scalar(sql::APPEND)
        .bind(epoch)
        .bind(columns.first_id)
        .bind(columns.x_commit)
        .bind(columns.x_stream)
        .bind(columns.x_version)
        .bind(columns.e_commit)
        .bind(columns.e_stream)
        .bind(columns.e_version)
        .bind(columns.e_id)
        .bind(columns.e_type)
        .bind(columns.e_schema)
        .bind(columns.e_recorded_at)
        .bind(columns.e_payload)
        .bind(columns.e_metadata)
        .bind(columns.e_leaf)
        .bind(columns.e_subject)
        .bind(changes)
        .fetch_one(&database.pool)
        .await?;
    Ok(answer.into_iter().map(verdict).collect())
}

fn verdict(answer: Option<i64>) -> Verdict {
    match answer {
        None => Verdict::HeldBack,
        Some(0) => Verdict::Stale,
        Some(position) if position < 0 => Verdict::Before(-position),
        Some(position) => Verdict::Appended(position),
    }
}

/// The arguments of `append_batch`, column by column.
#[derive(Default)]
struct Columns<'a> {
    first_id: Vec<Uuid>,
    x_commit: Vec<i32>,
    x_stream: Vec<Uuid>,
    x_version: Vec<i64>,
    e_commit: Vec<i32>,
    e_stream: Vec<Uuid>,
    e_version: Vec<i64>,
    e_id: Vec<Uuid>,
    e_type: Vec<&'static str>,
    e_schema: Vec<i32>,
    e_recorded_at: Vec<i64>,
    e_payload: Vec<&'a [u8]>,
    e_metadata: Vec<&'a [u8]>,
    e_leaf: Vec<&'a [u8]>,
    e_subject: Vec<Option<Uuid>>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a [Prepared]) -> Self {
        let mut columns = Self::default();
        (1..).zip(batch).for_each(|(ordinal, one)| columns.add(ordinal, one));
        columns
    }

    fn add(&mut self, ordinal: i32, one: &'a Prepared) {
        self.first_id.push(one.commit.events[0].event_id.0);
        for (stream, version) in one.commit.expectations() {
            self.x_commit.push(ordinal);
            self.x_stream.push(stream.0);
            self.x_version.push(version);
        }
        for (event, leaf) in one.commit.events.iter().zip(&one.leaves) {
            self.e_commit.push(ordinal);
            self.e_stream.push(event.stream.0);
            self.e_version.push(event.version);
            self.e_id.push(event.event_id.0);
            self.e_type.push(event.name);
            self.e_schema.push(event.schema);
            self.e_recorded_at.push(event.recorded_at.micros());
            self.e_payload.push(&event.payload);
            self.e_metadata.push(&event.metadata);
            self.e_leaf.push(leaf);
            self.e_subject.push(event.subject.map(|account| account.0));
        }
    }
}
