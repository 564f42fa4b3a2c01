//! The ledger on disk: JSON lines, synced before anybody hears of them.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::mpsc,
    thread,
};

use tokio::sync::oneshot;

use super::ledger::Attempt;

type Entry = (Vec<u8>, oneshot::Sender<()>);

/// One thread writes; entries that come in during a sync share the next one.
pub(super) struct LedgerFile {
    entries: mpsc::Sender<Entry>,
}

impl LedgerFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let (entries, inbox) = mpsc::channel();
        thread::Builder::new().name("ledger".to_owned()).spawn(move || write_all(file, &inbox))?;
        Ok(Self { entries })
    }

    pub(super) async fn append(&self, attempt: &Attempt) -> io::Result<()> {
        let mut line = serde_json::to_vec(attempt)?;
        line.push(b'\n');
        let (written, done) = oneshot::channel();
        self.entries.send((line, written)).map_err(io::Error::other)?;
        done.await.map_err(io::Error::other)
    }
}

/// Ends when the ledger is gone, or with the first error: the entries then waiting are refused.
fn write_all(mut file: File, inbox: &mpsc::Receiver<Entry>) {
    while let Ok(first) = inbox.recv() {
        let batch: Vec<Entry> = std::iter::once(first).chain(inbox.try_iter()).collect();
        let bytes: Vec<u8> = batch.iter().flat_map(|(line, _)| line.iter().copied()).collect();
        if file.write_all(&bytes).and_then(|()| file.sync_data()).is_err() {
            return;
        }
        for (_, written) in batch {
            let _ = written.send(());
        }
    }
}
