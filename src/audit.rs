//! What auditors take away and check: exports of the log, and their verification.

pub mod export;
pub mod line;
pub mod proof;
pub mod story;
pub mod verify;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rekey_events::account::AccountEvent;
use rekey_events::attempt::AttemptEvent;
use rekey_events::mail::MailEvent;
use rekey_events::request::RequestEvent;
use rekey_events::schema::SCHEMAS;
use serde_json::Value;
use strum::VariantNames;
use uuid::Uuid;

/// Checkpoints that a log is held against, the newest ones: the more, the closer an alteration is found.
const CHECKPOINTS: i64 = 1000;

/// Every type of event there is.
#[must_use]
pub fn types() -> Vec<&'static str> {
    [AccountEvent::VARIANTS, RequestEvent::VARIANTS, MailEvent::VARIANTS, AttemptEvent::VARIANTS].concat()
}

/// See [`reasons`].
static REASONS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let schemas = SCHEMAS.iter().filter_map(|schema| serde_json::from_str::<Value>(schema.text).ok());
    let reasons =
        schemas.filter_map(|schema| schema.pointer("/properties/reason/oneOf")?.as_array().cloned());
    reasons.flatten().filter_map(|reason| Some(reason["const"].as_str()?.to_owned())).collect()
});

/// Every reason that an event can give, as its schema has it.
#[must_use]
pub fn reasons() -> &'static BTreeSet<String> {
    &REASONS
}

/// Whether somebody can be called so in an event's metadata: `anyone`, `account:ID`, `key:NAME`, `system:ROLE`.
#[must_use]
pub fn is_actor(text: &str) -> bool {
    match text.split_once(':') {
        Some(("account", id)) => id.parse::<Uuid>().is_ok(),
        Some(("key" | "system", name)) => !name.is_empty(),
        _ => text == "anyone",
    }
}
