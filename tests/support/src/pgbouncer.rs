//! A real pgbouncer before a PostgreSQL server.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::ports;
use crate::process::{Process, Signal};
use crate::tools;
use crate::user::User;

/// For a port taken meanwhile.
const ATTEMPTS: u32 = 5;

/// A running pgbouncer. Dropping it ends it.
pub struct Pgbouncer {
    folder: TempDir,
    user: Option<User>,
    port: u16,
    process: Option<Process>,
}

impl Pgbouncer {
    /// One that pools connections to `server` in this mode: `session`, `transaction` or `statement`.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(server: SocketAddr, mode: &str) -> Self {
        let user = User::instead_of_root();
        let folder =
            tempfile::Builder::new().prefix("rekey-pgbouncer-").tempdir().expect("a temporary folder");
        if let Some(user) = &user {
            chown(folder.path(), Some(user.id), Some(user.group)).expect("to hand the folder to its user");
        }
        let mut pooler = Self { folder, user, port: 0, process: None };
        for _ in 0..ATTEMPTS {
            pooler.port = ports::free();
            pooler.configure(server, mode);
            if pooler.launch().await.is_ok() {
                return pooler;
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("{:?}", pooler.launch().await);
    }

    /// The URL of a database of the server, whose URL this is, by way of the pooler.
    ///
    /// # Panics
    /// If it names no database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let (_, name) = database.rsplit_once('/').expect("a database's URL");
        format!("postgres://rekey@127.0.0.1:{}/{name}", self.port)
    }

    /// Ends it, and with it every connection, and starts it again at the same port.
    ///
    /// # Panics
    /// If it does not start again.
    pub async fn restart(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.signal(Signal::TERM);
            process.wait().await;
        }
        self.launch().await.unwrap_or_else(|report| panic!("{report}"));
    }

    /// As its documentation has it: nothing is ignored of what clients ask for.
    fn configure(&self, server: SocketAddr, mode: &str) {
        let text = format!(
            "[databases]\n* = host={} port={} user=rekey\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = 40\nmax_client_conn = 200\n",
            server.ip(),
            server.port(),
            self.port,
        );
        fs::write(self.configuration(), text).expect("a configuration");
    }

    fn configuration(&self) -> PathBuf {
        self.folder.path().join("pgbouncer.ini")
    }

    async fn launch(&mut self) -> Result<(), String> {
        let mut command = Command::new(program());
        command.arg(self.configuration()).current_dir(self.folder.path());
        let mut process = Process::spawn_as(&command, "KILL", self.user.as_ref());
        let address = ("127.0.0.1", self.port);
        process
            .try_until("accepting connections", async || TcpStream::connect(address).await.ok().map(drop))
            .await?;
        self.process = Some(process);
        Ok(())
    }
}

/// On `PATH`, else where Debian keeps it.
fn program() -> PathBuf {
    let mut folders = tools::path_folders();
    folders.push(PathBuf::from("/usr/sbin"));
    let mut found = folders.into_iter().map(|folder| folder.join("pgbouncer"));
    found.find(|program| program.is_file()).expect("pgbouncer: run scripts/install-test-tools")
}
