//! Real NATS servers with JetStream for tests.

mod client;
mod cluster;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::{NamedTempFile, TempDir};

use crate::ports;
use crate::process::{Process, Signal};
use crate::tools;

pub use client::{Client, Done};

/// What rekey needs; Debian's package is older.
const OLDEST: (u32, u32) = (2, 11);
const ATTEMPTS: u32 = 5;

/// A server of our own, storing in a temporary folder. Methods panic with what
/// the server wrote when it does not do as told.
pub struct Nats {
    folder: TempDir,
    config: Option<NamedTempFile>,
    port: u16,
    process: Option<Process>,
}

impl Nats {
    /// Starts a server on a free port, to which anybody may do anything.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Starts a server on a free port with more configuration, such as who may do what.
    ///
    /// # Panics
    /// If the configuration cannot be written, or the server refuses it.
    pub async fn start_configured(text: &str) -> Self {
        let config = NamedTempFile::new().expect("a temporary file");
        fs::write(config.path(), text).expect("a configuration");
        Self::start_with(Some(config)).await
    }

    async fn start_with(config: Option<NamedTempFile>) -> Self {
        let folder = tempfile::Builder::new().prefix("rekey-nats-").tempdir().expect("a temporary folder");
        let mut nats = Self { folder, config, port: 0, process: None };
        nats.launch(|_| ports::free()).await;
        nats
    }

    /// Another handle on the same server, which neither stops it nor has its folder.
    ///
    /// # Panics
    /// If there is no temporary folder to be had.
    #[must_use]
    pub fn shared(&self) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, config: None, port: self.port, process: None }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
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

    /// Stops it in order, and starts it again.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// Empties its folder, whether it runs or not.
    ///
    /// # Panics
    /// If the folder cannot be emptied.
    pub fn wipe(&self) {
        // A running server may put something there meanwhile.
        let emptied = (0..100).any(|_| {
            let entries = fs::read_dir(self.storage()).expect("the server's folder").flatten();
            entries.map(|entry| fs::remove_dir_all(entry.path())).all(|removed| removed.is_ok())
        });
        assert!(emptied, "the server's folder cannot be emptied");
    }

    /// A copy of what it has stored. It must not run.
    ///
    /// # Panics
    /// If it runs, or the copy cannot be made.
    #[must_use]
    pub fn copy(&self) -> TempDir {
        assert!(self.process.is_none(), "a copy of a running server is none");
        let copy = tempfile::Builder::new().prefix("rekey-nats-copy-").tempdir().expect("a temporary folder");
        copy_all(self.storage(), copy.path());
        copy
    }

    /// Puts a copy in place of what it has stored. It must not run.
    ///
    /// # Panics
    /// If it runs, or the copy cannot be put there.
    pub fn restore(&self, copy: &TempDir) {
        assert!(self.process.is_none(), "a running server does not read its folder again");
        self.wipe();
        copy_all(copy.path(), self.storage());
    }

    /// A client with all rights.
    pub async fn client(&self) -> Client {
        Client::connect(&self.url()).await
    }

    /// Its disk is full until it is started again: every write fails.
    ///
    /// # Panics
    /// If it does not run.
    pub fn fill_disk(&self) {
        self.process.as_ref().expect("a running server").fail_writes();
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
        if let Some(config) = &self.config {
            server.arg("--config").arg(config.path());
        }
        server
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder to copy").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder for the copy");
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copied file");
        }
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
