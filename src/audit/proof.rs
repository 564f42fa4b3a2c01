//! Proof of one event, without the others: that it is in the log as it was signed. A tlog-proof
//! (<https://c2sp.org/tlog-proof>), whose extra data are the event.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rekey_events::seal::{Checkpoint, Hash, proof};
use rekey_events::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::line::EventLine;
use super::verify::{Trust, VerifyError, Witnessed};

/// The first line.
const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// No such event.
    #[error("the log has no event at position {0}")]
    Nothing(i64),
    /// Nobody has signed it yet.
    #[error(
        "the event at position {0} is not sealed yet: wait until the sealer has signed it, a few seconds"
    )]
    Unsealed(i64),
    /// What the database holds is not what was signed.
    #[error(
        "the event at position {0} is not in the tree that was signed: see what `rekey audit verify` says"
    )]
    Broken(i64),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The event's bytes are none that rekey wrote.
    #[error("the event at position {0} has bytes that are no text: they are not what rekey wrote")]
    NoText(i64),
    /// It cannot be written as JSON.
    #[error("the event cannot be told: {0}")]
    Line(#[from] serde_json::Error),
}

/// What a proof carries beside the hashes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    log: Uuid,
    event: EventLine,
}

/// An event that was proven.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The log's id.
    pub log: Uuid,
    /// The event.
    pub event: EventLine,
    /// Who vouches for it: the checkpoint it is under.
    pub checkpoint: Checkpoint,
    /// What the witnesses say of it.
    pub witnesses: Vec<Witnessed>,
}

/// Whether a file is a proof, by how it begins.
#[must_use]
pub fn is_proof(bytes: &[u8]) -> bool {
    bytes.starts_with(HEAD.as_bytes())
}

/// The proof of the event at a position, under the newest checkpoint.
///
/// # Errors
/// See [`ProofError`].
pub async fn prove(store: &Store, position: i64) -> Result<String, ProofError> {
    let checkpoint = store.newest_checkpoint().await?.filter(|checkpoint| checkpoint.size >= position);
    let event = store.after(position - 1, 1).await?.pop().filter(|event| event.position == position);
    let event = event.ok_or(ProofError::Nothing(position))?;
    let checkpoint = checkpoint.ok_or(ProofError::Unsealed(position))?;
    let index = position.cast_unsigned() - 1;
    let stretches = proof::inclusion(index, checkpoint.size.cast_unsigned());
    let hashes = store.tree_hashes(&stretches.unwrap_or_default()).await?;
    let log = store.head().await?.log;
    let leaf = event.envelope(log).leaf();
    let is_in = Checkpoint::read(&checkpoint.note)
        .is_ok_and(|signed| proof::includes(&signed.root, signed.size, index, &leaf, &hashes));
    if !is_in {
        return Err(ProofError::Broken(position));
    }
    let event = EventLine::new(event).ok_or(ProofError::NoText(position))?;
    let extra = STANDARD.encode(serde_json::to_vec(&Extra { log, event })?);
    let hashes: String = hashes.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
    Ok(format!("{HEAD}\nextra {extra}\nindex {index}\n{hashes}\n{}", checkpoint.note))
}

/// Checks a proof.
///
/// # Errors
/// It is none, or does not hold: the text says which.
pub fn check(text: &str, trust: &Trust) -> Result<Proven, VerifyError> {
    let malformed = || VerifyError::Proof("it is none, or was changed".to_owned());
    let (proof, note) = text.split_once("\n\n").ok_or_else(malformed)?;
    let checkpoint =
        trust.open(note).map_err(|error| VerifyError::Checkpoint("its checkpoint".to_owned(), error))?;
    let witnesses = trust.witnessed(note, checkpoint.size);
    let mut lines = proof.lines().skip(1);
    let mut named = |name: &str| lines.next()?.strip_prefix(name).map(str::to_owned);
    let extra = named("extra ").and_then(|extra| STANDARD.decode(extra).ok());
    let Extra { log, event } =
        extra.and_then(|extra| serde_json::from_slice(&extra).ok()).ok_or_else(malformed)?;
    let index: u64 = named("index ").and_then(|index| index.parse().ok()).ok_or_else(malformed)?;
    let hashes: Option<Vec<Hash>> = lines.map(|line| STANDARD.decode(line).ok()?.try_into().ok()).collect();
    let leaf = event.clone().into_event(log).leaf;
    let is_its = event.position.checked_sub(1) == i64::try_from(index).ok();
    let is_in = hashes
        .is_some_and(|hashes| proof::includes(&checkpoint.root, checkpoint.size, index, &leaf, &hashes));
    if is_its && is_in { Ok(Proven { log, event, checkpoint, witnesses }) } else { Err(malformed()) }
}
