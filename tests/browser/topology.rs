//! rekey scaled out: PostgreSQL, NATS, each role a process of its own, two servers.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rekey_test_support::nats::Nats;
use rekey_test_support::ports;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use tempfile::TempDir;

/// How long a mail may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// All of it, with an administrator `root`.
pub struct Topology {
    servers: [String; 2],
    sink: SmtpSink,
    _processes: Vec<Process>,
    _bus: Nats,
    _database: Arc<Postgres>,
    _folder: TempDir,
}

impl Topology {
    pub async fn start() -> Self {
        let (database, bus) = (Postgres::shared().await, Nats::start().await);
        let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
        let addresses = [(); 2].map(|()| format!("127.0.0.1:{}", ports::free()));
        let keys = folder.path().join("keys.toml");
        run(&mut program(&folder, &["keys", "generate", &keys.display().to_string()])).await;
        let config = format!(
            r#"
                public_url = "http://{address}"
                key_file = "{keys}"
                [database]
                url = "{url}"
                [mail]
                from = "noreply@example.org"
                host = "127.0.0.1"
                port = {port}
                tls = "none"
                [nats]
                servers = ["{bus}"]
            "#,
            address = addresses[0],
            keys = keys.display(),
            url = database.database("browser").await,
            port = sink.address().port(),
            bus = bus.url(),
        );
        std::fs::write(folder.path().join("rekey.toml"), config).unwrap();
        let root = ["admin", "bootstrap", "--username", "root", "--email", "root@example.org"];
        run(&mut program(&folder, &root)).await;
        let mut processes = Vec::new();
        for address in &addresses {
            let mut serve = program(&folder, &["serve", "--api-only"]);
            let mut process = Process::spawn(serve.env("REKEY_LISTEN", address));
            process.wait_for_readyz(address.parse().unwrap()).await;
            processes.push(process);
        }
        for role in ["issuer", "relay", "mailer"] {
            let work = program(&folder, &["work", role, "--listen", "127.0.0.1:0"]);
            processes.push(Process::spawn(&work));
        }
        let servers = addresses.map(|address| format!("http://{address}"));
        Self { servers, sink, _processes: processes, _bus: bus, _database: database, _folder: folder }
    }

    /// Where the two servers are.
    pub fn servers(&self) -> &[String; 2] {
        &self.servers
    }

    /// The link in the first mail.
    pub async fn link(&self) -> String {
        let arrived = tokio::time::timeout(PATIENCE, self.sink.wait_for(1)).await;
        arrived.expect("a mail");
        let mail = String::from_utf8(self.sink.accepted()[0].bytes.clone()).unwrap();
        let link = mail.split_whitespace().find(|word| word.contains("/reset-password#"));
        link.unwrap_or_else(|| panic!("a link in {mail}")).to_owned()
    }
}

fn program(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
    command.args(arguments).current_dir(folder.path());
    command
}

async fn run(command: &mut Command) {
    let mut process = Process::spawn(command);
    let status = process.wait().await;
    assert!(status.success(), "{status}\n{}", process.stderr());
}
