//! The clock of a process is wrong, and jumps.

use std::path::PathBuf;

use rekey_events::store::Store;
use rekey_test_support::clock::Clock;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Fault, Latch, Phase, Plan, SmtpSink};
use tempfile::TempDir;

use crate::check;
use crate::load::{Told, asks};
use crate::site::Site;
use crate::until::until;

/// More than a link lives.
const HOURS: i64 = 2;
/// A mailer's connections, and more mails than that.
const CONNECTIONS: usize = 8;
const PEOPLE: usize = 20;

/// A mail server that holds everybody at the recipient until it is told otherwise.
struct Ground {
    sink: SmtpSink,
    latch: Latch,
    database: String,
    ledger: PathBuf,
    told: Vec<Told>,
    _folder: TempDir,
}

impl Ground {
    async fn new() -> Self {
        let (server, folder) = (Postgres::shared().await, tempfile::tempdir().unwrap());
        let ledger = folder.path().join("ledger");
        let sink = SmtpSink::builder().ledger(&ledger).start().await.unwrap();
        let database = server.database("clock").await;
        Self { sink, latch: Latch::new(), database, ledger, told: Vec::new(), _folder: folder }
    }

    /// Asks for links; some mails are in hand then, the others wait.
    async fn queue(&mut self, site: &Site) {
        let latch = Latch::new();
        self.latch = latch.clone();
        self.sink.set_plan(Plan::from_fn(move |session| match session.phase {
            Phase::Rcpt => Fault::Hold(latch.clone()),
            _ => Fault::None,
        }));
        for _ in 0..PEOPLE {
            self.told.push(asks(&site.api(), &format!("p{}", self.told.len())).await);
        }
        self.latch.wait_for(CONNECTIONS).await;
        // A link lives for an hour from when it was issued, by the issuer's clock.
        let store = Store::open(&self.database).await.unwrap();
        until("a link for each", async || store.pending_requests(1).await.ok()?.is_empty().then_some(()))
            .await;
    }

    /// While mails are in hand, and more wait, the clock jumps; and stays wrong.
    async fn jump(&mut self, site: &Site, clock: &Clock, hours: i64) {
        self.queue(site).await;
        clock.jump(hours);
        self.latch.open();
        self.settled().await;
    }

    /// Each mail was accepted once.
    async fn settled(&self) {
        let store = Store::open(&self.database).await.unwrap();
        until("an outcome of every mail", async || {
            let requests = store.pending_requests(1).await.ok()?.len();
            (requests == 0 && store.unsettled_mails().await.ok()? == 0).then_some(())
        })
        .await;
        check::nothing_is_lost(&store, &self.ledger, &self.told).await;
        assert_eq!(self.sink.accepted_count(), self.told.len());
    }
}

/// Row: clock jumps. All processes go by the database's clock.
async fn a_mailers_clock_jumps(hours: i64) {
    let (mut ground, clock) = (Ground::new().await, Clock::new());
    let mut site = Site::new(Some(&ground.database), ground.sink.address()).await;
    site.serve_alone();
    site.ready().await;
    let _issuer = site.work("issuer");
    let _mailer = site.twin().on(&clock).work("mailer");
    ground.jump(&site, &clock, hours).await;
}

/// The same for the one process that does everything.
async fn a_servers_clock_jumps(hours: i64) {
    let (mut ground, clock) = (Ground::new().await, Clock::new());
    let mut site = Site::new(Some(&ground.database), ground.sink.address()).await.on(&clock);
    site.start();
    site.ready().await;
    ground.jump(&site, &clock, hours).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailers_clock_that_jumps_back_loses_and_doubles_nothing() {
    a_mailers_clock_jumps(-HOURS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailers_clock_that_jumps_ahead_loses_and_doubles_nothing() {
    a_mailers_clock_jumps(HOURS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_clock_that_jumps_back_loses_and_doubles_nothing() {
    a_servers_clock_jumps(-HOURS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_clock_that_jumps_ahead_loses_and_doubles_nothing() {
    a_servers_clock_jumps(HOURS).await;
}
