//! PostgreSQL's connections are lent for a statement each, also after one that nobody waited for.

use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::join_all;
use rekey_events::store::Store;
use rekey_test_support::proxy::Proxy;

use crate::bed::Bed;
use crate::facts::account;

const OTHERS: &str = "FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

pub async fn statements_left_halfway_cost_nobody_a_connection(bed: Bed) {
    for _ in 0..3 {
        account(&bed, &bed.log).await;
    }
    // Sent, and their answers left on the line; a few are answered at once.
    let mut left = 0;
    while left < 100 {
        left += usize::from(bed.store.after(0, 10).now_or_never().is_none());
    }
    let reads = (0..200).map(|nth| bed.store.after(nth % 2, 1));
    for (nth, events) in (0..).zip(join_all(reads).await) {
        let positions: Vec<_> = events.unwrap().iter().map(|event| event.position).collect();
        assert_eq!(positions, [nth % 2 + 1], "another statement's answer");
    }
    let connections = bed.sql().await.number(&format!("SELECT count(*) {OTHERS}")).await;
    assert!((1..=16).contains(&connections), "{connections} connections");
}

/// One whose beginning nobody waited for: whatever is done next over its connection would never be committed.
pub async fn a_transaction_left_at_its_beginning_is_ended(bed: Bed) {
    for _ in 0..20 {
        assert!(bed.store.lock_broker().now_or_never().is_none());
    }
    assert!(bed.store.lock_broker().await.is_ok());
    let (open, mut sql) = (format!("SELECT count(*) {OTHERS} AND state <> 'idle'"), bed.sql().await);
    let ended = async { while sql.number(&open).await > 0 {} };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("a transaction is open");
}

/// Many idle connections are cut at once, as by a restart: finding out costs one statement, not one each.
pub async fn connections_that_were_cut_while_idle_cost_one_statement(bed: Bed) {
    account(&bed, &bed.log).await;
    join_all((0..64).map(|_| bed.store.after(0, 1))).await;
    let mut sql = bed.sql().await;
    assert!(sql.number(&format!("SELECT count(*) {OTHERS}")).await > 10, "they are not many");
    sql.rows(&format!("SELECT pg_terminate_backend(pid, 5000) {OTHERS}")).await.unwrap();
    assert!(bed.store.after(0, 1).await.is_err(), "nothing was cut");
    assert_eq!(bed.store.after(0, 1).await.unwrap().len(), 1);
}

/// A server that went away without a word, or a line whose state was lost: nobody waits for its answer for ever,
/// and none of its connections keeps its place.
pub async fn a_silent_line_is_given_up(bed: Bed) {
    account(&bed, &bed.log).await;
    let (_, server) = bed.url.split_once('@').unwrap();
    let (server, _) = server.split_once('/').unwrap();
    let line = Proxy::start(server.parse().unwrap()).await.unwrap();
    let store = Store::open(&bed.url.replace(server, &line.address().to_string())).await.unwrap();
    join_all((0..32).map(|_| store.after(0, 1))).await;
    line.hold();
    let began = Instant::now();
    let silent = join_all((0..32).map(|_| store.after(0, 1))).await;
    assert!(silent.iter().all(Result::is_err));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    line.release();
    for answer in join_all((0..32).map(|_| store.after(0, 1))).await {
        assert_eq!(answer.unwrap().len(), 1);
    }
}
