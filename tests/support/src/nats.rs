//! Real NATS servers with JetStream for tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::ports;
use crate::process::{Process, Signal};
use crate::tools;

/// What rekey needs; Debian's package is older.
const OLDEST: (u32, u32) = (2, 11);
const ATTEMPTS: u32 = 5;

/// A server of our own, storing in a temporary folder. Methods panic with what
/// the server wrote when it does not do as told.
pub struct Nats {
    folder: TempDir,
    port: u16,
    process: Option<Process>,
}

impl Nats {
    /// Starts a server on a free port.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("rekey-nats-").tempdir().expect("a temporary folder");
        let mut nats = Self { folder, port: 0, process: None };
        nats.launch(|_| ports::free()).await;
        nats
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The folder in which JetStream stores: for tests that wipe it.
    #[must_use]
    pub fn storage(&self) -> &Path {
        self.folder.path()
    }

    /// Stops it in order.
    pub async fn stop(&mut self) {
        let process = self.process.take();
        let mut process = process.expect("a running server");
        process.signal(Signal::TERM);
        process.wait().await;
    }

    /// Kills it.
    pub async fn kill(&mut self) {
        let process = self.process.take();
        process.expect("a running server").sigkill().await;
    }

    /// Starts it again after `stop` or `kill`: same folder, same port.
    pub async fn start_again(&mut self) {
        self.launch(|port| port).await;
    }

    async fn launch(&mut self, choose: impl Fn(u16) -> u16) {
        assert!(self.process.is_none(), "the server runs already");
        let mut report = String::new();
        for _ in 0..ATTEMPTS {
            self.port = choose(self.port);
            let mut process = Process::spawn(&self.command());
            match process.try_until_line("Server is ready").await {
                Ok(_) => return self.process = Some(process),
                Err(failed) => report = failed,
            }
        }
        panic!("{report}");
    }

    fn command(&self) -> Command {
        let mut server = Command::new(program());
        server.args(["--addr", "127.0.0.1", "--port", &self.port.to_string(), "--jetstream"]);
        server.arg("--store_dir").arg(self.folder.path());
        server
    }
}

fn program() -> PathBuf {
    let program = tools::find("nats-server").expect("nats-server: run scripts/install-test-tools");
    let told = Command::new(&program).arg("--version").output().expect("nats-server --version");
    let told = String::from_utf8_lossy(&told.stdout);
    let recent = version(&told).is_some_and(|version| version >= OLDEST);
    assert!(recent, "nats-server is too old ({}): run scripts/install-test-tools", told.trim());
    program
}

/// Of `nats-server: v2.15.1`, the 2 and the 15.
fn version(told: &str) -> Option<(u32, u32)> {
    let mut numbers = told.trim().rsplit_once('v')?.1.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
