//! The scaled-out topology as processes.

use std::path::PathBuf;

use rekey_events::store::Store;
use rekey_test_support::clock::Clock;
use rekey_test_support::nats::Nats;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::{Process, Signal};
use rekey_test_support::proxy::Proxy;
use rekey_test_support::smtp::{self, Plan, SmtpSink};
use tempfile::TempDir;

use crate::api::Api;
use crate::site::Site;

/// The roles beside the two servers, each a process of its own.
const WORKERS: [&str; 15] = [
    "issuer", "issuer", "relay", "relay", "mailer", "mailer", "mailer", "mailer", "mailer", "mailer",
    "mailer", "mailer", "mailer", "mailer", "sweeper",
];

/// One mailer in so many goes by a clock that jumps.
const ASTRAY: usize = 4;
const USER: &str = "rekey";
const PASSWORD: &str = "open sesame";

/// Everything, running.
pub struct Town {
    pub postgres: Postgres,
    pub nats: Nats,
    pub sink: SmtpSink,
    /// The line from mailers to the mail server.
    pub line: Proxy,
    /// Of some mailers.
    pub clock: Clock,
    database: String,
    servers: [Site; 2],
    /// Where mailers go by that clock.
    astray: Site,
    workers: Vec<Worker>,
    /// Workers started so far.
    started: usize,
    folder: TempDir,
}

struct Worker {
    role: &'static str,
    /// What it calls itself to the mail server: another with each start.
    name: String,
    process: Process,
}

/// A worker that is no more.
pub struct Killed {
    pub role: &'static str,
    pub name: String,
}

impl Town {
    /// With a mail server that forgets what it was sent, and takes lines as real ones do.
    pub async fn start() -> Self {
        Self::beside(SmtpSink::builder().forget_bytes().pipelining(), "info").await
    }

    /// Beside this mail server; every process logs at `level`.
    pub async fn beside(sink: smtp::Builder, level: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sink = sink.credentials(USER, PASSWORD).ledger(folder.path().join("ledger"));
        let sink = sink.start().await.unwrap();
        let line = Proxy::start(sink.address()).await.unwrap();
        let postgres = Postgres::start_durable().await;
        let database = postgres.database("soak").await;
        let nats = Nats::start().await;
        let first = Site::new(Some(&database), line.address()).await.with_nats(&nats.url()).logging(level);
        let first = first.with_credentials(USER, PASSWORD);
        let clock = Clock::new();
        let astray = first.twin().on(&clock);
        let servers = [first.twin(), first];
        let (workers, started) = (Vec::new(), 0);
        let mut town =
            Self { postgres, nats, sink, line, clock, database, servers, astray, workers, started, folder };
        for server in &mut town.servers {
            server.serve_alone();
            server.ready().await;
        }
        for role in WORKERS {
            let worker = town.worker(role);
            town.workers.push(worker);
        }
        town
    }

    fn worker(&mut self, role: &'static str) -> Worker {
        self.started += 1;
        let name = format!("{role}-{}", self.started);
        let is_astray = role == "mailer" && self.started.is_multiple_of(ASTRAY);
        let site = if is_astray { &self.astray } else { &self.servers[0] };
        Worker { role, process: site.work_as(role, &name), name }
    }

    /// One of the servers, once it answers.
    pub async fn server(&mut self, run: u32) -> Api {
        let server = &mut self.servers[run as usize % 2];
        server.ready().await;
        server.api()
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.database).await.unwrap()
    }

    /// Everything that every process has said so far.
    pub fn said(&self) -> Vec<String> {
        let workers = self.workers.iter().map(|worker| &worker.process);
        let servers = self.servers.iter().flat_map(Site::process);
        workers.chain(servers).flat_map(|process| [process.stdout(), process.stderr()]).collect()
    }

    /// Kills a server and starts it again.
    pub async fn kill_server(&mut self, which: usize) {
        let server = &mut self.servers[which % 2];
        server.kill().await;
        server.serve_alone();
    }

    /// Kills a worker and starts another in its place.
    pub async fn kill_worker(&mut self, which: usize) -> Killed {
        let at = which % self.workers.len();
        self.workers[at].process.sigkill().await;
        let another = self.worker(self.workers[at].role);
        let Worker { role, name, .. } = std::mem::replace(&mut self.workers[at], another);
        Killed { role, name }
    }

    /// A mailer stands still, or goes on; its name.
    pub fn signal_mailer(&self, which: usize, signal: Signal) -> String {
        let mailers: Vec<_> = self.workers.iter().filter(|worker| worker.role == "mailer").collect();
        let mailer = mailers[which % mailers.len()];
        mailer.process.signal(signal);
        mailer.name.clone()
    }

    /// Nothing is wrong any more.
    pub fn heal(&mut self) {
        self.sink.set_plan(Plan::none());
        self.line.release();
        for worker in &self.workers {
            worker.process.signal(Signal::CONT);
        }
    }

    /// Stops every process as an operator does; what outlives them.
    pub async fn end(mut self) -> Remains {
        for worker in &mut self.workers {
            worker.process.sigterm();
            let status = worker.process.wait().await;
            assert!(status.success(), "{}: {status}\n{}", worker.role, worker.process.stderr());
        }
        for server in &mut self.servers {
            server.stop().await;
        }
        let ledger = self.folder.path().join("ledger");
        Remains {
            database: self.database,
            ledger,
            _servers: (self.postgres, self.nats),
            _folder: self.folder,
        }
    }
}

/// The database and the mail server's ledger, for the check.
pub struct Remains {
    pub database: String,
    pub ledger: PathBuf,
    _servers: (Postgres, Nats),
    _folder: TempDir,
}
