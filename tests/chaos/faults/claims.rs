//! Mails that a worker claimed and did not finish.

use std::time::{Duration, Instant};

use rekey_events::mail::MailEvent;
use rekey_events::mail::event::UnknownBecause;
use rekey_events::{AccountId, Env};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Signal;
use rekey_test_support::smtp::{Fault, Latch, Phase, SmtpSink};
use rekey_test_support::sql::Sql;
use serde_json::json;

use crate::bed::Bed;
use crate::site::Site;
use crate::until::until;

/// Mails claimed by a worker that is gone, whose lease lasts for a while.
async fn claimed(bed: &Bed, usernames: &[&str], lease: Duration) -> Vec<AccountId> {
    let accounts = bed.with_links(usernames).await;
    let dead = bed.env.uuid();
    bed.store().renew_lease(dead, lease, &[]).await.unwrap();
    let claimed = bed.store().claim_mails(dead, bed.env.now(), 100).await.unwrap();
    assert_eq!(claimed.len(), accounts.len());
    accounts
}

/// Once, and then sent.
async fn assert_taken_over(bed: &Bed, account: AccountId) {
    let sent = bed.mail_in(account, "accepted").await;
    let events = bed.events(&sent).await;
    let once = matches!(
        events.as_slice(),
        [
            MailEvent::MailRequested { .. },
            MailEvent::MailOutcomeUnknown { reason: UnknownBecause::WorkerDied, .. },
            MailEvent::MailAccepted { .. }
        ]
    );
    assert!(once, "{events:?}");
}

#[tokio::test]
async fn on_sqlite_a_dead_workers_claims_are_free_at_the_start() {
    let mut bed = Bed::build(None).await;
    let accounts = claimed(&bed, &["ana"], Duration::from_secs(600)).await;
    bed.run();
    assert_taken_over(&bed, accounts[0]).await;
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test]
async fn on_postgresql_a_dead_workers_claims_are_free_when_its_lease_ends() {
    let server = Postgres::shared().await;
    let mut bed = Bed::build(Some(server.database("claims").await)).await;
    let (before, lease) = (Instant::now(), Duration::from_secs(4));
    let accounts = claimed(&bed, &["ana"], lease).await;
    bed.run();
    assert_taken_over(&bed, accounts[0]).await;
    assert!(before.elapsed() >= lease, "taken over from a living worker");
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_mailers_take_over_each_claim_once() {
    let server = Postgres::shared().await;
    let database = server.database("claims").await;
    let mut beds = Vec::new();
    for _ in 0..3 {
        beds.push(Bed::build(Some(database.clone())).await);
    }
    let usernames: Vec<_> = (0..48).map(|number| format!("p{number}")).collect();
    let usernames: Vec<_> = usernames.iter().map(String::as_str).collect();
    let accounts = claimed(&beds[0], &usernames, Duration::ZERO).await;
    beds.iter_mut().for_each(Bed::run);
    for account in &accounts {
        assert_taken_over(&beds[0], *account).await;
    }
    let sent: usize = beds.iter().map(|bed| bed.sink.accepted_count()).sum();
    assert_eq!(sent, accounts.len());
}

/// The dead worker may have had it sent: whoever sends it again counts that, however often it waits before.
#[tokio::test]
async fn a_claim_taken_over_is_of_the_only_provider() {
    let mut bed = Bed::build(None).await;
    let ana = claimed(&bed, &["ana"], Duration::from_secs(600)).await[0];
    bed.sink.refuse().await;
    bed.run();
    let deferred = bed.mail(ana, "deferred", |mail| mail.version > 2).await;
    assert_eq!((deferred.state.as_str(), deferred.pinned_to.is_some()), ("pending", true));
    bed.sink.resume().await.unwrap();
    bed.later(20);
    bed.mail_in(ana, "accepted").await;
    bed.counts("rekey_mailer_possible_doubles_total 1").await;
}

/// Whatever holds up the log, a mailer that lives keeps what it has claimed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_take_over_that_waits_costs_nobody_the_lease() {
    let server = Postgres::shared().await;
    let mut bed = Bed::build(Some(server.database("claims").await)).await;
    let ana = claimed(&bed, &["ana"], Duration::ZERO).await[0];
    let mut log = Sql::connect(&bed.database).await;
    log.run("BEGIN; SELECT position FROM log_head FOR UPDATE").await.unwrap();
    bed.run();
    let mut other = Sql::connect(&bed.database).await;
    let renewed = "SELECT coalesce(max(renewed_at), 0) FROM workers WHERE leased_until > renewed_at";
    for _ in 0..3 {
        let before = other.number(renewed).await;
        let again = async || (other.number(renewed).await > before).then_some(());
        until("a renewal", again).await;
    }
    log.run("ROLLBACK").await.unwrap();
    assert_taken_over(&bed, ana).await;
    assert_eq!(bed.received("ana").len(), 1);
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

#[tokio::test]
async fn a_worker_that_slept_through_its_lease_sends_nothing() {
    let (server, sink, latch) = (Postgres::shared().await, SmtpSink::start().await.unwrap(), Latch::new());
    sink.script([(Phase::Rcpt, Fault::Hold(latch.clone()))]);
    let mut sleeper = Site::new(Some(&server.database("claims").await), sink.address()).await;
    sleeper.start();
    sleeper.ready().await;
    let ana = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    sleeper.api().post("/v1/commands/register-account", &ana).await.unwrap();
    let request = json!({ "username": "ana", "email": "ana@example.org" });
    sleeper.api().post("/v1/commands/request-reset", &request).await.unwrap();
    latch.wait_for(1).await;
    sleeper.signal(Signal::STOP);

    let mut other = sleeper.twin();
    other.start();
    sink.wait_for(1).await;
    latch.open();
    sleeper.signal(Signal::CONT);
    // It finishes what it has in hand first.
    sleeper.stop().await;
    other.stop().await;
    assert_eq!(sink.accepted_count(), 1);
}
