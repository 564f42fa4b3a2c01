//! Each refusal, at each phase, and what it means.

use std::time::Duration;

use rekey_test_support::smtp::{Fault, Phase as At, SmtpSink};
use rekey_workers::smtp::{Delivery, Failure, Phase};

use super::setup::{pool, send, with_fault, with_fault_at};

/// The outcome in one line, to compare.
fn brief(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Accepted { reply } => format!("accepted {}", reply.code),
        Delivery::Deferred { phase, reply, .. } => format!("deferred {phase} {}", reply.code),
        Delivery::Rejected { phase, reply, .. } => format!("rejected {phase} {}", reply.code),
        Delivery::ConnectionFailed { phase, reason } => match reason {
            Failure::Refused(reply) => format!("failed {phase} {}", reply.code),
            Failure::Unexpected(reply) => format!("failed {phase} unexpected {}", reply.code),
            other => format!("failed {phase} {other}"),
        },
        Delivery::Ambiguous { reason } => format!("ambiguous {reason}"),
        Delivery::Withheld => "withheld".to_owned(),
    }
}

#[tokio::test]
async fn every_reply_has_its_meaning() {
    for (at, text, meaning) in [
        (At::Connect, "421 4.3.2 busy", "failed greeting 421"),
        (At::Connect, "554 5.3.2 go away", "failed greeting 554"),
        (At::Connect, "250 odd", "failed greeting unexpected 250"),
        (At::Hello, "421 4.3.2 busy", "failed hello 421"),
        (At::Hello, "502 no EHLO here", "failed hello 502"),
        (At::Mail, "421 4.7.0 slow down", "failed mail 421"),
        (At::Mail, "451 4.3.0 later", "failed mail 451"),
        (At::Mail, "550 5.7.1 sender refused", "failed mail 550"),
        (At::Mail, "354 odd", "failed mail unexpected 354"),
        (At::Rcpt, "421 4.7.0 slow down", "failed rcpt 421"),
        (At::Rcpt, "450 4.2.0 greylisted", "deferred rcpt 450"),
        (At::Rcpt, "550 5.1.1 unknown", "rejected rcpt 550"),
        (At::Rcpt, "550 relay not permitted", "failed rcpt 550"),
        (At::Rcpt, "504 5.5.2 Helo command rejected", "failed rcpt 504"),
        (At::Rcpt, "552 5.2.2 mailbox full", "deferred rcpt 552"),
        (At::Hello, "550 5.7.1 bad HELO", "failed hello 550"),
        (At::Rcpt, "251 forwarded", "accepted 250"),
        (At::Rcpt, "252 odd", "failed rcpt unexpected 252"),
        (At::Rcpt, "503 5.5.1 MAIL first", "failed rcpt 503"),
        (At::Rcpt, "530 5.7.0 AUTH first", "failed rcpt 530"),
        (At::Data, "421 4.7.0 slow down", "failed data 421"),
        (At::Data, "451 4.3.0 later", "deferred data 451"),
        (At::Data, "554 5.5.1 no", "failed data 554"),
        (At::Data, "550 5.1.1 unknown", "rejected data 550"),
        (At::Data, "250 odd", "failed data unexpected 250"),
        (At::Dot, "421 4.7.0 slow down", "failed dot 421"),
        (At::Dot, "552 5.2.2 mailbox full", "deferred dot 552"),
        (At::Dot, "550 5.1.7 sender refused", "failed dot 550"),
        (At::Dot, "452 4.3.1 full", "deferred dot 452"),
        (At::Dot, "554 5.7.1 spam", "rejected dot 554"),
        (At::Dot, "251 odd but kind", "accepted 251"),
        (At::Dot, "354 odd", "ambiguous the server's reply does not belong here: 354"),
        (At::Dot, "250-odd\r\n251 odd", "ambiguous the server's reply is malformed"),
        (At::Dot, "hello", "ambiguous the server's reply is malformed"),
        (At::Mail, "hello", "failed mail the server's reply is malformed"),
    ] {
        for sink in [SmtpSink::builder(), SmtpSink::builder().pipelining()] {
            let (delivery, _) = with_fault_at(sink, at, Fault::reply(text)).await;
            assert_eq!(brief(&delivery), meaning, "{at:?} {text}");
        }
    }
}

