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

/// What a refusal at RCPT may speak of instead (RFC 3463 section 3): our sender (5.1.7, 5.1.8), the
/// server itself (5.3), how we talk to it (5.5), the content (5.6) or a policy (5.7).
const ABOUT_US: [&str; 4] = ["5.3.", "5.5.", "5.6.", "5.7."];

/// Whether a refusal at RCPT says that nobody is there.
pub(super) fn is_about_the_recipient(enhanced: Option<&str>) -> bool {
    !enhanced.is_some_and(|status| {
        matches!(status, "5.1.7" | "5.1.8") || ABOUT_US.iter().any(|subject| status.starts_with(subject))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_recipient_suppresses() {
        for (enhanced, suppresses) in [
            (None, true),
            (Some("5.1.1"), true),
            (Some("5.1.10"), true),
            (Some("5.2.1"), true),
            (Some("5.4.4"), true),
            (Some("5.1.7"), false),
            (Some("5.1.8"), false),
            (Some("5.3.2"), false),
            (Some("5.5.4"), false),
            (Some("5.7.1"), false),
            (Some("5.7.26"), false),
            (Some("5.6.7"), false),
        ] {
            assert_eq!(is_about_the_recipient(enhanced), suppresses, "{enhanced:?}");
        }
    }
}
