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

/// Every type of event there is.
#[must_use]
pub fn types() -> Vec<&'static str> {
    [AccountEvent::VARIANTS, RequestEvent::VARIANTS, MailEvent::VARIANTS, AttemptEvent::VARIANTS].concat()
}
