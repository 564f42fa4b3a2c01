//! The real program on real servers: a PostgreSQL that syncs, a NATS with
//! JetStream, and a process for each role.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rekey_events::SystemEnv;
use rekey_events::store::{Log, Store};
use rekey_test_support::nats::Nats;
use rekey_test_support::ports;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use sqlx::PgPool;
use tempfile::TempDir;
use uuid::Uuid;

use crate::sink::Sink;

/// What all processes share.
pub struct Site {
    program: PathBuf,
    folder: TempDir,
    bus: Option<Nats>,
    pub log: Log,
    pub pool: PgPool,
    _server: Postgres,
}

impl Site {
    /// A site of `program` that mails to `sink` over at most so many
    /// connections a process, with a bus or without.
    pub async fn new(program: &PathBuf, sink: &Sink, connections: usize, has_bus: bool) -> Self {
        let server = Postgres::start_durable().await;
        let url = server.database("mail").await;
        let store = Store::open(&url).await.unwrap();
        store.migrate(Uuid::from_u128(7)).await.unwrap();
        let (log, writer) = Log::open(store, Arc::new(SystemEnv)).await.unwrap();
        tokio::spawn(writer.run());
        let bus = if has_bus { Some(Nats::start().await) } else { None };
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys.toml");
        let made = Command::new(program).args(["keys", "generate"]).arg(&keys).output();
        assert!(made.expect("the program: see --help").status.success());
        let config = format!(
            "public_url = \"https://login.example.org\"\nkey_file = {keys:?}\ntrusted_proxies = [\"127.0.0.1\"]\n\
             [database]\nurl = {url:?}\n\
             [mail]\nfrom = \"noreply@example.org\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
             max_connections = {connections}\n",
            sink.address.port(),
        );
        std::fs::write(folder.path().join("rekey.toml"), config).unwrap();
        let pool = PgPool::connect(&url).await.unwrap();
        Self { program: program.clone(), folder, bus, log, pool, _server: server }
    }

    /// A process that serves, and where.
    pub async fn serve(&self) -> (Process, SocketAddr) {
        let address = SocketAddr::from(([127, 0, 0, 1], ports::free()));
        let mut command = self.command(&["serve", "--api-only"]);
        command.env("REKEY_LISTEN", address.to_string());
        (ready(&command, address).await, address)
    }

    /// A process that works.
    pub async fn work(&self, role: &str, more: &[&str]) -> Process {
        let address = SocketAddr::from(([127, 0, 0, 1], ports::free()));
        let mut command = self.command(&["work", role, "--listen", &address.to_string()]);
        command.args(more);
        ready(&command, address).await
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--config").arg(self.folder.path().join("rekey.toml"));
        command.env("REKEY_LOG", "warn");
        if let Some(bus) = &self.bus {
            command.env("REKEY_NATS__SERVERS", bus.url());
        }
        command
    }

    /// Waits until every mail has its outcome.
    pub async fn settled(&self) {
        while self.log.store().unsettled_mails().await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// How many mails were accepted.
    pub async fn accepted(&self) -> usize {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM mails WHERE state = 'accepted'")
            .fetch_one(&self.pool)
            .await
            .unwrap();
        usize::try_from(count).unwrap()
    }

    /// Brings to the disk what is still to be written, so that it is charged to nobody.
    pub async fn settle_disk(&self) {
        sqlx::raw_sql("CHECKPOINT").execute(&self.pool).await.unwrap();
        assert!(Command::new("sync").status().unwrap().success());
    }
}

async fn ready(command: &Command, address: SocketAddr) -> Process {
    let mut process = Process::spawn(command);
    process.wait_for_readyz(address).await;
    process
}

/// Stops a process in order.
pub async fn stop(mut process: Process) {
    process.sigterm();
    let status = process.wait().await;
    assert!(status.success(), "{status}\n{}", process.stderr());
}
