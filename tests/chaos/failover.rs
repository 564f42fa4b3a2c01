//! The failover drill: the primary is killed, and its standby takes its place behind the same address.

use std::time::{Duration, Instant};

use rekey_events::store::Store;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::proxy::Proxy;
use rekey_test_support::smtp::SmtpSink;
use reqwest::StatusCode;

use crate::api::Api;
use crate::check;
use crate::kills::drain;
use crate::load::Load;
use crate::site::Site;
use crate::until::{until, until_within};

const CLIENTS: u32 = 8;
/// From the promotion on, the service is ready again after this time at the latest.
const READY: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_loses_nothing_acknowledged_and_is_over_ten_seconds_after_the_promotion() {
    let mut primary = Postgres::start_durable().await;
    let database = primary.database("failover").await;
    let standby = primary.standby().await;
    let line = Proxy::start(primary.address()).await.unwrap();
    let database = database.replace(&primary.address().to_string(), &line.address().to_string());
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let sink = SmtpSink::builder().ledger(&ledger).forget_bytes().pipelining().start().await.unwrap();
    let mut site = Site::new(Some(&database), sink.address()).await;
    site.start();
    site.ready().await;
    let (load, api) = (Load::start(CLIENTS), site.api());
    let mut clients = Clients { load, api: api.clone(), runs: 0 };
    clients.try_more(50).await;
    // Auditors may read from the standby.
    let copy = format!("{}/{}", standby.base_url(), database.rsplit('/').next().unwrap());
    let said = site.says(&["audit", "log", "--format", "ndjson", "--limit", "3", "--database", &copy]).await;
    assert_eq!(said.lines().count(), 3, "{said}");

    primary.kill().await;
    line.switch(standby.address());
    // It answers already, and takes no writes yet: a read there may be old.
    until("an outage", async || (ready(&api).await == StatusCode::SERVICE_UNAVAILABLE).then_some(())).await;
    clients.try_more(20).await;
    assert_eq!(ready(&api).await, StatusCode::SERVICE_UNAVAILABLE);

    standby.promote().await;
    let promoted = Instant::now();
    until_within(READY, "a ready server", async || (ready(&api).await == StatusCode::OK).then_some(())).await;
    println!("ready {:?} after the promotion", promoted.elapsed());
    clients.try_more(50).await;

    // Any answer but 201, 202 and 503 has ended the test.
    let told = clients.load.finish().await;
    let acknowledged = told.iter().filter(|one| one.requested).count();
    assert!(acknowledged > 60, "{acknowledged} of {}", told.len());
    drain(&api).await;
    site.stop().await;
    let store = Store::open(&database).await.unwrap();
    let found = check::nothing_is_lost(&store, &ledger, &told).await;
    println!("{found}");
}

/// Clients that go on asking during the outage.
struct Clients {
    load: Load,
    api: Api,
    runs: u32,
}

impl Clients {
    /// Until so many more accounts were tried.
    async fn try_more(&mut self, accounts: usize) {
        let before = self.load.tried();
        until("more requests", async || {
            // Those who lost an answer try the server once more.
            self.load.server_is_up(self.runs, self.api.clone());
            self.runs += 1;
            (self.load.tried() >= before + accounts).then_some(())
        })
        .await;
    }
}

async fn ready(api: &Api) -> StatusCode {
    match api.get("/readyz").await {
        Ok(answer) => answer.status(),
        Err(error) => error.status().unwrap_or_else(|| panic!("{error}")),
    }
}
