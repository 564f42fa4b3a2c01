//! After the final dot only a complete reply is knowledge.

use rekey_test_support::smtp::{Fault, Latch, Phase as At, SmtpSink};
use rekey_workers::smtp::{Delivery, Failure, Limits, Pool, ProviderConfig};

use super::setup::{AMPLE, SHORT, config, limits, pool, send, with_fault};

#[tokio::test]
async fn a_250_that_never_came_is_ambiguous_and_in_the_ledger() {
    let (delivery, sink) = with_fault(At::Dot, Fault::AcceptAndDrop).await;
    assert!(matches!(delivery, Delivery::Ambiguous { .. }), "{delivery:?}");
    assert_eq!(sink.accepted().len(), 1);
}

#[tokio::test]
async fn a_drop_after_the_dot_is_ambiguous_too() {
    let (delivery, sink) = with_fault(At::Dot, Fault::Drop).await;
    assert!(matches!(delivery, Delivery::Ambiguous { .. }), "{delivery:?}");
    assert!(sink.accepted().is_empty());
}

#[tokio::test]
async fn half_a_reply_is_no_reply() {
    let sink = SmtpSink::start().await.unwrap();
    sink.script([(At::Dot, Fault::AcceptAndReply("250-2.0.0 Taken".to_owned()))]);
    let limits = Limits { dot: SHORT, ..limits(AMPLE) };
    let pool = Pool::new(ProviderConfig { limits, ..config(&sink) }).unwrap();
    assert_eq!(send(&pool).await, Delivery::Ambiguous { reason: Failure::TimedOut });
    assert_eq!(sink.accepted().len(), 1);
}

#[tokio::test]
async fn the_dot_has_a_patience_of_its_own() {
    let sink = SmtpSink::start().await.unwrap();
    let latch = Latch::new();
    sink.script([(At::Dot, Fault::Hold(latch.clone()))]);
    let limits = Limits { dot: AMPLE, ..limits(SHORT) };
    let pool = Pool::new(ProviderConfig { limits, ..config(&sink) }).unwrap();
    let (delivery, ()) = tokio::join!(send(&pool), async {
        latch.wait_for(1).await;
        tokio::time::sleep(SHORT * 3).await; // Longer than every other phase may take.
        latch.open();
    });
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
}

#[tokio::test]
async fn patience_at_the_dot_ends_in_ambiguity_and_drops_the_socket() {
    let sink = SmtpSink::start().await.unwrap();
    sink.script([(At::Dot, Fault::Silence)]);
    let limits = Limits { dot: SHORT, ..limits(AMPLE) };
    let pool = Pool::new(ProviderConfig { limits, ..config(&sink) }).unwrap();
    assert_eq!(send(&pool).await, Delivery::Ambiguous { reason: Failure::TimedOut });
    sink.wait_for_open(0).await;
}

#[tokio::test]
async fn a_second_reply_does_not_answer_the_next_mail() {
    let sink = SmtpSink::start().await.unwrap();
    // To the first mail one reply too many; the second mail is refused, which must not be read as accepted.
    sink.script([
        (At::Dot, Fault::AcceptAndReply("250 2.0.0 Taken\r\n250 2.0.0 Taken".to_owned())),
        (At::Mail, Fault::reply("550 5.7.1 no")),
    ]);
    let pool = pool(&sink);
    assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
    assert!(matches!(send(&pool).await, Delivery::ConnectionFailed { .. }));
    assert_eq!(sink.connections(), 2);
    assert_eq!(sink.accepted().len(), 1);
}
