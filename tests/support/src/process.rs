//! A program under test: started, watched, killed, and never left behind.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

pub use rustix::process::Signal;
use rustix::process::{Pid, Resource, Rlimit, kill_process, prlimit};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::spawn;
use crate::user::User;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(10);

/// A running program. Dropping it kills it; so does the end of this process.
///
/// Its methods panic with what the program wrote when it does not do what is
/// waited for within half a minute.
pub struct Process {
    name: String,
    child: Child,
    folder: TempDir,
}

impl Process {
    /// Starts the command's program with its arguments, environment and folder.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn spawn(command: &Command) -> Self {
        Self::spawn_as(command, "KILL", None)
    }

    pub(crate) fn spawn_as(command: &Command, death_signal: &str, user: Option<&User>) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let folder = tempfile::Builder::new().prefix("rekey-process-").tempdir().expect("a temporary folder");
        let file = |stream| File::create(folder.path().join(stream)).expect("a file for the output");
        let mut guarded = spawn::guarded(command, death_signal, user);
        guarded.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
        // A group of its own: Ctrl-C is for the test, which then ends its children.
        guarded.process_group(0);
        let child = spawn::spawn(guarded)
            .unwrap_or_else(|error| panic!("{name} by setpriv (package util-linux): {error}"));
        Self { name, child, folder }
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to its standard output so far.
    #[must_use]
    pub fn stdout(&self) -> String {
        read(&self.folder.path().join("stdout"))
    }

    /// What it wrote to its standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        read(&self.folder.path().join("stderr"))
    }

    /// Waits for a complete line, on either output, that contains the words; returns the line.
    pub async fn wait_for_line(&mut self, words: &str) -> String {
        self.try_until_line(words).await.unwrap_or_else(|report| panic!("{report}"))
    }

    /// As `wait_for_line`, but the caller may try again.
    pub(crate) async fn try_until_line(&mut self, words: &str) -> Result<String, String> {
        let files = ["stdout", "stderr"].map(|stream| self.folder.path().join(stream));
        let what = format!("a line with `{words}`");
        self.try_until(&what, async || files.iter().find_map(|file| line_with(&read(file), words))).await
    }

    /// Waits until `GET /readyz` at the address answers 200.
    pub async fn wait_for_readyz(&mut self, address: SocketAddr) {
        let what = format!("200 from http://{address}/readyz");
        let ready = self.try_until(&what, async || readyz(address).await).await;
        ready.unwrap_or_else(|report| panic!("{report}"));
    }

    /// Sends a signal; one that comes too late is no error.
    pub fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Sends a signal to those that it started.
    pub fn signal_children(&self, signal: Signal) {
        for child in children(self.pid()) {
            let _ = kill_process(child, signal);
        }
    }

    /// Asks it to end; `wait` waits for the end.
    pub fn sigterm(&self) {
        self.signal(Signal::TERM);
    }

    /// From now on it cannot write to any file, as on a disk that is full.
    pub(crate) fn fail_writes(&self) {
        let limit = Rlimit { current: Some(0), maximum: None };
        let set = prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit);
        set.expect("a limit for our own child");
    }

    /// Kills it and waits until it is gone.
    pub async fn sigkill(&mut self) {
        self.signal(Signal::KILL);
        self.wait().await;
    }

    /// Waits for its end.
    pub async fn wait(&mut self) -> ExitStatus {
        let end = async {
            loop {
                if let Some(status) = self.exited() {
                    return status;
                }
                sleep(GLANCE).await;
            }
        };
        match timeout(PATIENCE, end).await {
            Ok(status) => status,
            Err(_) => panic!("{}", self.report("did not end")),
        }
    }

    /// Looks again and again until there is something to see; the error says why there was not.
    pub(crate) async fn try_until<T>(
        &mut self,
        what: &str,
        mut look: impl AsyncFnMut() -> Option<T>,
    ) -> Result<T, String> {
        let seen = async {
            loop {
                // In this order: a program may say its line and end.
                let status = self.exited();
                match (look().await, status) {
                    (Some(seen), _) => return Ok(seen),
                    (None, Some(status)) => {
                        return Err(self.report(&format!("ended with {status} before {what}")));
                    }
                    (None, None) => sleep(GLANCE).await,
                }
            }
        };
        let seen = timeout(PATIENCE, seen).await;
        seen.unwrap_or_else(|_| Err(self.report(&format!("is late with {what}"))))
    }

    /// Sends the signal and gives the program five seconds to go; dropping does the rest.
    pub(crate) fn end(&mut self, signal: Signal) {
        self.signal(signal);
        for _ in 0..1_000 {
            if self.exited().is_some() {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("our own child can be waited for")
    }

    fn report(&self, what: &str) -> String {
        format!("{} {what}\n--- stdout\n{}\n--- stderr\n{}", self.name, self.stdout(), self.stderr())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes that this one has started.
pub(crate) fn children(parent: u32) -> Vec<Pid> {
    let list = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect()
}

fn read(file: &PathBuf) -> String {
    fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn line_with(text: &str, words: &str) -> Option<String> {
    let complete = &text[..=text.rfind('\n')?];
    complete.lines().find(|line| line.contains(words)).map(str::to_owned)
}

/// Enough of HTTP for one question, so that nothing needs a client.
async fn readyz(address: SocketAddr) -> Option<()> {
    let question = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let answer = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(question.as_bytes()).await.ok()?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.ok()?;
        (status.starts_with(b"HTTP/1.") && status.ends_with(b" 200")).then_some(())
    };
    timeout(Duration::from_secs(2), answer).await.ok()?
}
