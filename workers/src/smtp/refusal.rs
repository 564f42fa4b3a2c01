//! What a refusal is about: the recipient, the mailbox's room, this message, or ourselves.
//!
//! The reply code alone says little: servers answer 550 to an unknown user, to a relay they deny, to a sender they
//! do not like and to a name in EHLO. The enhanced status (RFC 3463) decides if there is one, else the words. In
//! doubt nobody is suppressed and nothing is given up.

use super::{outcome::Phase, reply::Reply};

/// What a refusal is about, and so what becomes of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The recipient does not exist: final, wherever the mail goes.
    Recipient,
    /// Not now: the mailbox is full, a quota is used up, or the server says so (4xx). Tried again on the schedule.
    Temporary,
    /// We, our sender, our session or a policy against us: no fault of the mail, which waits.
    Sender,
    /// This message, such as spam or too large: another server may take it, this one will not.
    Message,
    /// A 5xx that says none of this. Another server is asked once; then the mail is tried again on the schedule until
    /// it expires: that suppresses nobody and loses nothing, and a mail that can be sent after all is sent.
    Unclear,
}

/// Statuses that say that a recipient does not exist (RFC 3463 section 3.2, RFC 7505 section 4): bad mailbox, bad
/// system, bad syntax, moved, null MX, mailbox disabled.
const RECIPIENT: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];

/// Mailbox full, and the quota of the server or of our account there.
const ROOM: [&str; 2] = ["5.2.2", "5.4.5"];

/// Statuses about our sender's address. 5.1.0 is "other address status": Postfix says it of senders.
const SENDER: [&str; 3] = ["5.1.0", "5.1.7", "5.1.8"];

/// Statuses about the mail system, the protocol, and security or policy.
const SENDER_SUBJECTS: [&str; 3] = ["5.3.", "5.5.", "5.7."];

/// Words that speak of us and not of the recipient. The recipient's address is taken out before.
const SENDER_WORDS: [&str; 31] = [
    "relay",
    "helo",
    "ehlo",
    "sender",
    "authenticat",
    "unauth",
    "authoriz",
    "authoris",
    "not permitted",
    "access denied",
    "administrative",
    "prohibit",
    "policy",
    "policies",
    "blacklist",
    "blocklist",
    "block list",
    "blocked",
    "banned",
    "dnsbl",
    "rbl",
    "spamhaus",
    "spam",
    "reputation",
    "spf",
    "dkim",
    "dmarc",
    "reverse dns",
    "ptr record",
    "client host",
    "greylist",
];

/// Of these words, those that are about us even when a whole message was refused.
const SESSION_WORDS: [&str; 3] = ["relay", "helo", "ehlo"];

/// Words that plainly say that a mailbox does not exist.
const UNKNOWN_WORDS: [&str; 26] = [
    "user unknown",
    "unknown user",
    "recipient unknown",
    "unknown recipient",
    "mailbox unknown",
    "unknown mailbox",
    "unknown local part",
    "unknown local-part",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "no such account",
    "no such person",
    "no such local user",
    "no mailbox here",
    "user not found",
    "recipient not found",
    "mailbox not found",
    "account not found",
    "user does not exist",
    "recipient does not exist",
    "mailbox does not exist",
    "account does not exist",
    "user doesn't exist",
    "mailbox doesn't exist",
    "not a known user",
];

/// Words that say that a mailbox has no room.
const ROOM_WORDS: [&str; 8] = [
    "mailbox full",
    "mailbox is full",
    "mail box full",
    "over quota",
    "overquota",
    "quota exceeded",
    "exceeded quota",
    "exceeded storage",
];

/// Classifies a 4xx or 5xx reply to the one recipient of a mail, to DATA, or to the final dot.
///
/// At RCPT and DATA nothing of the message has been seen, so a refusal cannot be about it. The connection's other
/// phases speak of the connection alone and are not classified.
pub(super) fn classify(phase: Phase, reply: &Reply) -> Refusal {
    let words = Words::of(reply);
    if is_about_the_session(reply.code) {
        return Refusal::Sender;
    }
    if reply.code < 500 || words.begins_with_class_4 {
        return Refusal::Temporary;
    }
    match (phase, &reply.enhanced) {
        (Phase::Dot, Some(status)) => message_by_status(status, &words),
        (Phase::Dot, None) => message_by_words(reply.code, &words),
        (_, Some(status)) => recipient_by_status(status, &words),
        (_, None) => recipient_by_words(reply.code, &words),
    }
}

