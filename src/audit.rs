//! What auditors take away and check: exports of the log, and their verification.

pub mod export;
pub mod line;
pub mod proof;
pub mod verify;

use rekey_events::account::AccountEvent;
use rekey_events::attempt::AttemptEvent;
use rekey_events::mail::MailEvent;
use rekey_events::request::RequestEvent;
use strum::VariantNames;

/// Checkpoints that a log is held against, the newest ones: the more, the closer an alteration is found.
const CHECKPOINTS: i64 = 1000;

/// Every type of event there is.
#[must_use]
pub fn types() -> Vec<&'static str> {
    [AccountEvent::VARIANTS, RequestEvent::VARIANTS, MailEvent::VARIANTS, AttemptEvent::VARIANTS].concat()
}
