//! Checkpoints: which tree, how large, and its root (<https://c2sp.org/tlog-checkpoint>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::note::{NoteError, SigningKey, VerifierKey, split};
use super::tree::Hash;

/// What was true of a log when it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: see [`origin`].
    pub origin: String,
    /// How many events it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// How an epoch of a log is called. A restore that lost events begins another epoch, whose
/// tree is not the one that was signed before: so it has another name, too.
#[must_use]
pub fn origin(name: &str, epoch: i32) -> String {
    format!("{name}/{epoch}")
}

impl Checkpoint {
    /// The note's text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The signed note.
    ///
    /// # Errors
    /// The key has another name than the log.
    pub fn sign(&self, key: &SigningKey) -> Result<String, NoteError> {
        let is_its = key.name() == self.origin;
        is_its.then(|| key.sign(&self.text())).ok_or_else(|| NoteError::Name(key.name().to_owned()))
    }

    /// What a signed note says, if the key has signed it.
    ///
    /// # Errors
    /// It has not, or for another log, or it is no checkpoint.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        let checkpoint = Self::parse(key.open(note)?)?;
        let is_its = key.name() == checkpoint.origin;
        is_its.then_some(checkpoint).ok_or_else(|| NoteError::Unsigned(key.to_string()))
    }

    /// What a note says, whoever has signed it.
    ///
    /// # Errors
    /// It is no checkpoint.
    pub fn read(note: &str) -> Result<Self, NoteError> {
        Self::parse(split(note)?.0)
    }

    fn parse(text: &str) -> Result<Self, NoteError> {
        // Lines that others may add are not ours to judge.
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Malformed);
        };
        let number: u64 = size.parse().map_err(|_| NoteError::Malformed)?;
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let is_canonical = number.to_string() == size && !origin.is_empty();
        match root {
            Some(root) if is_canonical => Ok(Self { origin: origin.to_owned(), size: number, root }),
            _ => Err(NoteError::Malformed),
        }
    }
}
