//! Refusals as real servers word them.

use super::super::reply::Lines;
use super::Refusal::{Message, Recipient, Sender, Temporary, Unclear};
use super::*;

fn of(phase: Phase, text: &str) -> Refusal {
    let mut lines = Lines::default();
    for line in text.lines() {
        lines.push(format!("{line}\r\n").as_bytes()).unwrap();
    }
    classify(phase, &lines.reply())
}

/// At RCPT and at DATA a refusal means the same.
const AT_RCPT: &[(&str, Refusal)] = &[
    // Postfix
    (
        "550 5.1.1 <ana@example.org>: Recipient address rejected: User unknown in local recipient table",
        Recipient,
    ),
    (
        "550 5.1.1 <ana@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
        Recipient,
    ),
    ("550 5.1.1 <relay@example.org>: Recipient address rejected: User unknown", Recipient),
    ("550 5.1.1 <sender@policy.example>: Recipient address rejected: User unknown", Recipient),
    ("550 5.1.2 <ana@x.example>: Recipient address rejected: Domain not found", Recipient),
    (
        "556 5.1.10 <ana@x.example>: Recipient address rejected: Domain x.example does not accept mail (nullMX)",
        Recipient,
    ),
    ("554 5.7.1 <ana@example.org>: Relay access denied", Sender),
    ("454 4.7.1 <ana@example.org>: Relay access denied", Sender),
    ("554 <ana@example.org>: Relay access denied", Sender),
    ("550 5.1.0 <noreply@x.example>: Sender address rejected: User unknown in virtual mailbox table", Sender),
    ("550 5.1.8 <noreply@x.example>: Sender address rejected: Domain not found", Sender),
    ("553 5.7.1 <noreply@x.example>: Sender address rejected: not owned by user app", Sender),
    ("504 5.5.2 <rekey>: Helo command rejected: need fully-qualified hostname", Sender),
    ("450 4.7.1 <rekey>: Helo command rejected: Host not found", Temporary),
    ("550 5.7.1 <rekey>: Helo command rejected: You are not me", Sender),
    ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", Sender),
    ("554 5.7.1 <ana@example.org>: Recipient address rejected: Access denied", Sender),
    ("450 4.2.0 <ana@example.org>: Recipient address rejected: Greylisted", Temporary),
    ("452 4.2.2 <ana@example.org>: Mailbox full", Temporary),
    ("552 5.2.2 <ana@example.org>: Recipient address rejected: Mailbox full", Temporary),
    (
        "550 5.1.1 <ana@example.org>: Recipient address rejected: undeliverable address: Relay access denied",
        Sender,
    ),
    // Exim
    ("550 relay not permitted", Sender),
    ("550-relay not permitted\n550 see https://example.org/unknown-user", Sender),
    ("550 Unrouteable address", Unclear),
    ("550 unknown user", Recipient),
    ("550 No such user here", Recipient),
    (
        "550-Verification failed for <noreply@x.example>\n550-No Such User Here\n550 Sender verify failed",
        Sender,
    ),
    ("550 Sender verify failed", Sender),
    ("550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", Sender),
    ("550-Callback setup failed while verifying <noreply@x.example>\n550 Sender verify failed", Sender),
    ("552 mailbox is full", Temporary),
    ("550 Administrative prohibition", Sender),
    // Exchange, Microsoft 365, Outlook.com
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", Recipient),
    ("550 5.1.1 User unknown", Recipient),
    ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Sender),
    ("550 5.7.1 Unable to relay", Sender),
    ("550 5.7.1 Client does not have permissions to send as this sender", Sender),
    ("550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP", Sender),
    ("550 5.5.0 Requested action not taken: mailbox unavailable", Sender),
    ("530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", Sender),
    // Gmail
    (
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1  https://support.google.com/mail/?p=NoSuchUser d9443c01a7336 - gsmtp",
        Recipient,
    ),
    ("550 5.2.1 The email account that you tried to reach is inactive. - gsmtp", Recipient),
    ("550-5.2.1 The email account that you tried to reach is disabled.\n550 5.2.1 - gsmtp", Recipient),
    ("552-5.2.2 The recipient's inbox is out of storage space.\n552 5.2.2 - gsmtp", Temporary),
    ("550-5.4.5 Daily user sending limit exceeded.\n550 5.4.5 - gsmtp", Temporary),
    (
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550 5.7.26 - gsmtp",
        Sender,
    ),
    // qmail
    ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Sender),
    ("550 sorry, no mailbox here by that name (#5.1.1)", Recipient),
    ("511 sorry, no mailbox here by that name (#5.1.1 - chkuser)", Recipient),
    ("553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)", Sender),
    ("550 user is over quota (#5.2.2)", Temporary),
    // Sendmail
    ("550 5.1.1 <ana@example.org>... User unknown", Recipient),
    ("550 5.7.1 <ana@example.org>... Relaying denied", Sender),
    ("550 5.7.1 <ana@example.org>... Relaying denied. Proper authentication required.", Sender),
    ("550 5.1.2 <ana@x.example>... Host unknown (Name server: x.example: host not found)", Recipient),
    ("553 5.3.0 <ana@example.org>... Spam blocked, see http://example.org/", Sender),
    ("553 5.1.3 <ana@x>... User address required", Recipient),
    ("551 5.1.6 <ana@example.org>... User has moved; please try elsewhere", Recipient),
    // Cisco ESA, Yahoo, Proofpoint, SES and others
    ("550 #5.1.0 Address rejected.", Sender),
    ("550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.", Sender),
    ("554 delivery error: dd This user doesn't have an account here [-5] - mta1.example", Unclear),
    ("550 5.7.1 [192.0.2.1] refused by policy", Sender),
    ("521 5.2.1 This server does not accept mail", Sender),
    ("535 5.7.8 Authentication credentials invalid", Sender),
    // Policy on a later line only, or in the text only
    ("550-Requested action not taken\n550-5.7.1 Blocked by policy\n550 see the administrator", Sender),
    ("550-Sorry\n550 5.1.1 unknown", Recipient),
    // A status that contradicts its code, and statuses in no list
    ("550 4.2.2 mailbox temporarily unavailable", Temporary),
    ("550 5.4.4 Unable to route", Unclear),
    ("550 5.0.0 Rejected", Unclear),
    ("550 5.2.0 Delivery failed", Unclear),
    ("550 5.2.3 Message too long for this mailbox", Unclear),
    ("550 5.6.1 Media not supported", Unclear),
    // No status and no clear word
    ("550 Requested action not taken: mailbox unavailable", Unclear),
    ("550 Rejected", Unclear),
    ("550", Unclear),
    ("551 User not local; please try <ana@elsewhere.example>", Unclear),
    ("554 user unknown", Unclear),
    ("550 version 5.1.1 of this filter rejects you", Unclear),
    ("553 Mailbox name not allowed", Unclear),
];

