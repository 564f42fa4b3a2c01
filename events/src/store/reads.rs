//! Reading the log.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, postgres, reading, sql, sqlite};
use crate::envelope::StoredEvent;
use crate::ids::{AccountId, EventId, StreamId};
use crate::moment::Moment;
use crate::seal::Flaw;

#[derive(FromRow)]
pub(super) struct EventRow {
    position: i64,
    epoch: i32,
    stream: Uuid,
    version: i64,
    event_id: Uuid,
    r#type: String,
    schema: i32,
    recorded_at: i64,
    payload: Vec<u8>,
    metadata: Vec<u8>,
    leaf: Vec<u8>,
    subject: Option<Uuid>,
}

impl TryFrom<EventRow> for StoredEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let leaf = row.leaf.try_into();
        Ok(Self {
            leaf: leaf.map_err(|_| {
                StoreError::Unusable(format!("the leaf at position {} is not 32 bytes", row.position))
            })?,
            position: row.position,
            epoch: row.epoch,
            stream: StreamId(row.stream),
            version: row.version,
            event_id: EventId(row.event_id),
            name: row.r#type,
            schema: row.schema,
            recorded_at: Moment::from_micros(row.recorded_at),
            payload: row.payload,
            metadata: row.metadata,
            subject: row.subject.map(AccountId),
        })
    }
}

pub(super) fn events(rows: Vec<EventRow>) -> Result<Vec<StoredEvent>, StoreError> {
    rows.into_iter().map(StoredEvent::try_from).collect()
}

/// What an aggregate takes in of an event.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    pub(crate) stream: StreamId,
    pub(crate) version: i64,
    pub(crate) name: String,
    pub(crate) schema: i32,
    pub(crate) recorded_at: Moment,
    pub(crate) payload: Vec<u8>,
}

/// Events that are read on SQLite's connection that writes: for so long commits wait.
const AT_ONCE: i64 = 4096;
/// What SQLite takes for no limit.
const NO_LIMIT: i64 = -1;

/// By place, in the order of [`Folded`]: twice as fast as by name.
type FoldedRow = (Uuid, i64, String, i32, i64, Vec<u8>);

impl From<FoldedRow> for Folded {
    fn from((stream, version, name, schema, recorded_at, payload): FoldedRow) -> Self {
        let recorded_at = Moment::from_micros(recorded_at);
        Self { stream: StreamId(stream), version, name, schema, recorded_at, payload }
    }
}

/// The rows of streams, unsorted.
async fn folded_rows(database: &sqlite::Database, streams: &str) -> Result<Vec<FoldedRow>, sqlx::Error> {
    let read = |limit: i64| sqlx::query_as(sqlite::sql::STREAMS).bind(streams).bind(limit);
    // With the pages that it wrote in its cache; a reader's is stale after each commit.
    let mut turn = database.writing.turn().await?;
    let rows: Vec<FoldedRow> = read(AT_ONCE).fetch_all(&mut *turn).await?;
    drop(turn);
    if (rows.len() as i64) < AT_ONCE {
        return Ok(rows);
    }
    // There may be more, and nobody is to wait for all of it.
    read(NO_LIMIT).fetch_all(&database.readers).await
}

/// Fails when a version is missing among a stream's, which come from the first one on.
pub(crate) fn whole(stream: StreamId, versions: impl Iterator<Item = i64>) -> Result<(), StoreError> {
    match (1..).zip(versions).find(|(expected, version)| expected != version) {
        Some((missing, _)) => Err(StoreError::Damaged(stream.0, missing)),
        None => Ok(()),
    }
}

impl Store {
    /// A stream's events, from its beginning; none when there is no such stream.
    ///
    /// # Errors
    /// The database does not answer (never an empty history), or the stream has a gap.
    pub async fn stream(&self, stream: StreamId) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = reading!(self, pool => sqlx::query_as(sql::STREAM).bind(stream.0).fetch_all(pool).await)?;
        let events = events(rows)?;
        whole(stream, events.iter().map(|event| event.version))?;
        Ok(events)
    }

    /// The events of streams, one stream after the other, each from its
    /// beginning: as much of them as their aggregate is folded from.
    pub(crate) async fn streams(
        &self,
        streams: impl IntoIterator<Item = StreamId>,
    ) -> Result<Vec<Folded>, StoreError> {
        let ids: Vec<_> = streams.into_iter().map(|stream| stream.0).collect();
        let rows: Vec<FoldedRow> = match self {
            Self::Sqlite(database) => {
                let ids = serde_json::to_string(&ids).map_err(|error| sqlx::Error::Encode(error.into()))?;
                let mut rows = folded_rows(database, &ids).await?;
                rows.sort_unstable_by_key(|(stream, version, ..)| (*stream, *version));
                rows
            }
            Self::Postgres(database) => {
                sqlx::query_as(postgres::sql::STREAMS).bind(ids).fetch_all(&*database.connections).await?
            }
        };
        Ok(rows.into_iter().map(Folded::from).collect())
    }

    /// At most `limit` events after `position`, in order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn after(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, StoreError> {
        events(
            reading!(self, pool => sqlx::query_as(sql::AFTER).bind(position).bind(limit).fetch_all(pool).await)?,
        )
    }

    /// At most `limit` events about `account` after `position`, in order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn about(
        &self,
        account: AccountId,
        position: i64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        events(reading!(self, pool => {
            sqlx::query_as(sql::ABOUT).bind(account.0).bind(position).bind(limit).fetch_all(pool).await
        })?)
    }

    /// Where an event is in the log.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn position_of(&self, event: EventId) -> Result<Option<i64>, StoreError> {
        Ok(
            reading!(self, pool => sqlx::query_scalar(sql::POSITION_OF).bind(event.0).fetch_optional(pool).await)?,
        )
    }

    /// [`Flaw::Head`], when the events are not at 1 to the position that the head counts to.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn wrong_edges(&self) -> Result<Option<Flaw>, StoreError> {
        let (head, first, last): (i64, Option<i64>, Option<i64>) =
            reading!(self, pool => sqlx::query_as(sql::EDGES).fetch_one(pool).await)?;
        let is_right = first.zip(last) == (head > 0).then_some((1, head));
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
        Ok((!is_right).then_some(Flaw::Head { said: head, first, last }))
    }

    /// The position of the last event; 0 when there is none.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn last_position(&self) -> Result<i64, StoreError> {
        Ok(self.head().await?.position)
    }
}
