//! What the log says of mails that were not, or perhaps not, delivered: a line each, for the operator.

use rekey_events::MailId;
use rekey_events::mail::event::{DeadBecause, UnknownBecause};
use rekey_events::mail::{MailEvent, Phase};

/// What a line says, beside the mail and its outcome.
#[derive(Default)]
struct Details<'a> {
    provider: Option<&'a str>,
    phase: Option<&'a str>,
    code: Option<u16>,
    enhanced: Option<&'a str>,
    reason: Option<&'a str>,
}

/// The outcome that an event records, by its name in metrics.
pub(super) fn outcome(event: &MailEvent) -> Option<&'static str> {
    Some(match event {
        MailEvent::MailAccepted { .. } => "accepted",
        MailEvent::MailRejected { .. } => "rejected",
        MailEvent::MailSuppressed {} => "suppressed",
        MailEvent::MailExpired {} => "expired",
        MailEvent::MailSuperseded {} => "superseded",
        MailEvent::MailOutcomeUnknown { .. } => "unknown",
        MailEvent::MailUnconfirmed { .. } => "unconfirmed",
        MailEvent::MailDead { .. } => "dead",
        _ => return None,
    })
}

/// Logs an event that somebody may have to act on.
pub(super) fn report(mail: MailId, event: &MailEvent) {
    let Some(outcome) = outcome(event) else { return };
    let (message, details) = match event {
        MailEvent::MailRejected { phase, code, enhanced, provider } => (
            "Mail rejected: the recipient does not exist",
            answered(provider, Some(phase), Some(*code), enhanced),
        ),
        MailEvent::MailSuppressed {} => {
            ("Mail suppressed: the address was refused recently", Details::default())
        }
        MailEvent::MailDead { reason, code, enhanced, phase, provider } => {
            let details = answered(provider, phase.as_ref(), *code, enhanced);
            (
                "Mail failed; not tried again until requeued",
                Details { reason: Some(dead(*reason)), ..details },
            )
        }
        MailEvent::MailUnconfirmed { reason, provider, code, enhanced, failure, .. } => {
            let details = answered(provider, Some(&Phase::Dot), *code, enhanced);
            let reason = Some(failure.map_or_else(|| (*reason).into(), Into::into));
            ("Delivery unconfirmed; not tried again until requeued", Details { reason, ..details })
        }
        MailEvent::MailOutcomeUnknown {
            reason: UnknownBecause::ReplyLost,
            provider,
            code,
            enhanced,
            failure,
            ..
        } => {
            let details = answered(provider, Some(&Phase::Dot), *code, enhanced);
            let reason = failure.map(Into::into);
            ("Delivery unknown; the same bytes will be resent", Details { reason, ..details })
        }
        _ => return,
    };
    let Details { provider, phase, code, enhanced, reason } = details;
    tracing::warn!(%mail, outcome, provider, phase, code, enhanced, reason, "{message}");
}

fn answered<'a>(
    provider: &'a Option<String>,
    phase: Option<&'a Phase>,
    code: Option<u16>,
    enhanced: &'a Option<String>,
) -> Details<'a> {
    let phase = phase.map(Into::into);
    Details { provider: provider.as_deref(), phase, code, enhanced: enhanced.as_deref(), reason: None }
}

fn dead(reason: DeadBecause) -> &'static str {
    reason.into()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Seek};
    use std::sync::Arc;

    use rekey_events::mail::FailureReason;
    use uuid::Uuid;

    use super::*;

    /// The lines that an event writes to the log.
    fn lines(event: &MailEvent) -> Vec<String> {
        let file: Arc<File> = Arc::new(tempfile::tempfile().unwrap());
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(file.clone()).finish();
        tracing::subscriber::with_default(log, || report(Uuid::from_u128(7).into(), event));
        let mut text = String::new();
        (&*file).rewind().unwrap();
        (&*file).read_to_string(&mut text).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn each_mail_that_is_rejected_suppressed_dead_or_unconfirmed_is_one_warning() {
        let provider = Some("first".to_owned());
        let (rejected, refused) = (Some("5.1.1".to_owned()), Some("5.6.0".to_owned()));
        for (event, fields) in [
            (
                MailEvent::MailRejected {
                    phase: Phase::Rcpt,
                    code: 550,
                    enhanced: rejected,
                    provider: provider.clone(),
                },
                &["rejected", "first", "rcpt", "550", "5.1.1"][..],
            ),
            (MailEvent::MailSuppressed {}, &["suppressed"][..]),
            (
                MailEvent::MailDead {
                    reason: DeadBecause::MessageRefused,
                    code: Some(554),
                    enhanced: refused,
                    phase: Some(Phase::Dot),
                    provider: provider.clone(),
                },
                &["dead", "first", "dot", "554", "5.6.0", "message_refused"][..],
            ),
            (
                MailEvent::MailUnconfirmed {
                    reason: UnknownBecause::ReplyLost,
                    provider,
                    copies: 5,
                    code: Some(354),
                    enhanced: Some("5.0.0".to_owned()),
                    failure: Some(FailureReason::UnexpectedReply),
                },
                &["unconfirmed", "first", "dot", "354", "5.0.0", "unexpected_reply"][..],
            ),
        ] {
            let lines = lines(&event);
            assert_eq!(lines.len(), 1, "{lines:?}");
            for field in fields.iter().chain(&["WARN", "00000000-0000-0000-0000-000000000007"]) {
                assert!(lines[0].contains(field), "{field} in {}", lines[0]);
            }
        }
        assert!(lines(&MailEvent::MailSuperseded {}).is_empty());
    }
}
