//! Done-line 1: the walk-through with a mail server that no one here wrote.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use mail_parser::{Message, MessageParser};
use rekey_test_support::process::Process;
use rekey_test_support::{ports, tools};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::Api;
use crate::until::until;

/// Receives mails with aiosmtpd, and puts each into the folder.
const AIOSMTPD: &str = r#"
import os, sys, threading
from aiosmtpd.controller import Controller

folder, port = sys.argv[1], int(sys.argv[2])

class Keep:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = os.path.join(folder, str(self.count))
        with open(name + ".part", "wb") as file:
            file.write(envelope.content)
        os.rename(name + ".part", name + ".eml")
        return "250 2.0.0 kept"

Controller(Keep(), hostname="127.0.0.1", port=port).start()
print("aiosmtpd listens", flush=True)
threading.Event().wait()
"#;

#[tokio::test]
async fn a_mail_is_read_at_a_server_no_one_here_wrote() {
    let server = Aiosmtpd::start().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut rekey, address) = start_dev(&data, server.address);
    rekey.wait_for_readyz(address).await;
    let (anyone, secrets) = (Api::new(address, None), Secrets::read(&data));

    let (status, _) = sign_in(&anyone, "ana", &secrets.of("ANA_PASSWORD"), None).await;
    assert_eq!(status, 201, "before");

    let request = json!({ "username": "ana", "email": "ana@example.org" });
    let (status, _) = anyone.post("/v1/commands/request-reset", &request).await.unwrap();
    assert_eq!(status, 202);
    let mail = server.mail(1).await;
    let token = link_in(&mail, "ana@example.org", address);

    let completion =
        json!({ "token": token, "username": "ana", "new_password": "ravens tally 7 gentle rocks" });
    let (status, answer) = anyone.post("/v1/commands/complete-reset", &completion).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let (status, answer) = anyone.post("/v1/commands/complete-reset", &completion).await.unwrap();
    assert_eq!(status, 410, "a link is used once: {answer}");

    let (status, _) = sign_in(&anyone, "ana", &secrets.of("ANA_PASSWORD"), None).await;
    assert_eq!(status, 401, "the old password");
    let (status, _) = sign_in(&anyone, "ana", "ravens tally 7 gentle rocks", None).await;
    assert_eq!(status, 201, "the new password");
    let notice = parse(&server.mail(2).await);
    assert!(!notice.contains('#'), "the notice has no link to use: {notice}");

    admin_is_still_asked_for_a_code(&anyone, &secrets).await;
    let auditor = Api::new(address, Some(&secrets.of("DESKTOP_API_KEY")));
    until("the whole story in the log", async || {
        let events = auditor.events(0).await;
        let told = |name: &str| events.iter().any(|event| event["type"] == name);
        [
            "ResetRequested",
            "ResetMatched",
            "ResetLinkIssued",
            "ResetCompleted",
            "MailRequested",
            "MailAccepted",
        ]
        .iter()
        .all(|name| told(name))
        .then_some(())
    })
    .await;
}

async fn admin_is_still_asked_for_a_code(anyone: &Api, secrets: &Secrets) {
    let password = secrets.of("ADMIN_PASSWORD");
    let (status, answer) = sign_in(anyone, "admin", &password, None).await;
    assert_eq!(status, 403, "{answer}");
    let code = anyone.text("/dev/code").await;
    let (status, answer) = sign_in(anyone, "admin", &password, Some(code.trim())).await;
    assert_eq!(status, 201, "{answer}");
}

async fn sign_in(api: &Api, username: &str, password: &str, code: Option<&str>) -> (u16, Value) {
    let body = json!({ "username": username, "password": password, "code": code });
    api.post("/v1/sessions", &body).await.unwrap()
}

fn start_dev(data: &Path, smtp: SocketAddr) -> (Process, SocketAddr) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
    command.arg("dev").arg("--data").arg(data);
    command.args(["--listen", &address.to_string(), "--smtp", &smtp.to_string()]);
    (Process::spawn(&command), address)
}

/// aiosmtpd, and the folder of what it received.
struct Aiosmtpd {
    address: SocketAddr,
    folder: TempDir,
    _process: Process,
}

impl Aiosmtpd {
    async fn start() -> Self {
        let packages = tools::python_packages();
        assert!(packages.join("aiosmtpd").is_dir(), "aiosmtpd is missing: run scripts/install-test-tools");
        let folder = tempfile::tempdir().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free()));
        let mut command = Command::new("python3");
        command.args(["-c", AIOSMTPD]).arg(folder.path()).arg(address.port().to_string());
        command.env("PYTHONPATH", packages);
        let mut process = Process::spawn(&command);
        process.wait_for_line("aiosmtpd listens").await;
        Self { address, folder, _process: process }
    }

    /// The mail that came in as this number.
    async fn mail(&self, number: usize) -> Vec<u8> {
        let file: PathBuf = self.folder.path().join(format!("{number}.eml"));
        until(&format!("mail {number}"), async || std::fs::read(&file).ok()).await
    }
}

/// What `rekey dev` keeps for the walk-through.
struct Secrets(String);

impl Secrets {
    fn read(data: &Path) -> Self {
        Self(std::fs::read_to_string(data.join("demo.env")).unwrap())
    }

    fn of(&self, name: &str) -> String {
        let lines = self.0.lines().filter_map(|line| line.split_once('='));
        let found = lines.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).next();
        found.unwrap_or_else(|| panic!("demo.env has {name}"))
    }
}

/// The text of a mail as its reader sees it.
fn parse(mail: &[u8]) -> String {
    message(mail).body_text(0).unwrap().into_owned()
}

fn message(mail: &[u8]) -> Message<'_> {
    MessageParser::default().parse(mail).unwrap()
}

/// The token of the link in the mail to `address`.
fn link_in(mail: &[u8], address: &str, site: SocketAddr) -> String {
    let to = message(mail).to().unwrap().first().unwrap().address().unwrap().to_owned();
    assert_eq!(to, address);
    let (text, start) = (parse(mail), format!("http://{site}/reset-password#"));
    let (_, rest) = text.split_once(&start).unwrap_or_else(|| panic!("a link in {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}