#[test]
fn each_refusal_of_a_recipient_is_about_what_the_server_means() {
    for phase in [Phase::Rcpt, Phase::Data] {
        for (text, expected) in AT_RCPT {
            assert_eq!(of(phase, text), *expected, "{phase}: {text}");
        }
    }
}

#[test]
fn after_the_dot_a_refusal_is_of_the_message_unless_it_says_otherwise() {
    for (text, expected) in [
        ("554 5.7.1 spam, perhaps", Message),
        ("550 5.7.1 Message contains spam or virus", Message),
        (
            "550-5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy\n550 5.7.26 gsmtp",
            Message,
        ),
        ("552 5.3.4 Message size exceeds fixed limit", Message),
        ("552 Message size exceeds maximum permitted", Message),
        ("554 Transaction failed", Message),
        ("550 High probability of spam", Message),
        ("554 5.6.0 Message header syntax", Message),
        ("552 5.2.2 Mailbox full", Temporary),
        ("552 mailbox full", Temporary),
        ("552 Requested mail action aborted: exceeded storage allocation", Temporary),
        ("550 5.4.5 Daily sending quota exceeded", Temporary),
        ("554 5.3.1 Mail system full", Temporary),
        ("452 4.3.1 Insufficient system storage", Temporary),
        ("451 4.7.1 Please try again later", Temporary),
        ("550 5.1.1 <ana@example.org> User doesn't exist: ana@example.org", Recipient),
        ("550 5.1.7 Invalid sender", Sender),
        ("554 5.5.1 Error: no valid recipients", Sender),
        ("550 relay not permitted", Sender),
        ("503 5.5.1 Bad sequence of commands", Sender),
        ("421 4.3.2 Service shutting down", Sender),
    ] {
        assert_eq!(of(Phase::Dot, text), expected, "{text}");
    }
}

#[test]
fn nothing_but_an_unknown_recipient_is_one() {
    let statuses = (0..8).flat_map(|subject| (0..40).map(move |detail| format!("5.{subject}.{detail}")));
    for status in statuses {
        let is_recipient = of(Phase::Rcpt, &format!("550 {status} no")) == Recipient;
        assert_eq!(is_recipient, RECIPIENT.contains(&status.as_str()), "{status}");
    }
}
