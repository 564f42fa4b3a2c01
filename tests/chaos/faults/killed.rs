//! A mailer is killed while the mail server has its mails in hand: another sends them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rekey_events::store::Store;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::{Fault, Latch, Phase, Plan, SmtpSink};
use tempfile::TempDir;

use crate::check::{self, Found};
use crate::load::{Told, asks};
use crate::site::Site;
use crate::until::until_within;

/// For how long a mail may be late: a lease, and somebody who looks.
const LATE: Duration = Duration::from_secs(20);
/// A mailer's connections, and more mails than that.
const CONNECTIONS: usize = 8;
const PEOPLE: usize = 20;

/// A mail server that holds as many mails as a mailer has connections, and all that runs but mailers.
struct Ground {
    sink: SmtpSink,
    latch: Latch,
    store: Store,
    ledger: PathBuf,
    told: Vec<Told>,
    site: Site,
    _issuer: Process,
    _folder: TempDir,
}

impl Ground {
    /// The mail server holds everybody at this phase until it is told otherwise.
    async fn holding_at(phase: Phase) -> Self {
        let (server, folder, latch) = (Postgres::shared().await, tempfile::tempdir().unwrap(), Latch::new());
        let ledger = folder.path().join("ledger");
        let held = latch.clone();
        let plan =
            Plan::from_fn(
                move |session| {
                    if session.phase == phase { Fault::Hold(held.clone()) } else { Fault::None }
                },
            );
        let sink = SmtpSink::builder().ledger(&ledger).plan(plan).start().await.unwrap();
        let database = server.database("killed").await;
        let mut site = Site::new(Some(&database), sink.address()).await;
        site.serve_alone();
        site.ready().await;
        let mut told = Vec::new();
        for number in 0..PEOPLE {
            told.push(asks(&site.api(), &format!("p{number}")).await);
        }
        let store = Store::open(&database).await.unwrap();
        let _issuer = site.work("issuer");
        Self { sink, latch, store, ledger, told, site, _issuer, _folder: folder }
    }

    /// A mailer is killed while the server holds its mails, which the server then finishes with;
    /// another mailer has each sent in time.
    async fn a_mailer_is_killed(&self) -> Found {
        let mut killed = self.site.work("mailer");
        self.latch.wait_for(CONNECTIONS).await;
        killed.sigkill().await;
        let kill = Instant::now();
        assert_eq!(self.sink.accepted_count(), 0);
        self.sink.set_plan(Plan::none());
        self.latch.open();
        let _other = self.site.work("mailer");
        until_within(LATE, "an outcome of every mail", async || {
            let requests = self.store.pending_requests(1).await.ok()?.len();
            (requests == 0 && self.store.unsettled_mails().await.ok()? == 0).then_some(())
        })
        .await;
        println!("the last mail's outcome came {:?} after the kill", kill.elapsed());
        check::nothing_is_lost(&self.store, &self.ledger, &self.told).await
    }
}

/// Row: mailer killed before the dot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailer_killed_before_the_dot_has_each_mail_sent_once_within_twenty_seconds() {
    let ground = Ground::holding_at(Phase::Rcpt).await;
    ground.a_mailer_is_killed().await;
    assert_eq!(ground.sink.accepted_count(), PEOPLE);
}

/// Row: mailer killed after the dot. What the server had taken it takes again, the same bytes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailer_killed_after_the_dot_has_only_what_was_there_sent_twice_within_twenty_seconds() {
    let ground = Ground::holding_at(Phase::Dot).await;
    let found = ground.a_mailer_is_killed().await;
    let doubles = found.stories.iter().filter(|story| story.accepted().count() == 2).count();
    assert_eq!((doubles, ground.sink.accepted_count()), (CONNECTIONS, PEOPLE + CONNECTIONS));
}
