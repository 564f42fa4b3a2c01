//! A stretch of the log by COPY in binary, as quickly as PostgreSQL gives it.

use std::mem::take;

use futures::TryStreamExt;
use uuid::Uuid;

use super::{Database, sql};
use crate::envelope::StoredEvent;
use crate::ids::{AccountId, EventId, StreamId};
use crate::moment::Moment;
use crate::store::StoreError;
use crate::store::scan::{BATCH, Stretch};

/// Before the rows: a signature, flags, and the length of what may follow, which is nothing.
const HEADER: usize = 11 + 4 + 4;
/// Instead of a row's number of fields: there are no more.
const TRAILER: i16 = -1;
/// The fields of a row.
const FIELDS: i16 = 12;

/// Reads the stretch, and hands it over in batches.
pub(crate) async fn scan(database: &Database, stretch: &mut Stretch<'_>) -> Result<(), StoreError> {
    let statement = sql::scan(stretch.after, stretch.until);
    let mut connection = database.connections.acquire().await?;
    let mut copied = connection.copy_out_raw(&statement).await?;
    let mut rows = Rows::default();
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(bytes) = copied.try_next().await? {
        rows.bytes.extend_from_slice(&bytes);
        while let Some(event) = rows.next().ok_or_else(malformed)? {
            batch.push(event);
            if batch.len() == BATCH && !stretch.give(take(&mut batch)).await {
                return Ok(());
            }
        }
        rows.forget();
    }
    if !rows.is_over {
        return Err(StoreError::Unavailable(sqlx::Error::Protocol("the copy ended early".to_owned())));
    }
    if !batch.is_empty() {
        stretch.give(batch).await;
    }
    Ok(())
}

fn malformed() -> StoreError {
    StoreError::Unusable("PostgreSQL copied what is no row of events".to_owned())
}

/// Rows in PostgreSQL's binary format of COPY (its manual, "COPY", "Binary Format"), as they come in.
#[derive(Default)]
struct Rows {
    bytes: Vec<u8>,
    /// How far they were read.
    at: usize,
    has_begun: bool,
    is_over: bool,
}

impl Rows {
    /// The next row, if all of it has come; `None` outside when it is none of an event.
    #[expect(clippy::option_option, reason = "not there yet, and not what it must be, are two answers")]
    fn next(&mut self) -> Option<Option<StoredEvent>> {
        if !self.has_begun {
            if self.bytes.len() < HEADER {
                return Some(None);
            }
            (self.at, self.has_begun) = (HEADER, true);
        }
        let mut fields = Fields(&self.bytes[self.at..]);
        match fields.number::<2>().map(i16::from_be_bytes) {
            Some(TRAILER) => self.is_over = true,
            Some(FIELDS) => {
                let event = fields.whole().then(|| fields.event());
                if let Some(event) = event {
                    self.at = self.bytes.len() - fields.0.len();
                    return event.map(Some);
                }
            }
            Some(_) => return None,
            None => {}
        }
        Some(None)
    }

    /// Forgets what was read.
    fn forget(&mut self) {
        self.bytes.drain(..self.at);
        self.at = 0;
    }
}

/// What is left of a row's fields: each its length, and so many bytes.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Whether all of the row has come.
    fn whole(&self) -> bool {
        let mut rest = Self(self.0);
        (0..FIELDS).all(|_| rest.field().is_some())
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*number)
    }

    /// A field's bytes; `None` inside when it is NULL.
    #[expect(clippy::option_option, reason = "not there yet, and NULL, are two answers")]
    fn field(&mut self) -> Option<Option<&'a [u8]>> {
        match usize::try_from(i32::from_be_bytes(self.number()?)) {
            Err(_) => Some(None),
            Ok(length) => {
                let (field, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Some(Some(field))
            }
        }
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        self.field()?
    }

    fn exactly<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes()?.try_into().ok()
    }

    fn event(&mut self) -> Option<StoredEvent> {
        Some(StoredEvent {
            position: i64::from_be_bytes(self.exactly()?),
            epoch: i32::from_be_bytes(self.exactly()?),
            stream: StreamId(Uuid::from_bytes(self.exactly()?)),
            version: i64::from_be_bytes(self.exactly()?),
            event_id: EventId(Uuid::from_bytes(self.exactly()?)),
            name: str::from_utf8(self.bytes()?).ok()?.to_owned(),
            schema: i32::from_be_bytes(self.exactly()?),
            recorded_at: Moment::from_micros(i64::from_be_bytes(self.exactly()?)),
            payload: self.bytes()?.to_vec(),
            metadata: self.bytes()?.to_vec(),
            // One of another size is none of ours: no event has this one.
            leaf: self.bytes()?.try_into().unwrap_or_default(),
            subject: match self.field()? {
                Some(id) => Some(AccountId(Uuid::from_slice(id).ok()?)),
                None => None,
            },
        })
    }
}
