//! Mails that a worker claimed and did not finish.

use std::time::{Duration, Instant};

use rekey_events::Env;
use rekey_events::mail::MailEvent;
use rekey_events::mail::event::UnknownBecause;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::sql::Sql;

use crate::bed::Bed;

/// A mail claimed by a worker that is gone, whose lease lasts for a while.
async fn claimed(bed: &Bed, lease: Duration) -> rekey_events::AccountId {
    let ana = bed.register("ana").await;
    bed.issue(ana).await;
    let dead = bed.env.uuid();
    bed.store().renew_lease(dead, lease).await.unwrap();
    assert_eq!(bed.store().claim_mails(dead, bed.env.now(), 10).await.unwrap().len(), 1);
    ana
}

async fn assert_taken_over(bed: &Bed, account: rekey_events::AccountId) {
    let sent = bed.mail_in(account, "accepted").await;
    let events = bed.events(&sent).await;
    assert!(matches!(
        events.as_slice(),
        [
            MailEvent::MailRequested { .. },
            MailEvent::MailOutcomeUnknown { reason: UnknownBecause::WorkerDied, .. },
            MailEvent::MailAccepted { .. }
        ]
    ));
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test]
async fn on_sqlite_a_dead_workers_claims_are_free_at_the_start() {
    let mut bed = Bed::build(None).await;
    let ana = claimed(&bed, Duration::from_secs(600)).await;
    bed.run();
    assert_taken_over(&bed, ana).await;
}

#[tokio::test]
async fn on_postgresql_a_dead_workers_claims_are_free_when_its_lease_ends() {
    let server = Postgres::shared().await;
    let mut bed = Bed::build(Some(server.database("claims").await)).await;
    let (before, lease) = (Instant::now(), Duration::from_secs(4));
    let ana = claimed(&bed, lease).await;
    bed.run();
    assert_taken_over(&bed, ana).await;
    assert!(before.elapsed() >= lease, "taken over from a living worker");
}

/// The claim was made, and the database's answer lost; or the attempt ended
/// while the database was away.
#[tokio::test]
async fn a_living_workers_claim_that_it_does_not_work_at_is_found_again() {
    let mut bed = Bed::start().await;
    bed.sink.refuse().await;
    let ana = bed.asks("ana").await;
    bed.tried(ana).await;
    let mut sql = Sql::connect(&bed.database).await;
    let claim = "UPDATE mails SET claimed_by = (SELECT worker_id FROM workers)";
    assert_eq!(sql.run(claim).await, Ok(1));
    bed.sink.resume().await.unwrap();
    bed.later(20);
    bed.mail_in(ana, "accepted").await;
    assert_eq!(bed.received("ana").len(), 1);
}
