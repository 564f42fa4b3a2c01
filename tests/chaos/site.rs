//! The real program, set up and run as its operator would.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rekey_test_support::clock::Clock;
use rekey_test_support::ports;
use rekey_test_support::process::{Process, Signal};
use tempfile::TempDir;

use crate::api::Api;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rekey");

/// A folder with keys and a configuration, and the server run on it.
pub struct Site {
    folder: Arc<TempDir>,
    address: SocketAddr,
    key: String,
    level: String,
    clock: Option<Clock>,
    process: Option<Process>,
}

impl Site {
    /// A site on this database; on a file of its own when there is none given.
    pub async fn new(database: Option<&str>, smtp: SocketAddr) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free()));
        // As it is now: it may be built anew while a long test runs.
        let program = folder.path().join("rekey");
        std::fs::hard_link(PROGRAM, &program)
            .or_else(|_| std::fs::copy(PROGRAM, &program).map(drop))
            .unwrap();
        let (key, token_hash) = api_key().await;
        run(&["keys", "generate", &folder.path().join("keys.toml").display().to_string()]).await;
        let own = format!("sqlite:{}", folder.path().join("rekey.db").display());
        let config = format!(
            r#"
                public_url = "http://{address}"
                listen = "{address}"
                key_file = "{keys}"
                [database]
                url = "{database}"
                [mail]
                from = "noreply@example.org"
                host = "{host}"
                port = {port}
                tls = "none"
                [policy]
                requests_per_source = 1000000000
                [[api_keys]]
                name = "load"
                token_hash = "{token_hash}"
                permissions = ["utilities.security.users.register", "utilities.security.audit", "utilities.mail", "operations.metrics"]
            "#,
            keys = folder.path().join("keys.toml").display(),
            database = database.unwrap_or(&own),
            host = smtp.ip(),
            port = smtp.port(),
        );
        std::fs::write(folder.path().join("rekey.toml"), config).unwrap();
        Self { folder, address, key, level: "info".to_owned(), clock: None, process: None }
    }

    /// With a broker.
    pub fn with_nats(self, url: &str) -> Self {
        let file = self.folder.path().join("rekey.toml");
        let config = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{config}\n[nats]\nservers = [\"{url}\"]\n")).unwrap();
        self
    }

    /// The mail server asks who it is.
    pub fn with_credentials(self, user: &str, password: &str) -> Self {
        let (file, secret) = (self.folder.path().join("rekey.toml"), self.folder.path().join("password"));
        std::fs::write(&secret, password).unwrap();
        let lines = format!("[mail]\nusername = \"{user}\"\npassword_file = \"{}\"", secret.display());
        let config = std::fs::read_to_string(&file).unwrap().replace("[mail]", &lines);
        std::fs::write(&file, config).unwrap();
        self
    }

    /// Its processes log at `level`.
    pub fn logging(self, level: &str) -> Self {
        Self { level: level.to_owned(), ..self }
    }

    /// Its processes read this clock.
    pub fn on(self, clock: &Clock) -> Self {
        Self { clock: Some(clock.clone()), ..self }
    }

    /// The server, once started.
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// Another server on the same database, with the same keys.
    pub fn twin(&self) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free()));
        Self {
            folder: Arc::clone(&self.folder),
            address,
            key: self.key.clone(),
            level: self.level.clone(),
            clock: None,
            process: None,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn api(&self) -> Api {
        Api::new(self.address, Some(&self.key))
    }

    pub fn start(&mut self) {
        self.process = Some(Process::spawn(&self.command(&["serve"])));
    }

    /// Starts the server without workers.
    pub fn serve_alone(&mut self) {
        self.process = Some(Process::spawn(&self.command(&["serve", "--api-only"])));
    }

    /// Starts a worker of this role.
    pub fn work(&self, role: &str) -> Process {
        Process::spawn(&self.worker(role))
    }

    /// Starts a worker that calls itself `name` in EHLO.
    pub fn work_as(&self, role: &str, name: &str) -> Process {
        Process::spawn(self.worker(role).env("REKEY_MAIL__HELLO_NAME", name))
    }

    /// What the program says to its operator.
    pub async fn says(&self, arguments: &[&str]) -> String {
        let mut process = Process::spawn(&self.command(arguments));
        let status = process.wait().await;
        assert!(status.success(), "{status}\n{}", process.stderr());
        process.stdout()
    }

    fn worker(&self, role: &str) -> Command {
        self.command(&["work", role, "--listen", "127.0.0.1:0"])
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.folder.path().join("rekey"));
        command.args(arguments).arg("--config").arg(self.folder.path().join("rekey.toml"));
        command.env("REKEY_LISTEN", self.address.to_string()).env("REKEY_LOG", &self.level);
        if let Some(clock) = &self.clock {
            clock.rule(&mut command);
        }
        command
    }

    pub async fn ready(&mut self) {
        let address = self.address;
        self.running().wait_for_readyz(address).await;
    }

    pub fn signal(&mut self, signal: Signal) {
        self.running().signal(signal);
    }

    pub async fn kill(&mut self) {
        self.running().sigkill().await;
    }

    /// Stops it as an operator does; it must end well.
    pub async fn stop(&mut self) {
        let process = self.running();
        process.sigterm();
        let status = process.wait().await;
        assert!(status.success(), "{status}\n{}", process.stderr());
    }

    fn running(&mut self) -> &mut Process {
        self.process.as_mut().expect("a started process")
    }
}

/// A key for a program, and its hash for the configuration.
async fn api_key() -> (String, String) {
    let said = run(&["keys", "api-key"]).await;
    let word = |line: usize| said.lines().nth(line).unwrap().split_whitespace().last().unwrap().to_owned();
    (word(0), word(1))
}

/// Runs the program to its end; what it said.
async fn run(arguments: &[&str]) -> String {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    let mut process = Process::spawn(&command);
    let status = process.wait().await;
    assert!(status.success(), "{status}\n{}", process.stderr());
    process.stdout()
}
