//! What became of mails, in words for whoever runs the service.

use std::time::Duration;

use rekey_events::Moment;
use rekey_events::envelope::StoredEvent;
use rekey_events::mail::event::{DeadBecause, UnknownBecause};
use rekey_events::mail::{FailureReason, MailEvent};

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
            "the mail server put it off, refuses us, or cannot be reached. It is tried again by itself; \
             where the last answer asks for something, correct that."
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
        "unconfirmed" => {
            "it may have been delivered several times, but the mail server never confirmed it. It is not sent again \
             by itself: ask the person, or look into the mail server's log, then `rekey mail requeue ID` if it is \
             missing."
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
        E::MailDeferred { phase, code, enhanced, due_at, provider, failure, .. } => {
            let phase = <&str>::from(phase).to_uppercase();
            let said = answer(*code, enhanced.as_deref(), *failure);
            format!("deferred at {phase}: {said}; tried again at {}{}", time(*due_at), by(provider))
        }
        E::MailRerouted { provider, code, enhanced, due_at, .. } => {
            let said = answer(Some(*code), enhanced.as_deref(), None);
            format!("refused by {provider}: {said}; another server is asked at {}", time(*due_at))
        }
        E::MailOutcomeUnknown { reason, due_at, provider, code, enhanced, failure } => {
            let why = unknown(*reason, answer(*code, enhanced.as_deref(), *failure));
            let (to, at) = (to(provider), time(*due_at));
            format!("may have gone out: {why}; the same bytes are sent{to} again at {at}")
        }
        E::MailUnconfirmed { reason, copies, code, enhanced, failure, .. } => {
            let why = unknown(*reason, answer(*code, enhanced.as_deref(), *failure));
            format!("unconfirmed: {copies} copies may have gone out, none was confirmed; last: {why}")
        }
        E::MailAccepted { provider, code } => format!("accepted by {provider}: {code}"),
        E::MailRejected { code, enhanced, provider, .. } => {
            let said = answer(Some(*code), enhanced.as_deref(), None);
            format!("rejected: the server refused the recipient: {said}{}", by(provider))
        }
        E::MailSuppressed {} => "not sent: the address on file was refused not long ago".to_owned(),
        E::MailExpired {} => "not sent: too late to be of use".to_owned(),
        E::MailSuperseded {} => "not sent: the link it carries was used, replaced or ended".to_owned(),
        E::MailDead { reason, code, enhanced, provider, .. } => {
            let said = code.map(|code| format!(": {}", answer(Some(code), enhanced.as_deref(), None)));
            format!("dead: {}{}{}", dead(*reason), said.unwrap_or_default(), by(provider))
        }
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

fn unknown(reason: UnknownBecause, said: String) -> String {
    match reason {
        UnknownBecause::ReplyLost => format!("the server's reply to the message was lost ({said})"),
        UnknownBecause::WorkerDied => "the worker that had it is gone".to_owned(),
    }
}

fn dead(reason: DeadBecause) -> &'static str {
    match reason {
        DeadBecause::MessageRefused => "the server refused the message itself",
        DeadBecause::CannotRender => "it could not be written; the log of the mailer says why",
        DeadBecause::NoAddress => "the person has no mail address on file",
    }
}

/// What the server answered, or why it did not: `550 5.1.1`, `connection refused`.
fn answer(code: Option<u16>, enhanced: Option<&str>, failure: Option<FailureReason>) -> String {
    let code = code.map(|code| code.to_string());
    let parts = [code, enhanced.map(str::to_owned), failure.map(|reason| self::failure(reason).to_owned())];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no answer".to_owned() } else { parts.join(" ") }
}

/// The mail server's last answer to a mail, or why there was none; empty if it was not asked yet.
#[must_use]
pub fn last_answer(mail: &ShownMail) -> String {
    let code = mail.last_code.map(|code| code.to_string());
    let why = mail.last_failure.as_ref().map(|name| match name.parse() {
        Ok(reason) => failure(reason).to_owned(),
        // A newer version of rekey wrote it.
        Err(_) => name.clone(),
    });
    [code, mail.last_enhanced.clone(), why].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Why a mail server did not answer.
#[must_use]
pub fn failure(reason: FailureReason) -> &'static str {
    use FailureReason as F;
    match reason {
        F::TimedOut => "no reply in time",
        F::ConnectionClosed => "the server closed the connection",
        F::ConnectionRefused => "connection refused",
        F::ConnectionReset => "connection reset",
        F::NetworkUnreachable => "network unreachable",
        F::ConnectionFailed => "connection failed",
        F::HostNotFound => "host name not found",
        F::TlsNotOffered => "STARTTLS is not offered",
        F::TlsNotSpoken => "the server does not speak TLS on this port",
        F::TlsFailed => "TLS handshake failed",
        F::CertificateExpired => "certificate has expired",
        F::CertificateNotYetValid => "certificate is not valid yet",
        F::CertificateWrongHost => "certificate is for another host name",
        F::CertificateUnknownAuthority => "certificate is from an unknown authority",
        F::CertificateInvalid => "certificate is invalid",
        F::AuthNotOffered => "no common authentication mechanism",
        F::MalformedReply => "malformed reply",
        F::UnexpectedReply => "unexpected reply",
        F::SurplusReply => "unrequested reply",
        F::ProviderPaused => "not asked: the server has been unavailable",
        F::ShuttingDown => "rekey was stopping",
        F::InboxUnwritable => "the mail folder cannot be written",
    }
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
        let deferred = |code: Option<u16>, failure| MailEvent::MailDeferred {
            phase: Phase::Auth,
            code,
            enhanced: code.map(|_| "5.7.8".to_owned()),
            due_at,
            counted: false,
            provider: None,
            failure,
        };
        let again = "tried again at 2026-01-01 00:00:00 UTC";
        assert_eq!(told(&deferred(Some(535), None)), format!("deferred at AUTH: 535 5.7.8; {again}"));
        assert_eq!(told(&deferred(None, None)), format!("deferred at AUTH: no answer; {again}"));
        let refused = told(&deferred(None, Some(FailureReason::AuthNotOffered)));
        assert_eq!(refused, format!("deferred at AUTH: no common authentication mechanism; {again}"));
        let dead = MailEvent::MailDead {
            reason: DeadBecause::MessageRefused,
            code: Some(554),
            enhanced: Some("5.7.1".to_owned()),
            phase: Some(Phase::Dot),
            provider: Some("main".to_owned()),
        };
        assert_eq!(told(&dead), "dead: the server refused the message itself: 554 5.7.1 (by main)");
    }
}
