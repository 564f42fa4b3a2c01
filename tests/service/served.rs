//! The program itself, as operators run it: `rekey serve`.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rekey::keys::Keys;
use rekey::service::sessions::token_hash;
use rekey_events::seal::SigningKey;
use rekey_events::{Permission, SystemEnv};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use serde_json::Value;
use strum::IntoEnumIterator;
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::api::Api;
use crate::bed::{KEY, PUBLIC, until};

/// A running `rekey serve`.
pub struct Served {
    pub process: Process,
    pub api: Api,
    pub sink: SmtpSink,
    pub folder: TempDir,
    pub url: String,
}

impl Served {
    /// On SQLite in a folder of its own.
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
        Self::on(folder, url).await
    }

    /// On a database of the shared PostgreSQL; the files in a folder of its own.
    pub async fn on_postgres(server: &Postgres) -> Self {
        Self::on(tempfile::tempdir().unwrap(), server.database("served").await).await
    }

    pub async fn on(folder: TempDir, url: String) -> Self {
        let sink = SmtpSink::start().await.unwrap();
        let mut process = Process::spawn(&command(folder.path(), &url, PUBLIC, false, &sink));
        let api = announced(&mut process, "listening").await;
        Self { process, api, sink, folder, url }
    }

    /// Waits until it takes no more connections.
    pub async fn closes_its_door(&self) {
        until("a closed door", async || TcpStream::connect(self.api.address()).await.is_err()).await;
    }

    /// Waits for the mail after `seen` others; all of it.
    pub async fn mail(&self, seen: usize) -> crate::mail::Mail {
        let arrives = self.sink.wait_for(seen + 1);
        tokio::time::timeout(Duration::from_secs(30), arrives).await.expect("a mail");
        (&self.sink.accepted()[seen]).into()
    }
}

/// The API at the address that a process announces with this word; of one that serves, once it is ready.
pub async fn announced(process: &mut Process, word: &str) -> Api {
    let api = listens(process, word).await;
    if word == "listening" {
        process.wait_for_readyz(api.address().parse().unwrap()).await;
    }
    api
}

/// The API at the address that a process announces with this word, whether or not it is ready.
pub async fn listens(process: &mut Process, word: &str) -> Api {
    let line = process.wait_for_line(&format!("\"{word}\"")).await;
    let line: Value = serde_json::from_str(&line).unwrap();
    Api::at(format!("http://{}", line["fields"]["address"].as_str().unwrap()))
}

/// The command that serves, with its files written to `folder`; logs everything.
pub fn command(folder: &Path, url: &str, public: &str, development: bool, sink: &SmtpSink) -> Command {
    set_up(folder, url, public, development, sink);
    program(folder, &["serve"])
}

/// Writes the files that operators write.
pub fn set_up(folder: &Path, url: &str, public: &str, development: bool, sink: &SmtpSink) {
    let (keys, config) = (folder.join("keys.toml"), folder.join("rekey.toml"));
    Keys::generate(&SystemEnv, development).write(&keys).unwrap();
    let (seal, sealed) = (folder.join("seal.key"), folder.join("seal"));
    std::fs::write(&seal, seal_key().expose()).unwrap();
    std::fs::set_permissions(&seal, Permissions::from_mode(0o600)).unwrap();
    let permissions: Vec<_> = Permission::iter().map(Permission::name).collect();
    let text = format!(
        "public_url = {public:?}\nlisten = \"127.0.0.1:0\"\nkey_file = {keys:?}\nstop_delay_seconds = 0\n\
         [database]\nurl = {url:?}\n\
         [mail]\nfrom = \"rekey@example.org\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
         [seal]\nkey_file = {seal:?}\nfolder = {sealed:?}\nevery_seconds = 1\n\
         [[api_keys]]\nname = \"tests\"\ntoken_hash = {:?}\npermissions = {permissions:?}\n",
        sink.address().port(),
        token_hash(KEY),
    );
    std::fs::write(&config, text).unwrap();
}

/// The key of the seal over the log.
pub fn seal_key() -> SigningKey {
    SigningKey::new("login.example.org/log", [9; 32]).unwrap()
}

/// rekey with these arguments and the configuration in `folder`. Processes that go on log everything.
pub fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
    command.args(arguments).arg("--config").arg(folder.join("rekey.toml")).current_dir(folder);
    let level = if matches!(arguments[0], "serve" | "work") { "trace" } else { "" };
    command.env("REKEY_LOG", level);
    command
}
