//! What became of mails, in words for whoever runs the service.

use std::time::Duration;

use rekey_events::Moment;
use rekey_events::envelope::StoredEvent;
use rekey_events::mail::MailEvent;
use rekey_events::mail::event::{DeadBecause, UnknownBecause};

use super::{ShownMail, WaitsFor};

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
    if mail.waits_for.is_some() {
        "waiting"
    } else if mail.state == "pending" && mail.tried {
        "deferred"
    } else {
        &mail.state
    }
}

/// What a mail in hand waits for: `the greeting of mail.example.org, 4 s`.
#[must_use]
pub fn waits_for(waits: &WaitsFor) -> String {
    let what = match waits.phase.as_str() {
        "slot" => "a free connection to".to_owned(),
        "connect" => "a connection to".to_owned(),
        "greeting" => "the greeting of".to_owned(),
        "tls" => "the encryption of".to_owned(),
        "body" => "taking the message, by".to_owned(),
        "dot" => "the last word of".to_owned(),
        "hello" => "the answer to EHLO of".to_owned(),
        "reset" => "the answer to RSET of".to_owned(),
        command => format!("the answer to {} of", command.to_uppercase()),
    };
    format!("{what} {}, {}", waits.provider, span(Duration::from_secs(waits.seconds)))
}

/// What such a state means, and what to do.
#[must_use]
pub fn advice(state: &str) -> Option<&'static str> {
    Some(match state {
        "waiting" => {
            "a mailer has it in hand, and the mail server has not answered yet. If that lasts, see whether \
             the server runs and what is between; the attempt ends by itself, and the mail is tried again."
        }
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
        "suppressed" => {
            "the address on file was refused not long ago, so nothing was sent: correct it, or make sure it \
             takes mail, then `rekey mail requeue ID`."
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
        E::MailDeferred { phase, code, enhanced, due_at, provider, .. } => {
            let phase = <&str>::from(phase).to_uppercase();
            let said = answer(*code, enhanced.as_deref()).unwrap_or_else(|| "no answer".to_owned());
            format!("deferred at {phase}: {said}; tried again at {}{}", time(*due_at), by(provider))
        }
        E::MailRerouted { provider, code, enhanced, due_at, .. } => {
            let said = answer(Some(*code), enhanced.as_deref()).unwrap_or_default();
            format!("refused by {provider}: {said}; another server is asked at {}", time(*due_at))
        }
        E::MailOutcomeUnknown { reason, due_at, provider } => {
            let why = match reason {
                UnknownBecause::ReplyLost => "the line was lost before the server's last word",
                UnknownBecause::WorkerDied => "the worker that had it is gone",
            };
            format!(
                "may have gone out: {why}; the same bytes are sent{} again at {}",
                to(provider),
                time(*due_at)
            )
        }
        E::MailAccepted { provider, code } => format!("accepted by {provider}: {code}"),
        E::MailRejected { code, enhanced, .. } => {
            let said = answer(Some(*code), enhanced.as_deref()).unwrap_or_default();
            format!("rejected: the server refused the recipient: {said}")
        }
        E::MailSuppressed {} => "not sent: the address on file was refused not long ago".to_owned(),
        E::MailExpired {} => "not sent: too late to be of use".to_owned(),
        E::MailSuperseded {} => "not sent: the link it carries was used, replaced or ended".to_owned(),
        E::MailDead { reason, code } => dead(*reason, *code),
        E::MailRequeued { expires_at } => {
            format!("requeued: to be tried again, until {}", time(*expires_at))
        }
    }
}

/// Who put it off, where that was recorded.
fn by(provider: &Option<String>) -> String {
    provider.as_ref().map_or_else(String::new, |provider| format!(" (by {provider})"))
}

/// Where it goes, where that was recorded.
fn to(provider: &Option<String>) -> String {
    provider.as_ref().map_or_else(String::new, |provider| format!(" to {provider}"))
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
            provider: None,
        };
        let again = "tried again at 2026-01-01 00:00:00 UTC";
        assert_eq!(told(&deferred(Some(535))), format!("deferred at AUTH: 535 5.7.8; {again}"));
        assert_eq!(told(&deferred(None)), format!("deferred at AUTH: no answer; {again}"));
        let dead = MailEvent::MailDead { reason: DeadBecause::MessageRefused, code: Some(554) };
        assert_eq!(told(&dead), "dead: the server refused the message itself: 554");
    }
}
