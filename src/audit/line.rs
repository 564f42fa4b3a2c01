//! The lines of an export: JSON, one kind a line. docs/audit.md describes them for whoever writes a reader.

use rekey_events::envelope::StoredEvent;
use rekey_events::rows::{OriginRow, PersonRow, ReceiptRow};
use rekey_events::{EventId, Moment, StreamId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the first line says an export is.
pub const FORMAT: &str = "rekey export v1";

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// The first: what follows.
    Log {
        /// [`FORMAT`].
        format: String,
        /// The log's id.
        log: Uuid,
    },
    /// A checkpoint that was signed: the note.
    Checkpoint(String),
    /// An event; in order.
    Event(EventLine),
    /// Where an event's caller was: personal data, which no leaf covers.
    Origin(OriginRow),
    /// By what an accepted mail is found in the mail server's log: personal data, which no leaf covers.
    Receipt(ReceiptRow),
    /// Who an account's person is: personal data, which no leaf covers.
    Person(Box<PersonRow>),
    /// The last: an export without it was cut off on its way.
    End {
        /// The number of events.
        events: u64,
    },
}

/// All of an event that its leaf covers, and its position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// Its place in the log.
    pub position: i64,
    /// The log's epoch.
    pub epoch: i32,
    /// Its stream.
    pub stream: Uuid,
    /// Its place in the stream.
    pub version: i64,
    /// Its id.
    pub id: Uuid,
    /// Its type.
    pub r#type: String,
    /// The version of the type's schema.
    pub schema: i32,
    /// When, in µs since 1970, UTC.
    pub time: i64,
    /// The payload's exact bytes, which are JSON, as text.
    pub payload: String,
    /// The metadata's exact bytes, which are JSON, as text.
    pub metadata: String,
}

impl EventLine {
    /// The line of a stored event; `None` when its bytes are no text, as ours always are.
    #[must_use]
    pub fn new(event: StoredEvent) -> Option<Self> {
        Some(Self {
            position: event.position,
            epoch: event.epoch,
            stream: event.stream.0,
            version: event.version,
            id: event.event_id.0,
            r#type: event.name,
            schema: event.schema,
            time: event.recorded_at.micros(),
            payload: String::from_utf8(event.payload).ok()?,
            metadata: String::from_utf8(event.metadata).ok()?,
        })
    }

    /// The event of the line, with the leaf that belongs to it.
    #[must_use]
    pub fn into_event(self, log: Uuid) -> StoredEvent {
        let mut event = StoredEvent {
            position: self.position,
            epoch: self.epoch,
            stream: StreamId(self.stream),
            version: self.version,
            event_id: EventId(self.id),
            name: self.r#type,
            schema: self.schema,
            recorded_at: Moment::from_micros(self.time),
            payload: self.payload.into_bytes(),
            metadata: self.metadata.into_bytes(),
            leaf: [0; 32],
            subject: None,
        };
        event.leaf = event.envelope(log).leaf();
        event
    }
}