/// Replies that say nothing about a recipient or a mail: going away (421), command unknown, unimplemented or out of
/// order (RFC 5321 section 4.2.2), parameter not implemented (504, which Postfix says to a name in EHLO), no mail
/// here at all (521, RFC 7504), authentication or encryption missing or failed (RFC 4954 section 6).
fn is_about_the_session(code: u16) -> bool {
    matches!(code, 421 | 454 | 500..=504 | 521 | 523..=525 | 530 | 534 | 535 | 538)
}

fn recipient_by_status(status: &str, words: &Words) -> Refusal {
    if SENDER.contains(&status) || has_subject(status, &SENDER_SUBJECTS) {
        Refusal::Sender
    } else if ROOM.contains(&status) {
        Refusal::Temporary
    } else if !RECIPIENT.contains(&status) {
        Refusal::Unclear
    } else if words.have(&SENDER_WORDS) {
        // Such as "550 5.1.1 … Sender verify failed": in doubt, nobody is suppressed.
        Refusal::Sender
    } else {
        Refusal::Recipient
    }
}

fn recipient_by_words(code: u16, words: &Words) -> Refusal {
    if code == 552 || words.have(&ROOM_WORDS) {
        // RFC 5321 section 4.5.3.1.10: 552 at RCPT is to be taken for 452.
        Refusal::Temporary
    } else if words.have(&SENDER_WORDS) {
        Refusal::Sender
    } else if matches!(code, 550 | 553) && words.have(&UNKNOWN_WORDS) {
        Refusal::Recipient
    } else {
        Refusal::Unclear
    }
}

/// After the dot, policy (5.7) and the system's limits (5.3.4) speak of the message.
fn message_by_status(status: &str, words: &Words) -> Refusal {
    if RECIPIENT.contains(&status) && !words.have(&SENDER_WORDS) {
        // Servers in front of others (LMTP) know the recipient only now. There is one, so it is this one.
        Refusal::Recipient
    } else if ROOM.contains(&status) || status == "5.3.1" {
        Refusal::Temporary
    } else if SENDER.contains(&status)
        || status == "5.3.2"
        || has_subject(status, &["5.5."])
        || words.have(&SESSION_WORDS)
    {
        Refusal::Sender
    } else {
        Refusal::Message
    }
}

fn message_by_words(code: u16, words: &Words) -> Refusal {
    if words.have(&ROOM_WORDS) || (code == 552 && words.have(&["mailbox", "quota"])) {
        Refusal::Temporary
    } else if words.have(&SESSION_WORDS) {
        Refusal::Sender
    } else {
        Refusal::Message
    }
}

fn has_subject(status: &str, subjects: &[&str]) -> bool {
    subjects.iter().any(|subject| status.starts_with(subject))
}

/// A reply's text without what could be an address or a link, in lower case.
struct Words {
    text: String,
    /// Whether the status says "later" although the code says "never".
    begins_with_class_4: bool,
}

impl Words {
    fn of(reply: &Reply) -> Self {
        let text = reply.text.to_lowercase();
        let is_name = |word: &&str| word.contains('@') || word.contains("://") || is_in_brackets(word);
        let kept: Vec<_> = text.split_whitespace().filter(|word| !is_name(word)).collect();
        let begins_with_class_4 =
            reply.enhanced.is_none() && kept.first().is_some_and(|word| is_class_4(word));
        Self { text: kept.join(" "), begins_with_class_4 }
    }

    /// Whether one of `phrases` is in it, from the beginning of a word on.
    fn have(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| {
            self.text
                .match_indices(phrase)
                .any(|(at, _)| !self.text[..at].ends_with(|before: char| before.is_alphanumeric()))
        })
    }
}

/// `<ana@example.org>:`, or `<ana>`.
fn is_in_brackets(word: &str) -> bool {
    word.starts_with('<') && word.contains('>')
}

fn is_class_4(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '#', '[']);
    word.starts_with("4.") && word[2..].starts_with(|digit: char| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests;
