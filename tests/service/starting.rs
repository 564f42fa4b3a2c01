//! A process that starts while its database is away: it answers, it stops when asked to, and it goes on when the
//! database comes. A mistake in the configuration is told at once all the same.

use std::process::Command;

use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::{Process, Signal};
use rekey_test_support::smtp::SmtpSink;
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::json;
use tempfile::TempDir;

use crate::api::{Api, Reply, send};
use crate::bed::{KEY, PUBLIC, until};
use crate::served::{Served, listens, program, set_up};

/// A PostgreSQL that is stopped, and the files of a process that will want it.
struct Away {
    server: Postgres,
    _sink: SmtpSink,
    folder: TempDir,
}

impl Away {
    async fn new() -> Self {
        let mut server = Postgres::start().await;
        let url = server.database("away").await;
        server.stop().await;
        let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
        set_up(folder.path(), &url, PUBLIC, false, &sink);
        Self { server, _sink: sink, folder }
    }

    fn serve(&self) -> Command {
        program(self.folder.path(), &["serve"])
    }
}

fn assert_not_ready(reply: &Reply) {
    reply.assert_problem(503, "unavailable");
    assert!(reply.header("retry-after").parse::<u32>().is_ok(), "{reply:?}");
}

async fn page(api: &Api, language: &str) -> Reply {
    let request = api.request(Method::GET, "/sign-in").header(ACCEPT, "text/html");
    send(request.header("accept-language", language)).await
}

#[tokio::test]
async fn a_server_without_its_database_listens_and_serves_when_the_database_comes() {
    let mut away = Away::new().await;
    let mut process = Process::spawn(&away.serve());
    let api = listens(&mut process, "listening").await;
    process.wait_for_line("waiting for the database").await;
    api.get("", "/healthz").await.expect(200);
    assert_not_ready(&api.get("", "/readyz").await);
    assert_not_ready(&api.get(KEY, "/metrics").await);
    let person = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    assert_not_ready(&api.command(KEY, "register-account", person.clone()).await);

    away.server.start_again().await;
    until("a ready server", async || api.get("", "/readyz").await.status == 200).await;
    api.command(KEY, "register-account", person).await.expect(201);
    api.get(KEY, "/metrics").await.expect(200);
    process.sigterm();
    assert!(process.wait().await.success(), "{}", process.stderr());
}

#[tokio::test]
async fn while_its_database_is_away_people_get_a_page_in_their_language() {
    let away = Away::new().await;
    let mut process = Process::spawn(&away.serve());
    let api = listens(&mut process, "listening").await;
    for (language, words) in [("en", "<html lang=\"en\""), ("de-AT,de", "<html lang=\"de\"")] {
        let reply = page(&api, language).await.expect(503);
        assert!(reply.header("content-type").starts_with("text/html"), "{reply:?}");
        assert!(reply.header("retry-after").parse::<u32>().is_ok(), "{reply:?}");
        assert!(reply.text.contains(words), "{reply:?}");
        // Guarded as any other, and with its style.
        assert!(reply.header("content-security-policy").contains("style-src 'self'"), "{reply:?}");
        assert_eq!(reply.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
    }
    api.get("", "/assets/rekey.css").await.expect(200);
}

#[tokio::test]
async fn a_server_without_its_database_stops_at_the_first_signal() {
    let away = Away::new().await;
    for signal in [Signal::TERM, Signal::INT] {
        let mut process = Process::spawn(&away.serve());
        let api = listens(&mut process, "listening").await;
        assert_not_ready(&api.get("", "/readyz").await);
        process.signal(signal);
        assert_eq!(process.wait().await.code(), Some(0), "{}", process.stderr());
    }
}

/// In a name space of its own, where it is PID 1: signals without a handler are ignored there.
fn as_first_process(command: &Command) -> Command {
    let mut first = Command::new("unshare");
    // Without root, a PID namespace needs a user namespace as well.
    first.args(["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--"]);
    first.arg(command.get_program()).args(command.get_args());
    first.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    first
}

#[tokio::test]
async fn as_the_first_process_of_a_container_it_stops_at_the_first_signal() {
    let away = Away::new().await;
    let work = program(away.folder.path(), &["work", "issuer", "--listen", "127.0.0.1:0"]);
    for (command, word) in [(away.serve(), "listening"), (work, "started")] {
        let mut process = Process::spawn(&as_first_process(&command));
        let api = listens(&mut process, word).await;
        assert_not_ready(&api.get("", "/readyz").await);
        process.signal_children(Signal::TERM);
        assert_eq!(process.wait().await.code(), Some(0), "{}", process.stderr());
    }
}

#[tokio::test]
async fn as_the_first_process_of_a_container_a_command_stops_at_the_first_signal() {
    let served = Served::on_sqlite().await;
    let follow = program(served.folder.path(), &["audit", "log", "--follow"]);
    let mut process = Process::spawn(&as_first_process(&follow));
    let body = json!({ "username": "ana", "email": "ana@example.org" });
    served.api.command("", "request-reset", body).await.expect(202);
    process.wait_for_line("asked for a reset link").await;
    process.signal_children(Signal::TERM);
    assert_eq!(process.wait().await.code(), Some(130), "{}", process.stderr());
}

/// What operators get wrong, and what they read about it.
const MISTAKES: [(&str, &str, &str); 5] = [
    ("REKEY_MAIL__DKIM__KEY_FILE", "/nowhere/dkim.pem", "/nowhere/dkim.pem"),
    ("REKEY_SEAL__KEY_FILE", "/nowhere/seal.key", "/nowhere/seal.key"),
    ("REKEY_BRAND__LOGO_FILE", "/nowhere/logo.svg", "/nowhere/logo.svg"),
    ("REKEY_MAIL__FROM", "nobody", "mail.from"),
    ("REKEY_LISTEN", "192.0.2.1:8080", "cannot listen at 192.0.2.1:8080"),
];

#[tokio::test]
async fn a_mistake_in_the_configuration_is_told_at_once_also_without_a_database() {
    let away = Away::new().await;
    for (variable, value, words) in MISTAKES {
        let mut command = away.serve();
        command.env("REKEY_MAIL__DKIM__DOMAIN", "example.org").env("REKEY_MAIL__DKIM__SELECTOR", "s1");
        if variable != "REKEY_MAIL__DKIM__KEY_FILE" {
            command.env_remove("REKEY_MAIL__DKIM__DOMAIN").env_remove("REKEY_MAIL__DKIM__SELECTOR");
        }
        let mut process = Process::spawn(command.env(variable, value));
        let code = process.wait().await.code();
        let said = process.stderr();
        assert!(code == Some(1) && said.contains(words), "{variable}: {code:?} {said}");
        assert!(!said.contains("waiting for the database"), "{variable}: {said}");
    }
}

#[tokio::test]
async fn a_workers_mistake_in_the_configuration_is_told_at_once_also_without_its_database() {
    let away = Away::new().await;
    for (role, variable, value) in
        [("sealer", "REKEY_SEAL__KEY_FILE", "/nowhere/seal.key"), ("mailer", "REKEY_MAIL__FROM", "nobody")]
    {
        let mut command = program(away.folder.path(), &["work", role, "--listen", "127.0.0.1:0"]);
        let mut process = Process::spawn(command.env(variable, value));
        assert_eq!(process.wait().await.code(), Some(1), "{}", process.stderr());
        assert!(!process.stderr().contains("waiting for the database"), "{}", process.stderr());
    }
}
