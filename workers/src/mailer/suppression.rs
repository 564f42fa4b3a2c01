//! Which refusals mean that an address is dead, for a while.

use rekey_events::Moment;
use rekey_events::mail::MailCommand;
use rekey_events::rows::{Change, PersonRow, SuppressionRow};

/// The suppression that goes with an outcome, if it speaks of the recipient.
pub(super) fn with(outcome: &MailCommand, person: &PersonRow, ends_at: Moment) -> Option<Change> {
    match outcome {
        MailCommand::Reject { enhanced, .. } if is_about_the_recipient(enhanced.as_deref()) => {
            Some(Change::PutSuppression(SuppressionRow {
                account_id: person.account_id,
                email_key: person.email_key.clone(),
                ends_at: ends_at.micros(),
            }))
        }
        _ => None,
    }
}

/// A policy's refusal (5.7.x) is about us, one of the content (5.6.x) about what the server can
/// take (RFC 3463 section 3): neither says that nobody is there.
fn is_about_the_recipient(enhanced: Option<&str>) -> bool {
    !enhanced.is_some_and(|status| status.starts_with("5.7.") || status.starts_with("5.6."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_recipient_suppresses() {
        for (enhanced, suppresses) in [
            (None, true),
            (Some("5.1.1"), true),
            (Some("5.2.1"), true),
            (Some("5.7.1"), false),
            (Some("5.7.26"), false),
            (Some("5.6.7"), false),
        ] {
            assert_eq!(is_about_the_recipient(enhanced), suppresses, "{enhanced:?}");
        }
    }
}
