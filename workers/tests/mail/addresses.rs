//! Addresses beyond ASCII.

use rekey_test_support::smtp::SmtpSink;
use rekey_workers::smtp::{Delivery, Open, Phase};

use super::setup::{envelope, mail, pool};

#[tokio::test]
async fn a_domain_goes_out_in_a_labels() {
    let sink = SmtpSink::start().await.unwrap();
    let delivery = pool(&sink).deliver(&envelope("ana@bücher.example"), &mail(1).bytes, &Open).await;
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    assert_eq!(sink.accepted()[0].to, "ana@xn--bcher-kva.example");
}

#[tokio::test]
async fn a_name_beyond_ascii_needs_a_server_that_can() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = pool(&sink);
    let delivery = pool.deliver(&envelope("用户@example.org"), &mail(1).bytes, &Open).await;
    let Delivery::Rejected { phase: Phase::Rcpt, reply, .. } = delivery else { panic!("{delivery:?}") };
    assert_eq!((reply.code, reply.enhanced.as_deref()), (553, Some("5.6.7")));
    assert!(reply.text.contains("SMTPUTF8"));
    assert!(sink.ledger().is_empty());

    let able = SmtpSink::builder().smtputf8().start().await.unwrap();
    let delivery =
        super::setup::pool(&able).deliver(&envelope("用户@example.org"), &mail(1).bytes, &Open).await;
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    assert_eq!(able.accepted()[0].to, "用户@example.org");
}