#[tokio::test]
async fn a_dropped_connection_is_a_failure_before_the_dot() {
    for (at, phase) in [
        (At::Connect, Phase::Greeting),
        (At::Hello, Phase::Hello),
        (At::Mail, Phase::Mail),
        (At::Rcpt, Phase::Rcpt),
        (At::Data, Phase::Data),
    ] {
        for sink in [SmtpSink::builder(), SmtpSink::builder().pipelining()] {
            let (delivery, sink) = with_fault_at(sink, at, Fault::Drop).await;
            let Delivery::ConnectionFailed { phase: found, reason } = delivery else {
                panic!("{at:?} {delivery:?}")
            };
            assert_eq!(found, phase);
            assert!(matches!(reason, Failure::Closed | Failure::Io(_)), "{at:?} {reason:?}");
            assert!(sink.accepted().is_empty());
        }
    }
}

#[tokio::test]
async fn a_reply_in_the_middle_of_the_body_is_no_reply_to_the_dot() {
    let latch = rekey_test_support::smtp::Latch::new();
    let sink = SmtpSink::start().await.unwrap();
    sink.script([(At::Body, Fault::ReplyAndDrop("250 2.0.0 I have seen enough".to_owned()))]);
    let gate = super::gates::WaitsBeforeDot { latch: latch.clone() };
    let pool = pool(&sink);
    let envelope = super::setup::envelope("ana@example.org");
    let mail = super::setup::mail(1);
    let (delivery, ()) = tokio::join!(pool.deliver(&envelope, &mail.bytes, &gate), async {
        sink.wait_for_open(0).await;
        // The words are in our socket; the runtime must look at it once, which it does before a timer fires.
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        latch.open();
    });
    assert!(matches!(delivery, Delivery::ConnectionFailed { phase: Phase::Body, .. }), "{delivery:?}");
}

#[tokio::test]
async fn nobody_listening_is_a_failure_to_connect() {
    let mut sink = SmtpSink::start().await.unwrap();
    let pool = pool(&sink);
    sink.refuse().await;
    let delivery = send(&pool).await;
    let refused = Failure::Io(std::io::ErrorKind::ConnectionRefused);
    assert_eq!(delivery, Delivery::ConnectionFailed { phase: Phase::Connect, reason: refused });
    sink.resume().await.unwrap();
    assert_eq!(brief(&send(&pool).await), "accepted 250");
}

#[tokio::test]
async fn a_named_wait_is_passed_on() {
    for (at, text, wait) in [
        (At::Rcpt, "450 4.2.0 Greylisted, try again in 5 minutes", Some(Duration::from_secs(300))),
        (At::Dot, "451-4.7.1 busy\r\n451 4.7.1 please retry after 90 seconds", Some(Duration::from_secs(90))),
        (At::Data, "451 4.3.0 later", None),
    ] {
        let (delivery, _) = with_fault(at, Fault::reply(text)).await;
        let Delivery::Deferred { retry_after, .. } = delivery else { panic!("{delivery:?}") };
        assert_eq!(retry_after, wait, "{text}");
    }
}

#[tokio::test]
async fn code_and_status_stand_apart_from_the_text_that_names_a_person() {
    let (delivery, _) =
        with_fault(At::Rcpt, Fault::reply("550-5.1.1 <ana@example.org>\r\n550 5.1.1 \u{7}unknown")).await;
    let shown = format!("{delivery:?}");
    assert!(!shown.contains("ana"), "{shown}");
    let Delivery::Rejected { reply, .. } = delivery else { panic!("{shown}") };
    assert_eq!((reply.code, reply.enhanced.as_deref()), (550, Some("5.1.1")));
    assert_eq!(reply.text, "5.1.1 <ana@example.org> 5.1.1 \\u{7}unknown");
}
