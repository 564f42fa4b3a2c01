//! How connections are shared, kept and given up.

use std::{pin::pin, sync::Arc, time::Duration};

use rekey_test_support::smtp::{Fault, Latch, Phase as At, Plan, SmtpSink};
use rekey_workers::smtp::{Delivery, Failure, Limits, Phase, Pool, ProviderConfig};
use tokio::task::JoinSet;

use super::setup::{config, limits, pool, send};

fn pool_with(sink: &SmtpSink, max_connections: usize, limits: Limits) -> Pool {
    Pool::new(ProviderConfig { max_connections, limits, ..config(sink) }).unwrap()
}

#[tokio::test]
async fn never_more_connections_than_allowed() {
    let latch = Latch::new();
    let held = latch.clone();
    let plan = Plan::from_fn(move |session| match session.phase {
        At::Dot => Fault::Hold(held.clone()),
        _ => Fault::None,
    });
    let sink = SmtpSink::builder().plan(plan).start().await.unwrap();
    let pool = Arc::new(pool_with(&sink, 3, Limits::default()));
    let mut senders = JoinSet::new();
    for _ in 0..20 {
        let pool = Arc::clone(&pool);
        senders.spawn(async move { send(&pool).await });
    }
    latch.wait_for(3).await;
    assert_eq!(pool.usage().in_use, 3);
    latch.open();
    let deliveries = senders.join_all().await;
    assert!(
        deliveries.iter().all(|delivery| matches!(delivery, Delivery::Accepted { .. })),
        "{deliveries:?}"
    );
    assert_eq!((sink.connections(), sink.most_connections(), sink.accepted().len()), (3, 3, 20));
    assert_eq!(pool.usage().in_use, 0);
}

#[tokio::test]
async fn a_connection_is_used_for_so_many_mails() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = pool_with(&sink, 1, Limits { mails_per_connection: 3, ..Limits::default() });
    for _ in 0..7 {
        assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
    }
    assert_eq!(sink.connections(), 3);
    sink.wait_for_open(1).await;
}

/// The server answers none before it has all.
#[tokio::test]
async fn mail_rcpt_and_data_travel_together() {
    let sink = SmtpSink::builder().pipelining().start().await.unwrap();
    let pool = pool(&sink);
    for _ in 0..2 {
        assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
    }
    assert_eq!(sink.connections(), 1);
}

/// One after the other over one connection: no reply is taken for another's.
#[tokio::test]
async fn refused_recipients_leave_a_pipelined_connection_in_order() {
    let sink = SmtpSink::builder().pipelining().start().await.unwrap();
    sink.script([(At::Rcpt, Fault::reply("550 5.1.1 unknown")), (At::Rcpt, Fault::reply("450 4.2.0 later"))]);
    let pool = pool_with(&sink, 1, Limits::default());
    assert!(matches!(send(&pool).await, Delivery::Rejected { phase: Phase::Rcpt, .. }));
    assert!(matches!(send(&pool).await, Delivery::Deferred { phase: Phase::Rcpt, .. }));
    assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
    assert_eq!((sink.connections(), sink.accepted().len()), (1, 1));
}

/// Nor are they sent an empty mail.
#[tokio::test]
async fn a_server_that_wants_a_mail_to_nobody_gets_none() {
    let sink = SmtpSink::builder().pipelining().mails_to_nobody().start().await.unwrap();
    sink.script([(At::Rcpt, Fault::reply("550 5.1.1 unknown"))]);
    let pool = pool_with(&sink, 1, Limits::default());
    assert!(matches!(send(&pool).await, Delivery::Rejected { phase: Phase::Rcpt, .. }));
    assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
    assert_eq!((sink.connections(), sink.accepted().len()), (2, 1));
}

#[tokio::test]
async fn an_old_connection_takes_no_mail() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = pool_with(&sink, 1, Limits { connection_age: Duration::ZERO, ..Limits::default() });
    send(&pool).await;
    send(&pool).await;
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn a_refused_mail_does_not_cost_the_connection() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = pool(&sink);
    for at in [At::Rcpt, At::Data, At::Dot] {
        for text in ["450 4.2.0 later", "550 5.1.1 never"] {
            sink.script([(at, Fault::reply(text))]);
            assert!(!matches!(send(&pool).await, Delivery::Accepted { .. }));
            assert!(matches!(send(&pool).await, Delivery::Accepted { .. }), "after {text} at {at:?}");
        }
    }
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn what_is_unexpected_costs_the_connection() {
    for (at, text) in [
        (At::Mail, "550 5.7.1 no"),
        (At::Rcpt, "252 odd"),
        (At::Data, "250 odd"),
        (At::Dot, "251 odd"),
        (At::Dot, "421 4.3.2 bye"),
    ] {
        let sink = SmtpSink::start().await.unwrap();
        let pool = pool(&sink);
        sink.script([(at, Fault::reply(text))]);
        send(&pool).await;
        sink.wait_for_open(0).await;
        assert!(matches!(send(&pool).await, Delivery::Accepted { .. }), "after {text} at {at:?}");
        assert_eq!(sink.connections(), 2, "after {text} at {at:?}");
    }
}

#[tokio::test]
async fn a_connection_that_died_while_idle_costs_nothing() {
    let mut sink = SmtpSink::start().await.unwrap();
    let pool = pool(&sink);
    send(&pool).await;
    sink.refuse().await;
    sink.resume().await.unwrap();
    assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));

    // Closed just when it is used again: the same.
    sink.script([(At::Mail, Fault::Drop)]);
    assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
    sink.script([(At::Mail, Fault::ReplyAndDrop("421 4.4.2 idle too long".to_owned()))]);
    assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
}

#[tokio::test]
async fn a_dropped_future_drops_the_socket() {
    for at in [At::Connect, At::Hello, At::Mail, At::Rcpt, At::Data, At::Dot] {
        let sink = SmtpSink::start().await.unwrap();
        let latch = Latch::new();
        sink.script([(at, Fault::Hold(latch.clone()))]);
        let pool = pool_with(&sink, 1, limits(super::setup::AMPLE));
        {
            let mut delivery = pin!(send(&pool));
            tokio::select! {
                outcome = &mut delivery => panic!("{at:?} {outcome:?}"),
                () = latch.wait_for(1) => {}
            }
        }
        latch.open();
        sink.wait_for_open(0).await;
        // The slot is free again, and the next mail does not inherit the reply.
        sink.set_plan(Plan::none());
        assert!(matches!(send(&pool).await, Delivery::Accepted { .. }), "after {at:?}");
        assert_eq!(sink.connections(), 2);
    }
}

#[tokio::test]
async fn a_throttling_server_gets_fewer_connections_until_it_is_content() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = pool_with(&sink, 3, Limits::default());
    for allowed in [2, 1, 1] {
        sink.script([(At::Rcpt, Fault::reply("421 4.7.0 too many connections"))]);
        send(&pool).await;
        assert_eq!(pool.usage().allowed, allowed);
    }
    for _ in 0..100 {
        assert!(matches!(send(&pool).await, Delivery::Accepted { .. }));
    }
    assert_eq!(pool.usage().allowed, 3);
}

#[tokio::test]
async fn a_closed_pool_says_goodbye_and_takes_nothing() {
    let sink = SmtpSink::start().await.unwrap();
    let pool = pool(&sink);
    send(&pool).await;
    pool.close().await;
    sink.wait_for_open(0).await;
    let closed = Delivery::ConnectionFailed { phase: Phase::Connect, reason: Failure::PoolClosed };
    assert_eq!(send(&pool).await, closed);
}
