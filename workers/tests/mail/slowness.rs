//! Every phase has an end.

use rekey_test_support::smtp::{Fault, Phase as At, SmtpSink};
use rekey_workers::smtp::{Delivery, Failure, Limits, Open, Phase, Pool, ProviderConfig};

use super::setup::{AMPLE, SHORT, config, envelope, limits, send};

async fn silent_at(at: At, limits: Limits) -> Delivery {
    let sink = SmtpSink::start().await.unwrap();
    sink.script([(at, Fault::Silence)]);
    let pool = Pool::new(ProviderConfig { limits, ..config(&sink) }).unwrap();
    let delivery = send(&pool).await;
    sink.wait_for_open(0).await;
    delivery
}

#[tokio::test]
async fn silence_ends_at_the_limit_of_its_phase() {
    let ample = || limits(AMPLE);
    for (at, limits, phase) in [
        (At::Connect, Limits { greeting: SHORT, ..ample() }, Phase::Greeting),
        (At::Hello, Limits { hello: SHORT, ..ample() }, Phase::Hello),
        (At::Mail, Limits { command: SHORT, ..ample() }, Phase::Mail),
        (At::Rcpt, Limits { command: SHORT, ..ample() }, Phase::Rcpt),
        (At::Data, Limits { command: SHORT, ..ample() }, Phase::Data),
    ] {
        let delivery = silent_at(at, limits).await;
        assert_eq!(delivery, Delivery::ConnectionFailed { phase, reason: Failure::TimedOut }, "{at:?}");
    }
}

#[tokio::test]
async fn a_body_that_nobody_reads_ends_without_progress() {
    let sink = SmtpSink::start().await.unwrap();
    let latch = rekey_test_support::smtp::Latch::new();
    sink.script([(At::Body, Fault::Hold(latch))]);
    let limits = Limits { body: SHORT, ..limits(AMPLE) };
    let pool = Pool::new(ProviderConfig { limits, ..config(&sink) }).unwrap();
    // More than all socket buffers on the way hold.
    let message = "0123456789\r\n".repeat(2_000_000);
    let delivery = pool.deliver(&envelope("ana@example.org"), message.as_bytes(), &Open).await;
    assert_eq!(delivery, Delivery::ConnectionFailed { phase: Phase::Body, reason: Failure::TimedOut });
}

#[tokio::test]
async fn the_defaults_are_those_of_the_design() {
    let Limits { connect, greeting, hello, command, body, dot, mails_per_connection, connection_age, .. } =
        Limits::default();
    let seconds = [connect, greeting, hello, command, body, dot, connection_age].map(|limit| limit.as_secs());
    assert_eq!((seconds, mails_per_connection), ([5, 30, 30, 60, 60, 600, 300], 100));
}
