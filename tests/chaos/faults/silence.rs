//! A mail server that is silent after the dot for longer than anybody's patience.

use std::time::{Duration, Instant};

use rekey_events::mail::MailEvent;
use rekey_events::store::Store;
use rekey_test_support::nats::Nats;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Fault, Latch, Phase, SmtpSink};

use crate::bed::Bed;
use crate::check;
use crate::load::{Load, asks};
use crate::site::Site;
use crate::until::until_within;

/// How long the server is silent, in seconds: `scripts/soak --dot-minutes` sets it. Without,
/// longer than lease, hint and a look together.
const SECONDS: &str = "REKEY_TEST_DOT_SECONDS";
const PACE: Duration = Duration::from_millis(250);
/// What the others may take meanwhile.
const OTHERS: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_silent_at_a_dot_others_go_on_and_nothing_is_doubled() {
    let silence = std::env::var(SECONDS).map_or(20, |seconds| seconds.parse().unwrap());
    let silence = Duration::from_secs(silence);
    let (server, nats, folder) =
        (Postgres::shared().await, Nats::start().await, tempfile::tempdir().unwrap());
    let (database, ledger) = (server.database("silence").await, folder.path().join("ledger"));
    let sink = SmtpSink::builder().ledger(&ledger).forget_bytes().start().await.unwrap();
    let latch = Latch::new();
    sink.script([(Phase::Dot, Fault::Hold(latch.clone()))]);
    let mut site = Site::new(Some(&database), sink.address()).await.with_nats(&nats.url());
    site.serve_alone();
    site.ready().await;
    let workers = ["issuer", "relay", "mailer", "mailer"].map(|role| site.work(role));

    let ana = asks(&site.api(), "ana").await;
    latch.wait_for(1).await;
    let began = Instant::now();
    let load = Load::paced(1, PACE);
    load.server_is_up(0, site.api());
    while began.elapsed() < silence {
        let before = sink.accepted_count();
        let more = async || (sink.accepted_count() > before).then_some(());
        until_within(OTHERS, "another mail", more).await;
    }
    let mut told = load.finish().await;
    let others = told.len();
    let store = Store::open(&database).await.unwrap();
    settled(&store, 1).await;
    assert_eq!(sink.accepted_count(), others, "the one waits, the others are sent");
    latch.open();
    settled(&store, 0).await;
    told.push(ana);
    check::nothing_is_lost(&store, &ledger, &told).await;
    assert_eq!(sink.accepted_count(), told.len());
    let account = told.last().unwrap().registered.unwrap().0;
    let mails = store.mails(None, "", "", 10_000).await.unwrap();
    let held = mails.iter().find(|mail| mail.account_id == account).unwrap();
    let events = store.stream(held.mail_id.into()).await.unwrap();
    let events: Vec<MailEvent> = events.iter().map(|event| event.decode().unwrap()).collect();
    let once = matches!(events.as_slice(), [MailEvent::MailRequested { .. }, MailEvent::MailAccepted { .. }]);
    assert!(once, "{events:?}");
    println!("{} s of silence: {others} others sent meanwhile", silence.as_secs());
    drop(workers);
}

/// It was away, and the one mail that tries it waits at the dot: by then it has shown that it works.
#[tokio::test]
async fn a_trial_that_waits_at_the_dot_holds_up_nobody() {
    let mut bed = Bed::start().await;
    bed.sink.refuse().await;
    let ana = bed.asks("ana").await;
    bed.tried(ana).await;
    let latch = Latch::new();
    bed.sink.script([(Phase::Dot, Fault::Hold(latch.clone()))]);
    bed.sink.resume().await.unwrap();
    bed.later(20);
    latch.wait_for(1).await;
    let ben = bed.asks("ben").await;
    bed.mail_in(ben, "accepted").await;
    latch.open();
    bed.mail_in(ana, "accepted").await;
}

/// Until so many mails have no outcome yet.
async fn settled(store: &Store, waiting: i64) {
    let settled = async || {
        let requests = store.pending_requests(1).await.ok()?.len();
        (requests == 0 && store.unsettled_mails().await.ok()? == waiting).then_some(())
    };
    until_within(OTHERS, &format!("all but {waiting} settled"), settled).await;
}
