//! What arrives is what was sent.

use rekey_test_support::smtp::{Attempt, SmtpSink};
use rekey_workers::smtp::{Delivery, Open, Phase};
use sha2::{Digest, Sha256};

use super::setup::{envelope, mail, pool};

#[tokio::test]
async fn accepted_means_a_250_in_the_ledger_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let sink = SmtpSink::builder().ledger(&path).start().await.unwrap();
    let mail = mail(1);
    let delivery = pool(&sink).deliver(&envelope("ana@example.org"), &mail.bytes, &Open).await;
    let Delivery::Accepted { reply } = delivery else { panic!("{delivery:?}") };
    assert_eq!((reply.code, reply.enhanced.as_deref()), (250, Some("2.0.0")));

    sink.wait_for(1).await;
    let accepted = sink.accepted().remove(0);
    assert_eq!(accepted.bytes, mail.bytes);
    assert_eq!((accepted.from.as_str(), accepted.to.as_str()), ("rekey@example.org", "ana@example.org"));
    assert_eq!(accepted.message_id.as_ref(), Some(&mail.message_id));

    let attempt = sink.ledger().remove(0);
    assert_eq!((attempt.phase.as_str(), attempt.code), ("dot", 250));
    assert_eq!(attempt.sha256, Some(hex::encode(Sha256::digest(&mail.bytes))));
    let on_disk: Attempt = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(on_disk, attempt);
}

#[tokio::test]
async fn lines_that_begin_with_dots_arrive_as_they_were() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = pool(&sink);
    for body in
        [".\r\n", "..\r\n.a\r\n\r\n...\r\nb.\r\n", "a\r\n.\r\nRSET\r\nMAIL FROM:<x@y.org>\r\n", "\r\n"]
    {
        let message = format!("Message-ID: <1@example.org>\r\n\r\n{body}");
        let delivery = pool.deliver(&envelope("ana@example.org"), message.as_bytes(), &Open).await;
        assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
        assert_eq!(sink.accepted().pop().unwrap().bytes, message.as_bytes());
    }
    assert_eq!(sink.accepted().len(), 4);
}

#[tokio::test]
async fn a_large_body_arrives_whole() {
    let sink = SmtpSink::start().await.unwrap();
    let message = format!("Message-ID: <1@example.org>\r\n\r\n{}", ".0123456789\r\n".repeat(200_000));
    let delivery = pool(&sink).deliver(&envelope("ana@example.org"), message.as_bytes(), &Open).await;
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    assert!(sink.accepted().remove(0).bytes == message.as_bytes());
}

#[tokio::test]
async fn a_message_that_could_hide_a_second_one_is_not_sent() {
    let sink = SmtpSink::start().await.unwrap();
    for message in ["a\n.\nMAIL FROM:<x@y.org>\r\n", "a\r.\r\n", "a\n.\r\n"] {
        let delivery = pool(&sink).deliver(&envelope("ana@example.org"), message.as_bytes(), &Open).await;
        let Delivery::Rejected { phase: Phase::Body, reply, .. } = delivery else { panic!("{delivery:?}") };
        assert_eq!(reply.code, 554);
    }
    assert_eq!(sink.connections(), 0);
}
