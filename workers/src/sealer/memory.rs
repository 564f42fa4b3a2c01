//! What the sealer has signed, in a folder of its own: out of reach of whoever can change the database.
//!
//! `checkpoint` is the last one, for anybody to copy; `tree.json` is what it takes to go on.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rekey_events::seal::{Checkpoint, Frontier, Hash, NoteError, SigningKey, Verification, origin};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why the memory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(String, io::Error),
    /// Somebody else uses it.
    #[error("another sealer uses {0}: there is one for a log")]
    Held(String),
    /// It is not what a sealer left.
    #[error(
        "{0} does not hold what a sealer with this key left: {1}. Put back the right folder or key; \
         to begin anew where all is lost, empty the folder."
    )]
    Strange(String, String),
}

impl MemoryError {
    /// Whether the same may go well later: the disk was full, say.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::File(..) | Self::Held(_))
    }
}

/// The file `tree.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remembered {
    epoch: i32,
    /// The roots of the tree's complete subtrees, the largest first, as hex.
    roots: Vec<String>,
    /// The last leaf, as hex.
    last: Option<String>,
    /// The checkpoint over them.
    checkpoint: String,
}

/// What was signed last.
#[derive(Debug)]
pub(super) struct Memory {
    folder: PathBuf,
    epoch: i32,
    tree: Frontier,
    last: Option<Hash>,
    /// The checkpoint over it, with the signatures it has; empty before the first.
    checkpoint: String,
    /// Whether the stored log was held against it since the start.
    is_checked: bool,
    /// Held as long as the memory is.
    _held: File,
}

impl Memory {
    /// What is in the folder, which is made if need be.
    ///
    /// # Errors
    /// See [`MemoryError`].
    pub(super) fn open(folder: &Path, key: &SigningKey) -> Result<Self, MemoryError> {
        let named = |error| MemoryError::File(folder.display().to_string(), error);
        fs::create_dir_all(folder).map_err(named)?;
        let held = File::options().append(true).create(true).open(folder.join("lock")).map_err(named)?;
        match held.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(MemoryError::Held(folder.display().to_string())),
            Err(TryLockError::Error(error)) => return Err(named(error)),
        }
        let (epoch, tree, last, checkpoint) = match fs::read_to_string(folder.join("tree.json")) {
            Ok(text) => {
                read(&text, key).map_err(|why| MemoryError::Strange(folder.display().to_string(), why))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                (0, Frontier::default(), None, String::new())
            }
            Err(error) => return Err(named(error)),
        };
        Ok(Self { folder: folder.to_owned(), epoch, tree, last, checkpoint, is_checked: false, _held: held })
    }

    /// The epoch whose tree it is; 0 before the first.
    pub(super) fn epoch(&self) -> i32 {
        self.epoch
    }

    /// The tree that was signed last.
    pub(super) fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// The last leaf of it, if it has any.
    pub(super) fn last(&self) -> Option<Hash> {
        self.last
    }

    /// The checkpoint over it, with the signatures it has; empty before the first of the epoch.
    pub(super) fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// Whether the stored log was held against it since the start.
    pub(super) fn is_checked(&self) -> bool {
        self.is_checked
    }

    /// It was.
    pub(super) fn checked(&mut self) {
        self.is_checked = true;
    }

    /// Begins an epoch: its tree is another one, from the first event on.
    pub(super) fn begin(&mut self, epoch: i32) {
        self.epoch = epoch;
        self.tree = Frontier::default();
        self.last = None;
        self.checkpoint.clear();
        self.is_checked = false;
    }

    /// Goes on with the tree of the log with that id.
    pub(super) fn verification(&self, log: Uuid) -> Verification {
        Verification::onwards(log, self.tree.clone())
    }

    /// Remembers the tree; durable when this returns, and only then to be told.
    pub(super) fn remember(
        &mut self,
        tree: &Frontier,
        last: Option<Hash>,
        checkpoint: &str,
    ) -> Result<(), MemoryError> {
        let roots = tree.roots().iter().map(hex::encode).collect();
        let remembered = Remembered {
            epoch: self.epoch,
            roots,
            last: last.map(hex::encode),
            checkpoint: checkpoint.to_owned(),
        };
        let text = serde_json::to_string_pretty(&remembered).unwrap_or_default();
        self.write("tree.json", &text)?;
        self.write("checkpoint", checkpoint)?;
        (self.tree, self.last, self.checkpoint) = (tree.clone(), last, checkpoint.to_owned());
        Ok(())
    }

    /// Remembers the same checkpoint with more signatures.
    pub(super) fn cosigned(&mut self, checkpoint: &str) -> Result<(), MemoryError> {
        let tree = self.tree.clone();
        self.remember(&tree, self.last, checkpoint)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), MemoryError> {
        let path = self.folder.join(name);
        write_whole(&path, text).map_err(|error| MemoryError::File(path.display().to_string(), error))
    }
}

/// Writes a file whole, or not at all.
pub(super) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_added_extension("new");
    let mut file = File::create(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// How many events the last checkpoint in a sealer's folder is over; nothing where none was signed.
///
/// # Errors
/// It cannot be read, or is not a checkpoint.
pub fn sealed_events(folder: &Path) -> io::Result<Option<u64>> {
    let text = match fs::read_to_string(folder.join("checkpoint")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    // Origin, size and root hash, a line each: https://c2sp.org/tlog-checkpoint.
    let size = text.lines().nth(1).and_then(|size| size.parse().ok());
    size.map(Some).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its file checkpoint is not one"))
}

/// Epoch, tree, last leaf and checkpoint, as they were signed.
fn read(text: &str, key: &SigningKey) -> Result<(i32, Frontier, Option<Hash>, String), String> {
    let remembered: Remembered = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let verifier = key.named(&origin(key.name(), remembered.epoch)).map(|key| key.verifier());
    let opened = verifier.and_then(|verifier| Checkpoint::open(&remembered.checkpoint, &verifier));
    let checkpoint = opened.map_err(|error: NoteError| error.to_string())?;
    let hash = |text: &String| hex::decode(text).ok()?.try_into().ok();
    let roots: Option<Vec<Hash>> = remembered.roots.iter().map(hash).collect();
    let tree = roots.and_then(|roots| Frontier::new(checkpoint.size, roots));
    match tree {
        Some(tree) if tree.root() == checkpoint.root => {
            let last = remembered.last.as_ref().and_then(hash);
            Ok((remembered.epoch, tree, last, remembered.checkpoint))
        }
        _ => Err("its tree is not the one that was signed".to_owned()),
    }
}
