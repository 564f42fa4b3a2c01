//! The sealer: hashes what was appended once more, extends the tree over the log, and signs it.
//!
//! ```text
//! read ─ as it was stored? ─ extend the tree ─ remember ─ sign ─ publish
//! ```
//! What it has signed it remembers outside of the database, and it never signs what
//! does not continue that: whoever rewrites the database cannot have it sealed. Then it stops
//! loudly, and so it does when the log is shorter than what was signed, as after a restore.
//!
//! Before a checkpoint is published, witnesses are asked to cosign it (`sealer/witness.rs`); afterwards it is
//! mailed and posted to those who keep it (`sealer/delivery.rs`). None of them holds up the seal for long.

mod delivery;
mod memory;
mod pause;
mod record;
mod stats;
mod way;
mod witness;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use rekey_events::seal::{Checkpoint, Flaw, NoteError, SigningKey, Verification, WitnessKey, origin};
use rekey_events::store::seal::{CheckpointRow, TreeNode, is_kept};
use rekey_events::store::{Log, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::message::Address;
use crate::web::Web;
use delivery::Recipient;
use memory::Memory;
use record::Parcel;
use way::Way;
use witness::Witness;

pub use crate::web::Uri;
pub use memory::{MemoryError, sealed_events};
pub use stats::{Delivered, SealerStats};
pub use tokio_rustls::rustls::Error as TlsError;
pub use way::Letters;

/// Events between two checkpoints, at most.
const STRETCH: i64 = 65_536;

/// Why nothing is sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The database does not answer, or holds what it must not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// History is not what it was.
    #[error("the log is not sealed any further: {0}. See docs/audit.md, \"When the sealer stops\".")]
    Flaw(#[from] Flaw),
    /// The log went back to an earlier epoch, as an old backup would.
    #[error(
        "the log is in epoch {log}, and epoch {sealed} was sealed already: an older copy of the database runs. \
         See docs/audit.md, \"When the sealer stops\"."
    )]
    Epoch {
        /// The log's epoch.
        log: i32,
        /// That of the last checkpoint.
        sealed: i32,
    },
    /// What was signed cannot be remembered.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The key's name cannot be that of a log.
    #[error(transparent)]
    Key(#[from] NoteError),
}

impl SealError {
    /// Whether the same may go well later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => error.is_passing(),
            Self::Memory(error) => error.is_passing(),
            _ => false,
        }
    }
}

/// Seals the log.
pub struct Sealer {
    log: Log,
    key: SigningKey,
    folder: PathBuf,
    /// Held from the first step on.
    memory: Option<Memory>,
    every: Duration,
    witnesses: Vec<Witness>,
    recipients: Vec<Recipient>,
    /// The checkpoint that everybody may have.
    published: watch::Sender<Option<Parcel>>,
}

impl Sealer {
    /// A sealer of `log` that signs by `key`, remembers in `folder`, and looks for new events that often.
    #[must_use]
    pub fn new(log: Log, key: SigningKey, folder: &Path, every: Duration) -> Self {
        let (folder, published) = (folder.to_owned(), watch::Sender::default());
        Self {
            log,
            key,
            folder,
            memory: None,
            every,
            witnesses: Vec::new(),
            recipients: Vec::new(),
            published,
        }
    }

