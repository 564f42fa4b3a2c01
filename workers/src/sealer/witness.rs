//! A witness: somebody elsewhere who remembers the log's newest checkpoint and signs none that does not continue it
//! (<https://c2sp.org/tlog-witness>).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rekey_events::Moment;
use rekey_events::seal::{Checkpoint, NoteError, WitnessKey, proof};
use rekey_events::store::{Log, Store, StoreError};

use super::pause::Pause;
use super::record::Record;
use super::stats::Standing;
use crate::web::{Answer, Uri, Web, WebError};

const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);
const SIZE: &str = "text/x.tlog.size";

/// Why a witness has not cosigned.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Web(#[from] WebError),
    #[error("the proof cannot be made: {0}")]
    Proof(#[from] StoreError),
    #[error("it does not know this log, or not at this address (404): give its operator the public key")]
    Unknown,
    #[error("it does not know the key that signs (403): give its operator the public key")]
    Stranger,
    #[error("it has seen another log by this name (409)")]
    Another,
    #[error("it has seen {0} events, more than are sealed here (409): an older copy runs, or another sealer")]
    Ahead(u64),
    #[error("the log does not continue what it has seen (422)")]
    Forked,
    #[error("it answered {0}")]
    Status(u16),
    #[error("its answer is no cosignature: {0}")]
    False(NoteError),
}

impl Refusal {
    /// Whether the same may go well later by itself.
    fn is_passing(&self) -> bool {
        match self {
            Self::Web(_) => true,
            Self::Proof(error) => error.is_passing(),
            Self::Status(status) => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}

/// A witness, and how it does.
pub(super) struct Witness {
    url: Uri,
    key: WitnessKey,
    web: Web,
    /// What it has cosigned; read when the folder is ours.
    record: Option<Record>,
    pause: Pause,
    standing: Arc<Standing>,
}

impl Witness {
    pub(super) fn new(url: Uri, key: WitnessKey, web: Web) -> Self {
        let (pause, standing) = (Pause::of_at_most(LONGEST_PAUSE), Standing::new("witness"));
        Self { url, key, web, record: None, pause, standing }
    }

    pub(super) fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }

    /// The line by which it cosigns the checkpoint, unless that has it, or the witness is away. Asked within the
    /// sealer's step: its patience bounds that, and its pauses have it asked rarely while it is away.
    pub(super) async fn cosign(&mut self, note: &str, log: &Log, folder: &Path) -> Option<String> {
        let checkpoint = Checkpoint::read(note).ok()?;
        if self.key.find(note).is_ok() {
            self.standing.reached(checkpoint.size);
            return None;
        }
        if !self.pause.is_over(log.env().now()) {
            return None;
        }
        let record = self.record.get_or_insert_with(|| Record::open(folder, "witness", self.key.name()));
        let known = record.size_of(&checkpoint.origin);
        match self.ask(note, &checkpoint, known, log.store()).await {
            Ok(line) => {
                self.took(&checkpoint, log.env().now());
                Some(line)
            }
            Err(refusal) => {
                self.refused(&refusal, &checkpoint, log.env().now());
                None
            }
        }
    }

    fn took(&mut self, checkpoint: &Checkpoint, now: Moment) {
        self.pause.end();
        self.standing.reached(checkpoint.size);
        if let Some(record) = &mut self.record {
            record.has(checkpoint, now);
        }
    }

    fn refused(&mut self, refusal: &Refusal, checkpoint: &Checkpoint, now: Moment) {
        self.pause.begin(now);
        self.standing.failed();
        let (witness, size) = (self.key.name(), checkpoint.size);
        if refusal.is_passing() {
            tracing::warn!(witness, size, %refusal, "a witness is away; it is asked again");
        } else {
            tracing::error!(witness, size, %refusal, "a witness does not cosign the log");
        }
    }

    /// Asks from where the witness is thought to be, and, when it says otherwise, once more from there.
    async fn ask(
        &self,
        note: &str,
        checkpoint: &Checkpoint,
        known: u64,
        store: &Store,
    ) -> Result<String, Refusal> {
        let mut answer = self.add(note, checkpoint, known, store).await?;
        if let Some(seen) = size(&answer).filter(|seen| *seen != known) {
            if seen > checkpoint.size {
                return Err(Refusal::Ahead(seen));
            }
            answer = self.add(note, checkpoint, seen, store).await?;
        }
        match answer.status {
            200 => self.line(note, &answer.text),
            403 => Err(Refusal::Stranger),
            404 => Err(Refusal::Unknown),
            409 => Err(Refusal::Another),
            422 => Err(Refusal::Forked),
            status => Err(Refusal::Status(status)),
        }
    }

    /// One `add-checkpoint`.
    async fn add(
        &self,
        note: &str,
        checkpoint: &Checkpoint,
        old: u64,
        store: &Store,
    ) -> Result<Answer, Refusal> {
        let stretches = proof::consistency(old, checkpoint.size).unwrap_or_default();
        let hashes = store.tree_hashes(&stretches).await?;
        let hashes: String = hashes.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
        Ok(self.web.post(&self.url, format!("old {old}\n{hashes}\n{note}")).await?)
    }

    /// The witness's line among those that it answered.
    fn line(&self, note: &str, lines: &str) -> Result<String, Refusal> {
        let cosigned = format!("{note}{lines}");
        let found = self.key.find(&cosigned).map_err(Refusal::False)?;
        Ok(format!("{}\n", found.line))
    }
}

/// How many events the witness has seen, when it says so.
fn size(answer: &Answer) -> Option<u64> {
    let says = answer.status == 409 && answer.content_type.starts_with(SIZE);
    says.then(|| answer.text.trim_end().parse().ok()).flatten()
}
