//! What the server knows to have happened, whatever anybody else believes.

use std::{
    io,
    path::Path,
    sync::{Mutex, MutexGuard},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::file::LedgerFile;

/// One mail that the server decided about. A mail that the client gave up before leaves no trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From the header, if the body was read.
    pub message_id: Option<String>,
    /// The recipient of the envelope, if named.
    pub to: Option<String>,
    /// Where it was decided.
    pub phase: String,
    /// The code that was, or was to be, sent; 0 if the connection was closed without one.
    pub code: u16,
    /// Of the bytes received, dots taken out, if the body was read.
    pub sha256: Option<String>,
    /// Microseconds since 1970.
    pub time: u64,
    /// What the client calls itself in EHLO.
    pub client: String,
    /// When the dot was read, microseconds since 1970; nothing when the client did not come so far.
    pub dot: Option<u64>,
    /// Whether the server then hung up without the reply that it owed.
    pub withheld: bool,
}

/// A mail with its 250.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// From the header.
    pub message_id: Option<String>,
    /// Sender of the envelope.
    pub from: String,
    /// Recipient of the envelope.
    pub to: String,
    /// As received, dots taken out.
    pub bytes: Vec<u8>,
}

/// In memory, and in a file if wanted.
pub(super) struct Ledger {
    pages: Mutex<Pages>,
    count: watch::Sender<usize>,
    file: Option<LedgerFile>,
    keep_bytes: bool,
}

#[derive(Default)]
struct Pages {
    attempts: Vec<Attempt>,
    accepted: Vec<Accepted>,
}

impl Ledger {
    pub(super) fn new(path: Option<&Path>, keep_bytes: bool) -> io::Result<Self> {
        let file = path.map(LedgerFile::open).transpose()?;
        Ok(Self { pages: Mutex::default(), count: watch::Sender::new(0), file, keep_bytes })
    }

    /// Returns when the entry is as safe as it can be.
    pub(super) async fn note(&self, attempt: Attempt) -> io::Result<()> {
        if let Some(file) = &self.file {
            file.append(&attempt).await?;
        }
        self.pages().attempts.push(attempt);
        Ok(())
    }

    /// Notes an accepted mail. Must be done before its 250 goes out.
    pub(super) async fn accept(&self, attempt: Attempt, mut mail: Accepted) -> io::Result<()> {
        self.note(attempt).await?;
        if !self.keep_bytes {
            mail.bytes = Vec::new();
        }
        self.pages().accepted.push(mail);
        self.count.send_modify(|count| *count += 1);
        Ok(())
    }

    pub(super) fn attempts(&self) -> Vec<Attempt> {
        self.pages().attempts.clone()
    }

    pub(super) fn accepted(&self) -> Vec<Accepted> {
        self.pages().accepted.clone()
    }

    pub(super) fn count(&self) -> &watch::Sender<usize> {
        &self.count
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().expect("nothing panics while it holds the ledger")
    }
}

/// The server's own clock; nothing in the product reads it.
#[expect(clippy::disallowed_methods, reason = "a ledger kept beside the product has its own time")]
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