    /// The same, and has a witness cosign each checkpoint; `url` is that of its `add-checkpoint`.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn with_witness(mut self, url: Uri, key: WitnessKey) -> Result<Self, TlsError> {
        self.witnesses.push(Witness::new(url, key, Web::new()?));
        Ok(self)
    }

    /// The same, and posts the newest checkpoint whenever there is one.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn with_webhook(mut self, url: Uri) -> Result<Self, TlsError> {
        let way = Way::Webhook { url, web: Web::new()? };
        self.recipients.push(Recipient::new(way, Duration::ZERO));
        Ok(self)
    }

    /// The same, and mails the first checkpoint, and then the newest that often.
    #[must_use]
    pub fn with_mail(mut self, to: Vec<Address>, every: Duration, letters: Letters) -> Self {
        let (letters, key) = (Arc::new(letters), self.key.secret("rekey checkpoint mails v1"));
        let ways = to.into_iter().map(|to| Way::Mail { to, letters: letters.clone(), key });
        self.recipients.extend(ways.map(|way| Recipient::new(way, every)));
        self
    }

    /// How far checkpoints have come.
    #[must_use]
    pub fn stats(&self) -> SealerStats {
        let witnesses = self.witnesses.iter().map(Witness::standing);
        SealerStats(witnesses.chain(self.recipients.iter().map(Recipient::standing)).collect())
    }

    /// Seals until `stop`, or until history turns out to be altered: then it ends, too. While another one
    /// uses the folder it stands by. What was published is delivered on, also when sealing has ended.
    pub async fn run(mut self, stop: CancellationToken) {
        let recipients = std::mem::take(&mut self.recipients).into_iter();
        let delivering = recipients.map(|recipient| {
            let (newest, log) = (self.published.subscribe(), self.log.clone());
            recipient.run(self.folder.clone(), newest, log, self.every, stop.clone())
        });
        let delivering = join_all(delivering);
        tokio::join!(self.seal_on(&stop), delivering);
    }

    async fn seal_on(&mut self, stop: &CancellationToken) {
        loop {
            match self.step().await {
                Ok(_) => {}
                Err(SealError::Memory(error @ MemoryError::Held(_))) => {
                    tracing::debug!(%error, "standing by")
                }
                Err(error) if error.is_passing() => tracing::warn!(%error, "sealing waits"),
                Err(error) => {
                    tracing::error!(%error, "the sealer has stopped");
                    return;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Seals what was appended since the last time; the checkpoint, if there was anything.
    ///
    /// # Errors
    /// See [`SealError`]. Nothing is signed then that was not before.
    pub async fn step(&mut self) -> Result<Option<String>, SealError> {
        let mut memory = match self.memory.take() {
            Some(memory) => memory,
            None => Memory::open(&self.folder, &self.key)?,
        };
        let sealed = self.catch_up(&mut memory).await;
        self.memory = Some(memory);
        sealed
    }

    async fn catch_up(&mut self, memory: &mut Memory) -> Result<Option<String>, SealError> {
        let head = self.log.store().head().await?;
        take_up(memory, head.epoch)?;
        self.continues(memory, head.position).await?;
        let mut signed = None;
        while memory.tree().size().cast_signed() < head.position {
            let until = head.position.min(memory.tree().size().cast_signed() + STRETCH);
            self.seal(memory, until).await?;
            self.publish(memory).await?;
            signed = Some(memory.checkpoint().to_owned());
        }
        if signed.is_none() {
            // It may not have been published yet, or not cosigned by all.
            self.publish(memory).await?;
        }
        Ok(signed)
    }

    /// Has the last checkpoint cosigned, and leaves it in the database, where everybody finds it.
    async fn publish(&mut self, memory: &mut Memory) -> Result<(), SealError> {
        if memory.checkpoint().is_empty() {
            return Ok(());
        }
        let mut note = memory.checkpoint().to_owned();
        let asked = self.witnesses.iter_mut();
        let asked = asked.map(|witness| witness.cosign(memory.checkpoint(), &self.log, &self.folder));
        note.extend(join_all(asked).await.into_iter().flatten());
        if note != memory.checkpoint() {
            memory.cosigned(&note)?;
        }
        if self.published.borrow().as_ref().is_some_and(|parcel| parcel.note == note) {
            return Ok(());
        }
        let signed_at = self.log.env().now().micros();
        let size = memory.tree().size().cast_signed();
        let row = CheckpointRow { epoch: memory.epoch(), size, note: note.clone(), signed_at };
        self.log.store().keep_checkpoint(&row).await?;
        self.published.send_replace(Some(Parcel { note, signed_at }));
        Ok(())
    }

    /// Fails unless the stored log still is the continuation of what was signed: all of it is read again at the
    /// start, and the last event each time, which no restore or failover would bring back as it was.
    async fn continues(&self, memory: &mut Memory, end: i64) -> Result<(), SealError> {
        let (size, last) = (memory.tree().size(), memory.last());
        if end < size.cast_signed() {
            return Err(Flaw::Cut { end: end.cast_unsigned(), size }.into());
        }
        if !memory.is_checked() {
            self.check(memory).await?;
            memory.checked();
        } else if size > 0 {
            let stored = self.log.store().after(size.cast_signed() - 1, 1).await?.pop();
            let leaf = stored.map(|event| event.envelope(self.log.id()).leaf());
            return if leaf == last { Ok(()) } else { Err(Flaw::Root { size, held: 0 }.into()) };
        }
        Ok(())
    }

    /// Reads again all that was signed.
    async fn check(&self, memory: &Memory) -> Result<(), SealError> {
        let anchors = self.anchors(memory).await?;
        let until = anchors.iter().map(|anchor| anchor.size).max().unwrap_or(0);
        let (mut verification, mut flaws) = (Verification::new(self.log.id(), anchors), Vec::new());
        let mut events = self.log.store().scan(0, until.cast_signed());
        while let Some(batch) = events.next().await? {
            batch.iter().for_each(|event| verification.take(event, &mut flaws));
            flaws.truncate(1);
        }
        flaws.extend(verification.end());
        flaws.into_iter().next().map_or(Ok(()), |flaw| Err(flaw.into()))
    }

    /// What the log must hold: what was signed last, and what the database has of it when the folder is empty.
    async fn anchors(&self, memory: &Memory) -> Result<Vec<Checkpoint>, SealError> {
        let origin = origin(self.key.name(), memory.epoch());
        let (size, root) = (memory.tree().size(), memory.tree().root());
        let remembered = (size > 0).then(|| Checkpoint { origin: origin.clone(), size, root });
        let newest = self.log.store().newest_checkpoint().await?.map(|row| row.note);
        let verifier = self.key.named(&origin)?.verifier();
        let published = newest.and_then(|note| Checkpoint::open(&note, &verifier).ok());
        Ok(remembered.into_iter().chain(published).collect())
    }

    /// Signs the tree up to a position.
    async fn seal(&self, memory: &mut Memory, until: i64) -> Result<(), SealError> {
        let mut verification = memory.verification(self.log.id());
        let (mut nodes, mut flaws): (Vec<TreeNode>, _) = (Vec::new(), Vec::new());
        let mut leaf = memory.last();
        let mut events = self.log.store().scan(memory.tree().size().cast_signed(), until);
        while let Some(batch) = events.next().await? {
            for event in &batch {
                verification.take_telling(event, &mut flaws, |height, place, hash| {
                    nodes.extend(is_kept(height).then_some((height, place, *hash)));
                });
                if let Some(flaw) = flaws.pop() {
                    return Err(flaw.into());
                }
                leaf = Some(event.leaf);
            }
        }
        let tree = verification.tree();
        let last = tree.size().cast_signed();
        if last != until {
            return Err(Flaw::Head { said: until, first: 1, last }.into());
        }
        self.log.store().keep_tree_nodes(&nodes).await?;
        let origin = origin(self.key.name(), memory.epoch());
        let checkpoint = Checkpoint { size: tree.size(), root: tree.root(), origin: origin.clone() };
        let note = checkpoint.sign(&self.key.named(&origin)?)?;
        Ok(memory.remember(tree, leaf, &note)?)
    }
}

/// Goes on with the epoch's tree, or begins it.
fn take_up(memory: &mut Memory, epoch: i32) -> Result<(), SealError> {
    match memory.epoch() {
        sealed if sealed == epoch => Ok(()),
        sealed if sealed > epoch => Err(SealError::Epoch { log: epoch, sealed }),
        _ => {
            memory.begin(epoch);
            Ok(())
        }
    }
}
