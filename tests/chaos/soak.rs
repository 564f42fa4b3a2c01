//! Everything at random for a while: two servers, two relays, ten mailers, and
//! faults of every kind; then the ledger check. `scripts/soak` runs it for ten
//! minutes, CI for one.

mod doubles;
mod faults;
mod journal;
mod probe;
mod report;
mod spans;
pub mod town;
mod waits;
mod weather;
mod wrong;

use std::time::{Duration, Instant};

use rekey_events::env::{ManualEnv, random};
use rekey_events::store::Store;
use rekey_events::{Moment, SystemEnv};

use crate::check;
use crate::load::Load;
use crate::until::until_within;
use faults::Faults;
use probe::Probe;
use report::Report;
use town::Town;

/// A fixed seed draws the same faults again.
const SEED: &str = "REKEY_TEST_SEED";
/// How long faults come, in seconds.
const SECONDS: &str = "REKEY_TEST_SECONDS";
const CLIENTS: u32 = 4;
/// Between two accounts of one client.
const PACE: Duration = Duration::from_millis(40);
/// A mail deferred again and again is tried every five minutes, and one whose reply was lost twice after five or six.
const DRAINED: Duration = Duration::from_secs(9 * 60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_loses_nothing() {
    let seed = number(SEED).unwrap_or_else(|| u64::from_be_bytes(random(&SystemEnv)));
    let seconds = number(SECONDS).unwrap_or(60);
    println!("{SEED}={seed} {SECONDS}={seconds}");
    let dice = ManualEnv::new(Moment::default(), seed);
    let mut town = Town::start().await;
    let probe = Probe::start(town.postgres.database("probe").await).await;
    let load = Load::paced(CLIENTS, PACE);
    let mut faults = Faults::new(dice);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut run = 0;
    while Instant::now() < end {
        load.server_is_up(run, town.server(run).await);
        faults.next(&mut town).await;
        run += 1;
    }
    let (journal, given) = faults.are_over(&mut town).await;
    load.server_is_up(run, town.server(run).await);
    let told = load.finish().await;
    let requested = told.iter().filter(|one| one.requested).count();
    assert!(requested as u64 >= seconds, "{requested} requests in {seconds} s: nothing was tried");
    let begun = Instant::now();
    drain(&town.store().await).await;
    let drained = begun.elapsed();
    let stalls = journal.without_outages(probe.stop());
    let remains = town.end().await;
    let store = Store::open(&remains.database).await.unwrap();
    let found = check::nothing_is_lost(&store, &remains.ledger, &told).await;
    let causes = doubles::explained(&found.stories, &journal);
    assert_eq!(causes.values().sum::<usize>(), found.doubles());
    let waits = waits::bounded(&found.stories, &journal, &stalls);
    let given = given.lock().unwrap().clone();
    println!("{}", Report { seed, seconds, found, journal, given, causes, waits, stalls, drained });
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// Until every request is answered and every mail has its outcome.
async fn drain(store: &Store) {
    until_within(DRAINED, "an answer to every request and an outcome of every mail", async || {
        let waiting = store.pending_requests(1).await.ok()?.len();
        let unsettled = store.unsettled_mails().await.ok()?;
        (waiting == 0 && unsettled == 0).then_some(())
    })
    .await;
}
