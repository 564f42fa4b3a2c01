//! Several processes of the real program over one PostgreSQL.

use std::process::Command;
use std::time::Duration;

use rekey_test_support::nats::Nats;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use serde_json::json;
use tempfile::TempDir;

use crate::api::Api;
use crate::bed::{KEY, PUBLIC, until};
use crate::mail::Mail;
use crate::served::{announced, program, set_up};

/// What all processes share: a database, a mail server, files; perhaps a bus.
pub struct Site {
    folder: TempDir,
    pub url: String,
    pub sink: SmtpSink,
    pub bus: Option<Nats>,
}

/// A process, and its port.
pub struct Running {
    pub process: Process,
    pub api: Api,
}

impl Site {
    pub async fn new() -> Self {
        let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
        let url = Postgres::shared().await.database("roles").await;
        set_up(folder.path(), &url, PUBLIC, false, &sink);
        Self { folder, url, sink, bus: None }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.folder.path(), arguments);
        if let Some(bus) = &self.bus {
            command.env("REKEY_NATS__SERVERS", bus.url());
        }
        command
    }

    pub async fn serve(&self) -> Running {
        let mut process = Process::spawn(&self.command(&["serve", "--api-only"]));
        Running { api: announced(&mut process, "listening").await, process }
    }

    /// A process of these roles, on a port of its own.
    pub async fn work(&self, roles: &[&str]) -> Running {
        let arguments = [&["work", "--listen", "127.0.0.1:0"], roles].concat();
        let mut process = Process::spawn(&self.command(&arguments));
        Running { api: announced(&mut process, "started").await, process }
    }

    /// Waits for the mail after `seen` others.
    pub async fn mail(&self, seen: usize) -> Mail {
        let arrives = self.sink.wait_for(seen + 1);
        tokio::time::timeout(Duration::from_secs(30), arrives).await.expect("a mail");
        (&self.sink.accepted()[seen]).into()
    }
}

impl Running {
    pub async fn ready(&self) {
        until("a ready process", async || self.api.get("", "/readyz").await.status == 200).await;
    }

    /// NAME registers and asks for a link.
    pub async fn asked(&self, name: &str) {
        let body = json!({ "username": name, "email": format!("{name}@example.org"), "origin": "app" });
        self.api.command(KEY, "register-account", body).await.expect(201);
        let body = json!({ "username": name, "email": format!("{name}@example.org") });
        self.api.command("", "request-reset", body).await.expect(202);
    }

    /// Waits until its metrics have this line.
    pub async fn counts(&self, line: &str) -> String {
        let mut page = String::new();
        until(line, async || {
            page = self.api.get("", "/metrics").await.text;
            page.lines().any(|one| one == line)
        })
        .await;
        page
    }

    pub async fn stops(mut self) {
        self.process.sigterm();
        let status = self.process.wait().await;
        assert!(status.success(), "{status}\n{}", self.process.stderr());
    }
}
