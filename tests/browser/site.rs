//! The real program, `rekey dev`, with its demo accounts and its inbox.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use rekey_events::{Env, Moment, SystemEnv};
use rekey_test_support::browser::Browser;
use rekey_test_support::clock::Clock;
use rekey_test_support::ports;
use rekey_test_support::process::Process;
use tempfile::TempDir;

/// How long a mail may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(100);

/// A running program, on a port and with a clock of its own.
pub struct Site {
    url: String,
    secrets: BTreeMap<String, String>,
    clock: Clock,
    ahead: Mutex<i64>,
    /// How many mails to an address were there when last looked.
    seen: Mutex<BTreeMap<String, usize>>,
    _process: Process,
    _folder: TempDir,
}

/// A mail, as its reader sees it.
#[derive(Debug)]
pub struct Mail {
    pub subject: String,
    pub text: String,
}

impl Site {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more on the command line.
    pub async fn start_with(more: &[&str]) -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
        let address = format!("127.0.0.1:{}", ports::free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
        command.args(["dev", "--listen", &address, "--data"]).arg(folder.path()).args(more);
        clock.rule(&mut command);
        let mut process = Process::spawn(&command);
        process.wait_for_readyz(address.parse().unwrap()).await;
        let secrets = std::fs::read_to_string(folder.path().join("demo.env")).unwrap();
        let lines = secrets.lines().filter_map(|line| line.split_once('='));
        Self {
            url: format!("http://{address}"),
            secrets: lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            clock,
            ahead: Mutex::default(),
            seen: Mutex::default(),
            _process: process,
            _folder: folder,
        }
    }

    /// The address of a page.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The password that a demo account had in the beginning.
    pub fn password(&self, name: &str) -> &str {
        &self.secrets[&format!("{}_PASSWORD", name.to_uppercase())]
    }

    /// The key that the desktop app calls with.
    pub fn desktop_key(&self) -> &str {
        &self.secrets["DESKTOP_API_KEY"]
    }

    /// What the administrator's authenticator app shows. Each code works once: the next one needs a `jump`.
    pub async fn code(&self) -> String {
        let shown = reqwest::get(self.at("/dev/code")).await.unwrap().text().await.unwrap();
        shown.trim().to_owned()
    }

    /// What time it is for the program.
    pub fn now(&self) -> Moment {
        let ahead = Duration::from_secs(self.ahead.lock().unwrap().unsigned_abs());
        SystemEnv.now().after(ahead)
    }

    /// So many seconds go by for the program; its browsers' clocks stay.
    pub fn jump(&self, seconds: i64) {
        let mut ahead = self.ahead.lock().unwrap();
        *ahead += seconds;
        self.clock.jump_seconds(*ahead);
    }

    /// Waits for a mail to NAME that was not there when this was last asked, and opens the newest in the inbox.
    pub async fn mail_to(&self, browser: &Browser, name: &str) -> Mail {
        self.mail_at(browser, &format!("{name}@example.org")).await
    }

    /// The same for an address.
    pub async fn mail_at(&self, browser: &Browser, address: &str) -> Mail {
        let subject = self.newest(browser, address).await;
        browser.follow_beside(address, &subject).await;
        Mail { subject, text: browser.text().await }
    }

    /// The subject of the newest mail, once there is one more than before.
    async fn newest(&self, browser: &Browser, address: &str) -> String {
        let seen = self.seen.lock().unwrap().get(address).copied().unwrap_or_default();
        browser.go(&self.at("/dev/inbox")).await;
        let arrives = async {
            loop {
                let all = subjects(browser, address).await;
                if all.len() > seen {
                    return all;
                }
                tokio::time::sleep(GLANCE).await;
                browser.reload().await;
            }
        };
        let mut all = tokio::time::timeout(PATIENCE, arrives).await.expect("a mail");
        self.seen.lock().unwrap().insert(address.to_owned(), all.len());
        all.swap_remove(0)
    }
}

/// Those of all mails to the address, the newest first.
async fn subjects(browser: &Browser, address: &str) -> Vec<String> {
    let rows = browser.rows().await.into_iter().filter(|row| row.first().is_some_and(|to| to == address));
    rows.map(|mut row| row.swap_remove(1)).collect()
}

impl Mail {
    /// Its link to this path.
    pub fn link_to(&self, path: &str) -> &str {
        let link = self.text.split_whitespace().find(|word| word.starts_with("http") && word.contains(path));
        link.unwrap_or_else(|| panic!("“{}” has no link to {path}:\n{}", self.subject, self.text))
    }
}
