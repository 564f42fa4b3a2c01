//! Real PostgreSQL servers for tests.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::process::kill_process;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::ports;
use crate::process::{Process, Signal, children};
use crate::tools;
use crate::user::User;

/// The environment variable by which `with-postgres` hands its server to every test of a run.
pub const SHARED_SERVER: &str = "REKEY_TEST_POSTGRES";

/// For a port taken meanwhile, or a killed server's last child still holding its memory.
const ATTEMPTS: u32 = 5;

/// A PostgreSQL server: one of our own, or the one that all tests of a run share.
///
/// Methods panic with what the server wrote when it does not do as told.
pub struct Postgres {
    base: String,
    own: Option<Own>,
}

/// What there is only of a server that we started.
struct Own {
    folder: TempDir,
    user: Option<User>,
    port: u16,
    durable: bool,
    process: Option<Process>,
}

static SHARED: Mutex<Weak<Postgres>> = Mutex::const_new(Weak::new());

impl Postgres {
    /// A server of our own that forgets to sync: for tests that end with it.
    pub async fn start() -> Self {
        Self::start_with(false).await
    }

    /// A server of our own that syncs every commit to disk: for measurements and power cuts.
    pub async fn start_durable() -> Self {
        Self::start_with(true).await
    }

    /// The server of this run of tests; without one, the server of this process,
    /// which ends when its last user drops it. Take a `database` of your own from it.
    pub async fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().await;
        if let Some(server) = shared.upgrade() {
            return server;
        }
        let server = Arc::new(match env::var(SHARED_SERVER) {
            Ok(base) => Self { base, own: None },
            Err(_) => Self::start().await,
        });
        *shared = Arc::downgrade(&server);
        server
    }

    async fn start_with(durable: bool) -> Self {
        let own = Own::new(durable);
        own.initialise().await;
        Self::launched(own).await
    }

    async fn launched(mut own: Own) -> Self {
        own.launch(|_| ports::free()).await;
        Self { base: format!("postgres://rekey@127.0.0.1:{}", own.port), own: Some(own) }
    }

    /// A standby of this server, which streams what it commits. From now on this server acknowledges nothing that
    /// the standby does not have.
    pub async fn standby(&self) -> Self {
        let own = self.own.as_ref().expect("a server of our own");
        let standby = Own::new(own.durable);
        standby.copy(own.port).await;
        let standby = Self::launched(standby).await;
        let mut connection = PgConnection::connect(&self.url()).await.expect("a connection to the server");
        for statement in ["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"] {
            sqlx::raw_sql(statement).execute(&mut connection).await.expect("a setting");
        }
        let synchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'";
        let waited = async {
            while sqlx::raw_sql(synchronous)
                .fetch_optional(&mut connection)
                .await
                .expect("an answer")
                .is_none()
            {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(30), waited).await.expect("a standby that streams");
        standby
    }

    /// Has a standby become a server that takes writes; returns when it does.
    pub async fn promote(&self) {
        let mut connection = PgConnection::connect(&self.url()).await.expect("a connection to the standby");
        sqlx::raw_sql("SELECT pg_promote(true, 30)").execute(&mut connection).await.expect("a promotion");
    }

    /// Where it listens.
    ///
    /// # Panics
    /// If its URL has no address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let (_, address) = self.base.split_once('@').expect("a URL with a user");
        address.parse().expect("an address")
    }

    /// The server without a database: a value for [`SHARED_SERVER`].
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// The URL of the database `postgres`, to manage the server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/postgres", self.base)
    }

    /// Creates an empty database and returns its URL. Its name only begins with
    /// `name` (lower-case letters, digits, underscores), so any two differ.
    pub async fn database(&self, name: &str) -> String {
        self.database_with(name, "").await
    }

    /// The same, with more in its `CREATE DATABASE`.
    pub async fn database_with(&self, name: &str, options: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{name}_{}_{number}", std::process::id());
        let create = format!("CREATE DATABASE \"{name}\" {options}");
        let mut connection = PgConnection::connect(&self.url()).await.expect("a connection to the server");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.expect("a new database");
        format!("{}/{name}", self.base)
    }

    /// Stops it in order: connections are cut, what was committed is on disk.
    pub async fn stop(&mut self) {
        let process = self.own().process.take();
        let mut process = process.expect("a running server");
        process.signal(Signal::INT);
        process.wait().await;
    }

    /// Kills the server and all its backends at once, as the kernel would for want of memory.
    pub async fn kill(&mut self) {
        let process = self.own().process.take();
        let mut process = process.expect("a running server");
        let backends = children(process.pid());
        process.sigkill().await;
        for backend in backends {
            // It may have noticed, and gone by itself.
            let _ = kill_process(backend, Signal::KILL);
        }
    }

    /// Everything it has written, when it is a server of our own.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.own.as_ref().map(|own| own.folder.path())
    }

    /// Starts it again after `stop` or `kill`: same folder, same port, so same URLs.
    pub async fn start_again(&mut self) {
        self.own().launch(|port| port).await;
    }

    fn own(&mut self) -> &mut Own {
        self.own.as_mut().expect("a server of our own: the shared one is not ours to stop")
    }
}

