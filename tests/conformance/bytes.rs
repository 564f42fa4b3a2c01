//! What is stored is what was appended, to the byte.

use rekey_events::envelope::{StoredEvent, canonical};
use rekey_events::store::Commit;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::bed::Bed;
use crate::facts::{account, assert_gapless, event, execute, stream};
use rekey_events::account::AccountCommand;

pub async fn payloads_come_back_byte_for_byte(bed: Bed) {
    let values = [
        json!({}),
        json!({"b": 1, "a": [true, null, "x"], "B": -9_007_199_254_740_991_i64}),
        json!({"\u{20ac}": "\u{0}\u{1f}\"\\/\u{7f}\u{2028}", "é": "e\u{301}", "😀": "\u{10ffff}"}),
        json!({"long": "x".repeat(300_000)}),
    ];
    let payloads: Vec<_> = values.iter().map(|value| canonical(value).unwrap()).collect();
    let stream = stream(&bed);
    let mut commit = Commit::default();
    for (version, payload) in (1..).zip(&payloads) {
        let mut event = event(&bed, stream, version);
        event.payload.clone_from(payload);
        commit.events.push(event);
    }
    bed.log.append(commit.clone()).await.unwrap();
    for (stored, appended) in assert_gapless(&bed.store).await.iter().zip(&commit.events) {
        assert_eq!(stored.payload, appended.payload);
        assert_eq!(stored.metadata, appended.metadata);
        assert_eq!(
            (stored.event_id, stored.stream, stored.version),
            (appended.event_id, stream, appended.version)
        );
        assert_eq!((stored.name.as_str(), stored.recorded_at), (appended.name, appended.recorded_at));
    }
}

pub async fn leaves_follow_from_the_stored_bytes(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    execute(&bed, &bed.log, id, &AccountCommand::RecordSignIn).await.unwrap();
    let log = bed.log.id();
    for event in assert_gapless(&bed.store).await {
        assert_eq!(Sha256::digest(envelope(log.as_bytes(), &event)).as_slice(), event.leaf);
    }
}

/// The envelope as it is documented, put together once more: RFC 6962's zero
/// byte, the domain, the fields in order, integers big-endian.
fn envelope(log: &[u8; 16], event: &StoredEvent) -> Vec<u8> {
    let fields: [&[u8]; 13] = [
        &[0],
        b"rekey event v1\0",
        log,
        &event.epoch.to_be_bytes(),
        event.stream.0.as_bytes(),
        &event.version.to_be_bytes(),
        event.event_id.0.as_bytes(),
        &(event.name.len() as u32).to_be_bytes(),
        event.name.as_bytes(),
        &event.schema.to_be_bytes(),
        &event.recorded_at.micros().to_be_bytes(),
        &Sha256::digest(&event.payload),
        &Sha256::digest(&event.metadata),
    ];
    fields.concat()
}
