//! What became of mails, in words for whoever runs the service.

use std::time::Duration;

use rekey_events::Moment;
use rekey_events::envelope::StoredEvent;
use rekey_events::mail::MailEvent;
use rekey_events::mail::event::{DeadBecause, UnknownBecause};

use super::ShownMail;

/// A span, rounded down to its largest unit: `12 s`, `3 min`, `5 h`, `2 d`.
#[must_use]
pub fn span(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds @ 3600..86_400 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// A moment, to the second: `2026-01-01 00:00:00 UTC`.
#[must_use]
pub fn time(moment: Moment) -> String {
    let text = moment.to_string();
    let (day, rest) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", rest.split('.').next().unwrap_or_default())
}

/// What a mail is.
#[must_use]
pub fn kind(name: &str) -> &str {
    match name {
        "reset_link" => "reset link",
        "admin_reset_link" => "reset link from an administrator",
        "password_changed" => "notice of a new password",
        other => other,
    }
}

/// Where a mail stands.
#[must_use]
pub fn state(mail: &ShownMail) -> &str {
    if mail.state == "pending" && mail.tried { "deferred" } else { &mail.state }
}

/// What such a state means, and what to do.
#[must_use]
pub fn advice(state: &str) -> Option<&'static str> {
    Some(match state {
        "deferred" => {
            "the mail server put it off, or cannot be reached (no code). It is tried again by itself; \
             where the server asks for something, mend that."
        }
        "unknown" => {
            "it may have gone out: the line or the worker was lost after the last byte. \
             The same bytes are sent again by themselves."
        }
        "rejected" => {
            "the mail server refused the recipient: correct the address on file, then `rekey mail requeue ID`."
        }
        "dead" => {
            "it is not tried again by itself: mend what its last event says, then `rekey mail requeue ID`."
        }
        "expired" => "it came too late to be of use: have the person ask for a new link.",
        _ => return None,
    })
}

/// What an event says.
#[must_use]
pub fn event(stored: &StoredEvent) -> String {
    match stored.decode::<MailEvent>() {
        Ok(event) => told(&event),
        // A newer program wrote it.
        Err(_) => stored.name.clone(),
    }
}

fn told(event: &MailEvent) -> String {
    use MailEvent as E;
    match event {
        E::MailRequested { kind: what, expires_at, .. } => {
            format!("requested: {}, worth sending until {}", kind(what.into()), time(*expires_at))
        }
        E::MailDeferred { phase, code, enhanced, due_at, .. } => {
            let phase: &str = phase.into();
            let said = answer(*code, enhanced.as_deref()).unwrap_or_else(|| "no answer".to_owned());
            format!("deferred at {}: {said}; tried again at {}", phase.to_uppercase(), time(*due_at))
        }
        E::MailOutcomeUnknown { reason, due_at } => {
            let why = match reason {
                UnknownBecause::ReplyLost => "the line was lost before the server's last word",
                UnknownBecause::WorkerDied => "the worker that had it is gone",
            };
            format!("may have gone out: {why}; the same bytes are sent again at {}", time(*due_at))
        }
        E::MailAccepted { provider, code } => format!("accepted by {provider}: {code}"),
        E::MailRejected { code, enhanced, .. } => {
            let said = answer(Some(*code), enhanced.as_deref()).unwrap_or_default();
            format!("rejected: the server refused the recipient: {said}")
        }
        E::MailExpired {} => "not sent: too late to be of use".to_owned(),
        E::MailSuperseded {} => "not sent: the link it carries was used, replaced or ended".to_owned(),
        E::MailDead { reason, code } => dead(*reason, *code),
        E::MailRequeued { expires_at } => {
            format!("requeued: to be tried again, until {}", time(*expires_at))
        }
    }
}

fn dead(reason: DeadBecause, code: Option<u16>) -> String {
    let why = match reason {
        DeadBecause::MessageRefused => "the server refused the message itself",
        DeadBecause::CannotRender => "it could not be written; the log of the mailer says why",
        DeadBecause::NoAddress => "the person has no mail address on file",
    };
    code.map_or_else(|| format!("dead: {why}"), |code| format!("dead: {why}: {code}"))
}

/// What the server answered, if it did: `550 5.1.1`.
fn answer(code: Option<u16>, enhanced: Option<&str>) -> Option<String> {
    let code = code?;
    Some(enhanced.map_or_else(|| code.to_string(), |enhanced| format!("{code} {enhanced}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekey_events::mail::Phase;

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        for (seconds, told) in
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (200_000, "2 d")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), told);
        }
    }

    #[test]
    fn what_the_server_said_is_told() {
        let due_at = Moment::from_micros(1_767_225_600_000_000);
        let deferred = |code: Option<u16>| MailEvent::MailDeferred {
            phase: Phase::Auth,
            code,
            enhanced: code.map(|_| "5.7.8".to_owned()),
            due_at,
            counted: false,
        };
        let again = "tried again at 2026-01-01 00:00:00 UTC";
        assert_eq!(told(&deferred(Some(535))), format!("deferred at AUTH: 535 5.7.8; {again}"));
        assert_eq!(told(&deferred(None)), format!("deferred at AUTH: no answer; {again}"));
        let dead = MailEvent::MailDead { reason: DeadBecause::MessageRefused, code: Some(554) };
        assert_eq!(told(&dead), "dead: the server refused the message itself: 554");
    }
}
