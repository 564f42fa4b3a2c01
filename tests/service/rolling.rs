//! Two servers behind nginx, with the configuration that operators get, restarted one after the other.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rekey_test_support::process::Process;
use rekey_test_support::{ports, tools};
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::api::Api;
use crate::bed::{KEY, until};
use crate::site::Site;

/// Requests that must all be answered.
const REQUESTS: usize = 1_000;
/// Requests under way at the same time.
const CLIENTS: usize = 8;

/// One of the servers, on a port that it keeps.
struct Backend<'s> {
    site: &'s Site,
    port: u16,
    process: Process,
}

impl<'s> Backend<'s> {
    async fn start(site: &'s Site) -> Self {
        let port = ports::free();
        Self { site, port, process: start(site, port).await }
    }

    /// As an operator does it: a signal, a new process, and on when that is ready.
    async fn restart(&mut self) {
        self.process.sigterm();
        let status = self.process.wait().await;
        assert!(status.success(), "{status}\n{}", self.process.stderr());
        self.process = start(self.site, self.port).await;
    }
}

async fn start(site: &Site, port: u16) -> Process {
    let mut command = site.command(&["serve", "--api-only"]);
    command.env("REKEY_LISTEN", format!("127.0.0.1:{port}")).env("REKEY_STOP_DELAY_SECONDS", "1");
    let mut process = Process::spawn(&command);
    process.wait_for_readyz(([127, 0, 0, 1], port).into()).await;
    process
}

/// nginx with `deploy/nginx.conf`.
struct Nginx {
    api: Api,
    _process: Process,
    _folder: TempDir,
}

impl Nginx {
    /// The file as it is, but for ports and, because the client here speaks no TLS, the certificate.
    async fn before(backends: [u16; 2]) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), ports::free());
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/nginx.conf");
        let mut text = std::fs::read_to_string(file).unwrap();
        for (from, to) in [
            ("127.0.0.1:8080", format!("127.0.0.1:{}", backends[0])),
            ("127.0.0.1:8081", format!("127.0.0.1:{}", backends[1])),
            ("listen 443 ssl", format!("listen 127.0.0.1:{port}")),
            ("ssl_certificate ", "# ssl_certificate ".to_owned()),
            ("ssl_certificate_key ", "# ssl_certificate_key ".to_owned()),
        ] {
            assert_eq!(text.matches(from).count(), 1, "{from} in {file}");
            text = text.replace(from, &to);
        }
        std::fs::write(folder.path().join("rekey.conf"), text).unwrap();
        let parts = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String = parts.map(|part| format!("{part}_temp_path {part};\n")).concat();
        let frame = format!(
            "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr;\nevents {{}}\n\
             http {{\naccess_log access.log;\n{temporary}include rekey.conf;\n}}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), frame).unwrap();
        let mut command = Command::new(tools::find("nginx").expect("nginx, from scripts/install-test-tools"));
        command.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
        let process = Process::spawn(&command);
        let address = format!("127.0.0.1:{port}");
        until("nginx", async || TcpStream::connect(&address).await.is_ok()).await;
        Self { api: Api::at(format!("http://{address}")), _process: process, _folder: folder }
    }
}

/// What clients do, and what came of it.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    begun: AtomicUsize,
    accepted: AtomicUsize,
    lost: Mutex<Vec<String>>,
}

impl Load {
    async fn run(&self, api: &Api) {
        while !self.is_over.load(Ordering::Relaxed) || self.begun.load(Ordering::Relaxed) < REQUESTS {
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            let (request, expected) = match number % 3 {
                0 => (api.request(Method::GET, "/sign-in"), 200),
                1 => (api.request(Method::GET, "/v1/schemas"), 200),
                _ => {
                    let body =
                        json!({ "username": format!("nobody{number}"), "email": "nobody@example.org" });
                    (api.request(Method::POST, "/v1/commands/request-reset").json(&body), 202)
                }
            };
            match request.send().await {
                Ok(reply) if reply.status().as_u16() == expected => {
                    self.accepted.fetch_add(usize::from(expected == 202), Ordering::Relaxed);
                }
                Ok(reply) => self.lost.lock().unwrap().push(format!("{number}: {}", reply.status())),
                Err(error) => self.lost.lock().unwrap().push(format!("{number}: {error:?}")),
            }
        }
    }
}

/// How many requests for a link are in the log.
async fn recorded(api: &Api) -> usize {
    let (mut after, mut found) = ("0".to_owned(), 0);
    loop {
        let page = api.get(KEY, &format!("/v1/events?type=ResetRequested&after={after}")).await.expect(200);
        let next = page.header("rekey-next").to_owned();
        found += page.text.lines().count();
        if next == after || page.text.is_empty() {
            return found;
        }
        after = next;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_behind_nginx_loses_none_of_a_thousand_requests() {
    let site = Site::new().await;
    let mut one = Backend::start(&site).await;
    let mut two = Backend::start(&site).await;
    let nginx = Nginx::before([one.port, two.port]).await;
    let load = Arc::new(Load::default());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (load, api) = (load.clone(), nginx.api.clone());
            tokio::spawn(async move { load.run(&api).await })
        })
        .collect();
    until("requests", async || load.begun.load(Ordering::Relaxed) > REQUESTS / 10).await;
    one.restart().await;
    two.restart().await;
    load.is_over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let begun = load.begun.load(Ordering::Relaxed);
    assert_eq!(*load.lost.lock().unwrap(), [""; 0], "of {begun} requests");
    assert!(begun >= REQUESTS, "{begun}");
    // Each that was accepted is on record, and none twice.
    assert_eq!(recorded(&nginx.api).await, load.accepted.load(Ordering::Relaxed));
}