impl Own {
    fn new(durable: bool) -> Self {
        let user = User::instead_of_root();
        let folder = new_folder(user.as_ref());
        Self { folder, user, port: 0, durable, process: None }
    }

    /// Copies the data of the server at `port`, to follow it from there.
    async fn copy(&self, port: u16) {
        // Beside the server itself: in a folder of `PATH` may be no more than links to what we need most.
        let server = fs::canonicalize(binaries().join("postgres")).expect("PostgreSQL's folder");
        let mut copy = Command::new(server.with_file_name("pg_basebackup"));
        copy.arg("--pgdata").arg(self.data()).current_dir(self.folder.path());
        copy.args([
            "--write-recovery-conf",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--no-sync",
            "--dbname",
        ]);
        copy.arg(format!("host=127.0.0.1 port={port} user=rekey"));
        let mut process = Process::spawn_as(&copy, "KILL", self.user.as_ref());
        let status = process.wait().await;
        assert!(status.success(), "pg_basebackup: {status}\n{}", process.stderr());
    }

    async fn initialise(&self) {
        let mut initdb = Command::new(binaries().join("initdb"));
        initdb.args(["--username=rekey", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        initdb.arg("--pgdata").arg(self.data()).current_dir(self.folder.path());
        let mut process = Process::spawn_as(&initdb, "KILL", self.user.as_ref());
        let status = process.wait().await;
        assert!(status.success(), "initdb: {status}\n{}", process.stderr());
    }

    /// Starts the server on the port that `choose` makes of the present one.
    async fn launch(&mut self, choose: impl Fn(u16) -> u16) {
        assert!(self.process.is_none(), "the server runs already");
        let mut report = String::new();
        for _ in 0..ATTEMPTS {
            self.port = choose(self.port);
            // QUIT ends a server at once and lets it clean up its shared memory.
            let mut process = Process::spawn_as(&self.command(), "QUIT", self.user.as_ref());
            match self.ready(&mut process).await {
                Ok(()) => return self.process = Some(process),
                Err(failed) => report = failed,
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("{report}");
    }

    fn command(&self) -> Command {
        let mut server = Command::new(binaries().join("postgres"));
        server.arg("-D").arg(self.data()).current_dir(self.folder.path());
        let mut set = |setting: &str| {
            server.args(["-c", setting]);
        };
        set(&format!("port={}", self.port));
        set("listen_addresses=127.0.0.1");
        set("unix_socket_directories=");
        // One server for a whole run: each test brings its own pools.
        set("max_connections=400");
        if !self.durable {
            set("fsync=off");
            set("full_page_writes=off");
        }
        server
    }

    async fn ready(&self, process: &mut Process) -> Result<(), String> {
        let url = format!("postgres://rekey@127.0.0.1:{}/postgres", self.port);
        process.try_until("accepting connections", async || answers(&url).await).await
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            process.end(Signal::QUIT);
        }
    }
}

fn new_folder(user: Option<&User>) -> TempDir {
    let folder = tempfile::Builder::new().prefix("rekey-postgres-").tempdir().expect("a temporary folder");
    if let Some(user) = user {
        chown(folder.path(), Some(user.id), Some(user.group))
            .expect("to hand the folder to the server's user");
    }
    folder
}

async fn answers(url: &str) -> Option<()> {
    let connection = timeout(Duration::from_secs(5), PgConnection::connect(url)).await.ok()?.ok()?;
    connection.close().await.ok()
}

/// The folder of `initdb` and `postgres`: of `PATH`, else the newest where Debian keeps them.
fn binaries() -> PathBuf {
    let complete = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let mut folders = tools::path_folders();
    folders.extend(debian_folders());
    folders
        .into_iter()
        .find(complete)
        .expect("PostgreSQL's initdb and postgres: run scripts/install-test-tools")
}

fn debian_folders() -> Vec<PathBuf> {
    let number = |name: &Path| name.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = entries.map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| std::cmp::Reverse(number(path)));
    versions.into_iter().map(|path| path.join("bin")).collect()
}
