//! An event as it is stored and hashed: canonical bytes, and a compact
//! envelope over them whose hash is a leaf of the log's Merkle tree.

use std::borrow::Cow;

use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::aggregate::EventKind;
use crate::fact::UnknownFact;
use crate::ids::{AccountId, EventId, StreamId};
use crate::moment::Moment;
use crate::seal::Hash;

/// Separates these hashes from any other use of SHA-256 in the world.
const DOMAIN: &[u8] = b"rekey event v1\0";

/// Who caused an event, and by what.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
pub struct Metadata {
    /// `anyone`, `account:ID`, `key:NAME` or `system:ROLE`.
    pub actor: String,
    /// Joins everything that one call from outside led to.
    pub correlation: Uuid,
    /// The event that led to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation: Option<EventId>,
}

/// An event to be appended.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub version: i64,
    /// Its id.
    pub event_id: EventId,
    /// Its type.
    pub name: &'static str,
    /// The version of the type's schema.
    pub schema: i32,
    /// When it was decided.
    pub recorded_at: Moment,
    /// Canonical JSON (RFC 8785).
    pub payload: Vec<u8>,
    /// Canonical JSON (RFC 8785) of [`Metadata`].
    pub metadata: Vec<u8>,
    /// The account it is about.
    pub subject: Option<AccountId>,
}

/// An event as the log gives it back.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its place in the log, from 1, without gaps.
    pub position: i64,
    /// The log's epoch when it was written.
    pub epoch: i32,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub version: i64,
    /// Its id.
    pub event_id: EventId,
    /// Its type.
    pub name: String,
    /// The version of the type's schema.
    pub schema: i32,
    /// When it was decided.
    pub recorded_at: Moment,
    /// The exact bytes appended.
    pub payload: Vec<u8>,
    /// The exact bytes appended.
    pub metadata: Vec<u8>,
    /// See [`Envelope::leaf`].
    pub leaf: Hash,
    /// The account it is about.
    pub subject: Option<AccountId>,
}

impl NewEvent {
    /// What is hashed of it.
    #[must_use]
    pub fn envelope(&self, log: Uuid, epoch: i32) -> Envelope<'_> {
        Envelope {
            log,
            epoch,
            stream: self.stream,
            version: self.version,
            event_id: self.event_id,
            name: self.name,
            schema: self.schema,
            recorded_at: self.recorded_at,
            payload: &self.payload,
            metadata: &self.metadata,
        }
    }
}

impl StoredEvent {
    /// What is hashed of it.
    #[must_use]
    pub fn envelope(&self, log: Uuid) -> Envelope<'_> {
        Envelope {
            log,
            epoch: self.epoch,
            stream: self.stream,
            version: self.version,
            event_id: self.event_id,
            name: &self.name,
            schema: self.schema,
            recorded_at: self.recorded_at,
            payload: &self.payload,
            metadata: &self.metadata,
        }
    }

    /// The payload as the newest version of the event's type has it.
    ///
    /// # Errors
    /// It is not a JSON object.
    pub fn upcast_payload(&self) -> serde_json::Result<Cow<'_, [u8]>> {
        crate::upcast::upcast(&self.name, self.schema, &self.payload)
    }

    /// The event of one aggregate's type.
    ///
    /// # Errors
    /// Type or shape are not known to this program.
    pub fn decode<E: serde::de::DeserializeOwned + strum::VariantNames>(&self) -> Result<E, UnknownFact> {
        crate::fact::decode(&self.name, self.schema, &self.payload)
    }
}

/// The canonical bytes of `value`: RFC 8785, sorted keys, no white space.
///
/// # Errors
/// `value` cannot be JSON.
pub fn canonical<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    serde_json_canonicalizer::to_vec(value)
}

/// The canonical bytes of an event's payload.
///
/// # Errors
/// The event cannot be JSON.
pub fn payload<E: EventKind>(event: &E) -> serde_json::Result<Vec<u8>> {
    let tagged = serde_json::to_value(event)?;
    canonical(tagged.get("data").unwrap_or(&serde_json::Value::Null))
}

/// What the leaf of an event is a hash of: everything about it but its position, which is its
/// place in the tree.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'e> {
    /// The log's id.
    pub log: Uuid,
    /// See [`StoredEvent::epoch`].
    pub epoch: i32,
    /// See [`StoredEvent::stream`].
    pub stream: StreamId,
    /// See [`StoredEvent::version`].
    pub version: i64,
    /// See [`StoredEvent::event_id`].
    pub event_id: EventId,
    /// See [`StoredEvent::name`].
    pub name: &'e str,
    /// See [`StoredEvent::schema`].
    pub schema: i32,
    /// See [`StoredEvent::recorded_at`].
    pub recorded_at: Moment,
    /// See [`StoredEvent::payload`].
    pub payload: &'e [u8],
    /// See [`StoredEvent::metadata`].
    pub metadata: &'e [u8],
}

impl Envelope<'_> {
    /// The leaf: SHA-256 of a zero byte and the envelope (RFC 6962, section 2.1). That is
    /// `rekey event v1`, a zero byte, then log, epoch, stream, version, event id, type,
    /// schema, time in µs and the SHA-256 of payload and of metadata; integers
    /// big-endian, the type after its length.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        let name = self.name.as_bytes();
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(DOMAIN);
        hash.update(self.log.as_bytes());
        hash.update(self.epoch.to_be_bytes());
        hash.update(self.stream.0.as_bytes());
        hash.update(self.version.to_be_bytes());
        hash.update(self.event_id.0.as_bytes());
        hash.update(u32::try_from(name.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(name);
        hash.update(self.schema.to_be_bytes());
        hash.update(self.recorded_at.micros().to_be_bytes());
        hash.update(Sha256::digest(self.payload));
        hash.update(Sha256::digest(self.metadata));
        hash.finalize().into()
    }
}
