//! Done-line 4: the one process killed again and again under load.

use std::path::PathBuf;
use std::time::Duration;

use rekey_events::env::{ManualEnv, random};
use rekey_events::store::Store;
use rekey_events::{Moment, SystemEnv};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::SmtpSink;

use crate::api::Api;
use crate::check;
use crate::load::Load;
use crate::site::Site;
use crate::until::{until, until_within};

const CLIENTS: u32 = 8;
/// A mail whose workers died three times over waits a minute, after the fourth time five.
const DRAINED: Duration = Duration::from_secs(7 * 60);
/// A fixed seed draws the same delays again.
const SEED: &str = "REKEY_TEST_SEED";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_sigkills_lose_nothing() {
    let ground = Ground::new().await;
    let site = Site::new(None, ground.sink.address()).await;
    let database = format!("sqlite:{}", site.folder().join("rekey.db").display());
    ground.kill_again_and_again(site, &database, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_sigkills_on_postgresql_lose_nothing() {
    let server = Postgres::start_durable().await;
    let database = server.database("killed").await;
    let ground = Ground::new().await;
    let site = Site::new(Some(&database), ground.sink.address()).await;
    ground.kill_again_and_again(site, &database, 30).await;
}

/// What outlives the killed processes.
struct Ground {
    sink: SmtpSink,
    ledger: PathBuf,
    dice: ManualEnv,
    _folder: tempfile::TempDir,
}

impl Ground {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger");
        let sink = SmtpSink::builder().ledger(&ledger).forget_bytes().pipelining().start().await.unwrap();
        let drawn = u64::from_be_bytes(random(&SystemEnv));
        let seed = std::env::var(SEED).map_or(drawn, |seed| seed.parse().unwrap());
        println!("{SEED}={seed}");
        Self { sink, ledger, dice: ManualEnv::new(Moment::default(), seed), _folder: folder }
    }

    async fn kill_again_and_again(self, mut site: Site, database: &str, kills: u32) {
        let load = Load::start(CLIENTS);
        for run in 0..kills {
            site.start();
            // The moment of a kill is to be any: so it sleeps. One in eight comes while the process still starts.
            if self.draw(0..8) == 0 {
                tokio::time::sleep(Duration::from_millis(self.draw(0..80))).await;
            } else {
                site.ready().await;
                load.server_is_up(run, site.api());
                tokio::time::sleep(Duration::from_millis(self.draw(20..400))).await;
            }
            site.kill().await;
        }
        site.start();
        site.ready().await;
        load.server_is_up(kills, site.api());
        let tried = load.tried();
        until("another account by each client", async || (load.tried() > tried + 8).then_some(())).await;
        let told = load.finish().await;
        drain(&site.api()).await;
        site.stop().await;
        let store = Store::open(database).await.unwrap();
        let found = check::nothing_is_lost(&store, &self.ledger, &told).await;
        println!("{kills} kills: {found}");
    }

    fn draw(&self, range: std::ops::Range<u64>) -> u64 {
        let number = u64::from_be_bytes(random(&self.dice));
        range.start + number % (range.end - range.start)
    }
}

/// Until every request is answered and every mail has its outcome.
pub async fn drain(api: &Api) {
    let (mut after, mut waiting) = (0, 0);
    until_within(DRAINED, "an answer to every request and an outcome of every mail", async || {
        loop {
            let events = api.events(after).await;
            let Some(last) = events.last() else { break };
            after = last["position"].as_i64().unwrap();
            for event in &events {
                match event["type"].as_str().unwrap() {
                    "ResetRequested" => waiting += 1,
                    "ResetMatched" | "ResetRefused" => waiting -= 1,
                    _ => {}
                }
            }
        }
        let metrics = api.text("/metrics").await;
        let mut unsettled =
            metrics.lines().filter(|line| line.starts_with("rekey_mails_unsettled{")).peekable();
        assert!(unsettled.peek().is_some(), "{metrics}");
        let settled = unsettled.all(|line| line.ends_with(" 0"));
        (waiting == 0 && settled).then_some(())
    })
    .await;
}
