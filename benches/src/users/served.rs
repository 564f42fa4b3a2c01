//! The real program on one of the databases, and its page of users as an administrator gets it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rekey_test_support::ports;
use rekey_test_support::process::Process;
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

const USERS: &str = "/utilities/security/users";
const PASSWORD: &str = "seven violet lanterns";

/// The pages, by their queries.
pub const QUERIES: [(&str, &str); 6] = [
    ("first", ""),
    ("by address", "?sort=address"),
    ("by last sign-in", "?sort=last-sign-in"),
    ("by last sign-in, descending", "?sort=last-sign-in&order=descending"),
    ("search for some", "?search=e0000"),
    ("search for one letter", "?search=a"),
];

/// A running `rekey serve`, and an administrator signed in to it.
pub struct Served {
    base: String,
    client: Client,
    cookie: String,
    _process: Process,
    _folder: TempDir,
}

impl Served {
    pub async fn on(url: &str, program: &Path) -> Self {
        let (folder, address) = (tempfile::tempdir().unwrap(), format!("127.0.0.1:{}", ports::free()));
        let config = format!(
            "public_url = \"http://{address}\"\nlisten = \"{address}\"\nkey_file = \"keys.toml\"\n\
             [database]\nurl = \"{url}\"\n[mail]\nfrom = \"rekey@example.org\"\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n"
        );
        std::fs::write(folder.path().join("rekey.toml"), config).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).current_dir(folder.path()).env("REKEY_LOG", "warn");
            command
        };
        done(run(&["keys", "generate", "keys.toml"])).await;
        let root = ["admin", "bootstrap", "--username", "root", "--email", "root@example.org"];
        let said = done(run(&root)).await;
        let mut process = Process::spawn(&run(&["serve"]));
        process.wait_for_readyz(address.parse().unwrap()).await;
        let mut served = Self {
            base: format!("http://{address}"),
            client: Client::builder().no_proxy().build().unwrap(),
            cookie: String::new(),
            _process: process,
            _folder: folder,
        };
        served.sign_in(first_password(&said)).await;
        served
    }

    /// The first password is changed at once: until then there is no other page.
    async fn sign_in(&mut self, first: &str) {
        let body = json!({ "username": "root", "password": first });
        let opened = self.client.post(format!("{}/v1/sessions", self.base)).json(&body).send().await.unwrap();
        let opened: Value = opened.error_for_status().unwrap().json().await.unwrap();
        let token = opened["token"].as_str().unwrap();
        let change =
            self.client.post(format!("{}/v1/commands/change-password", self.base)).bearer_auth(token);
        let body = json!({ "current_password": first, "new_password": PASSWORD });
        change.json(&body).send().await.unwrap().error_for_status().unwrap();
        self.cookie = format!("rekey={token}");
    }

    /// How long the page takes, and how many users are on it.
    pub async fn page(&self, query: &str) -> (Duration, usize) {
        let start = Instant::now();
        let page = self.client.get(format!("{}{USERS}{query}", self.base)).header("cookie", &self.cookie);
        let page = page.send().await.unwrap().error_for_status().unwrap().text().await.unwrap();
        (start.elapsed(), page.matches("<tr><th scope=\"row\">").count())
    }
}

/// Runs a command to its end; what it said.
async fn done(command: Command) -> String {
    let mut process = Process::spawn(&command);
    let status = process.wait().await;
    assert!(status.success(), "{}", process.stderr());
    process.stdout()
}

/// The password in what bootstrap says.
fn first_password(said: &str) -> &str {
    let after = said.split_once("sign-in: ").expect("a password").1;
    after.split_whitespace().next().expect("a password")
}
