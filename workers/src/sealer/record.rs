//! Who has which checkpoint: a file for each that gets them, beside what was signed.

use std::path::{Path, PathBuf};

use rekey_events::Moment;
use rekey_events::seal::Checkpoint;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::memory::write_whole;

/// A checkpoint to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parcel {
    /// The signed note.
    pub(super) note: String,
    /// When it was signed, µs since 1970.
    pub(super) signed_at: i64,
}

/// What somebody has.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    /// Who.
    to: String,
    /// Of which tree they have a checkpoint; empty when they have none.
    pub(super) origin: String,
    /// Of how many events.
    pub(super) size: u64,
    /// When they got it, µs since 1970.
    at: i64,
    /// What is on its way: tried again it is the same, byte for byte.
    pub(super) pending: Option<Parcel>,
    #[serde(skip)]
    path: PathBuf,
}

impl Record {
    /// What is remembered of somebody; nothing when the file is lost.
    pub(super) fn open(folder: &Path, kind: &str, to: &str) -> Self {
        let tag = hex::encode(&Sha256::digest(to)[..4]);
        let path = folder.join(format!("{kind}-{tag}.json"));
        let kept = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        Self { to: to.to_owned(), path, ..kept.unwrap_or_default() }
    }

    /// When they got the last one.
    pub(super) fn at(&self) -> Moment {
        Moment::from_micros(self.at)
    }

    /// Of how many events of this tree they have a checkpoint.
    pub(super) fn size_of(&self, origin: &str) -> u64 {
        if self.origin == origin { self.size } else { 0 }
    }

    /// They have a checkpoint now.
    pub(super) fn has(&mut self, checkpoint: &Checkpoint, now: Moment) {
        (self.origin, self.size) = (checkpoint.origin.clone(), checkpoint.size);
        (self.at, self.pending) = (now.micros(), None);
        self.keep();
    }

    /// Remembers it. What is forgotten is told once more, which harms nobody.
    pub(super) fn keep(&self) {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        if let Err(error) = write_whole(&self.path, &text) {
            tracing::warn!(file = %self.path.display(), %error, "what was delivered cannot be remembered");
        }
    }
}
