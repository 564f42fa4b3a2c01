//! An address that does not exist is left in peace for a while.

use rekey_events::Moment;
use rekey_events::mail::MailCommand;
use rekey_events::rows::{Change, PersonRow, SuppressionRow};

/// The suppression that goes with an outcome. Only a reply that says that the recipient does not exist rejects a mail
/// (see [`Refusal`](crate::smtp::Refusal)).
pub(super) fn with(outcome: &MailCommand, person: &PersonRow, ends_at: Moment) -> Option<Change> {
    match outcome {
        MailCommand::Reject { .. } => Some(Change::PutSuppression(SuppressionRow {
            account_id: person.account_id,
            email_key: person.email_key.clone(),
            ends_at: ends_at.micros(),
        })),
        _ => None,
    }
}
