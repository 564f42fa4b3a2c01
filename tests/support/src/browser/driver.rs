//! The processes: chromedriver, and the Chromium that it starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, getuid, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Look, PATIENCE};
use crate::process::Process;
use crate::tools;

/// No calls to the maker, no questions at the first start, no scrollbar that takes away from the width.
const FLAGS: [&str; 13] = [
    "--headless",
    "--disable-background-networking",
    "--disable-component-update",
    // Containers have a small one.
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-proxy-server",
    // Chromium ends when the pipe does: also when chromedriver was killed, as it is when we are.
    "--remote-debugging-pipe",
    "--window-size=1280,800",
];

/// A chromedriver, and what it has started.
pub(super) struct Driver {
    process: Process,
    port: u16,
    /// Chromium's profile is in it. Last, because those above write to it.
    folder: TempDir,
}

impl Driver {
    pub(super) async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("rekey-browser-").tempdir().expect("a temporary folder");
        let mut command = Command::new(program("chromedriver"));
        command.arg("--port=0").env("HOME", folder.path()).env("TMPDIR", folder.path());
        let mut process = Process::spawn(&command);
        let line = process.wait_for_line("was started successfully on port").await;
        let port = line.trim_end_matches('.').rsplit(' ').next().and_then(|port| port.parse().ok());
        Self { process, port: port.expect("the port in chromedriver's line"), folder }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// What it wrote.
    pub(super) fn said(&self) -> String {
        self.process.stdout() + &self.process.stderr()
    }

    /// The browser that we want, in WebDriver's words.
    pub(super) fn wishes(&self, look: Look) -> Value {
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap_or_default();
        json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": program("chromium"),
                "args": self.flags(look),
                // Nothing that lies over the page, or has the keyboard.
                "prefs": { "credentials_enable_service": false, "profile.password_manager_leak_detection": false },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "pageLoad": patience, "script": patience, "implicit": 0 },
            "unhandledPromptBehavior": "ignore",
        })
    }

    fn flags(&self, look: Look) -> Vec<String> {
        let mut flags = Vec::from(FLAGS.map(str::to_owned));
        flags.push(format!("--user-data-dir={}", self.folder.path().join("profile").display()));
        flags.push(format!("--lang={}", look.language));
        flags.push(format!("--accept-lang={}", look.accepted()));
        if getuid().is_root() {
            // Chromium's sandbox does not work for root.
            flags.push("--no-sandbox".to_owned());
        }
        flags
    }

    pub(super) fn processes(&self) -> Vec<u32> {
        let mut all = family(self.process.pid());
        all.extend(mentioning(self.folder.path()));
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let mut all = self.processes();
        // Not asked to end in order: it has nothing to save, and we would wait for it.
        for _ in 0..1_000 {
            all.retain(|id| alive(*id));
            if all.is_empty() {
                return;
            }
            all.iter().copied().for_each(kill);
            thread::sleep(Duration::from_millis(5));
            all.extend(mentioning(self.folder.path()));
        }
    }
}

/// The process, its children, theirs, and so on.
fn family(root: u32) -> Vec<u32> {
    let parents = Vec::from_iter(ids().filter_map(|id| Some((id, stat(id)?.1))));
    let (mut family, mut at) = (vec![root], 0);
    while let Some(&one) = family.get(at) {
        family.extend(parents.iter().filter(|(_, parent)| *parent == one).map(|(id, _)| *id));
        at += 1;
    }
    family
}

/// All that have the folder on their command line: Chromium hands its profile to each of its processes,
/// and some of them leave their parent. Of those in its sandbox we may not read that.
fn mentioning(folder: &Path) -> Vec<u32> {
    let folder = folder.as_os_str().as_encoded_bytes();
    let mentions = |id: &u32| {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        line.windows(folder.len()).any(|part| part == folder)
    };
    ids().filter(mentions).collect()
}

fn ids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// A process's state and its parent.
fn stat(id: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Behind the name, which may be anything.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// One that is dead and not yet reaped is not.
fn alive(id: u32) -> bool {
    stat(id).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

fn kill(id: u32) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    // It may just have ended.
    let _ = id.map(|id| kill_process(id, Signal::KILL));
}

fn program(name: &str) -> PathBuf {
    tools::find(name).unwrap_or_else(|| panic!("{name} is missing: run scripts/install-test-tools"))
}
