//! Cosignatures (<https://c2sp.org/tlog-cosignature>), with Ed25519: a witness says that a checkpoint continues
//! all that it has seen of the log before.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::note::{ED25519_KIND, NoteError, checked, id, parts, signature, split};

/// The kind of key, as notes number them.
const COSIGNATURE_KIND: u8 = 4;

/// A witness's public key. As text it is `NAME+HASH+KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key: [u8; 32],
}

/// A cosignature that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosignature<'n> {
    /// Its line in the note, without the line's end.
    pub line: &'n str,
    /// When the witness made it, by its own clock: seconds since 1970.
    pub time: u64,
}

impl WitnessKey {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// This witness's cosignature of a checkpoint. Signatures by others are passed over.
    ///
    /// # Errors
    /// It is no note, or this witness has not cosigned it.
    pub fn find<'n>(&self, note: &'n str) -> Result<Cosignature<'n>, NoteError> {
        let (text, signatures) = split(note)?;
        for line in signatures.lines() {
            let (name, bytes) = signature(line)?;
            if name == self.name && bytes.starts_with(&id(&self.name, COSIGNATURE_KIND, &self.key)) {
                let time = self.verify(text, &bytes[4..]);
                return time.map(|time| Cosignature { line, time }).ok_or_else(|| self.is_false());
            }
        }
        Err(NoteError::Unsigned(self.to_string()))
    }

    /// When it was made, if it is this key's over that text.
    fn verify(&self, text: &str, cosignature: &[u8]) -> Option<u64> {
        let (time, signature) = cosignature.split_first_chunk()?;
        let time = u64::from_be_bytes(*time);
        let message = format!("cosignature/v1\ntime {time}\n{text}");
        UnparsedPublicKey::new(&ED25519, self.key).verify(message.as_bytes(), signature).ok()?;
        i64::try_from(time).is_ok().then_some(time)
    }

    fn is_false(&self) -> NoteError {
        NoteError::False(self.name.clone())
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = hex::encode(id(&self.name, COSIGNATURE_KIND, &self.key));
        let key = STANDARD.encode([&[COSIGNATURE_KIND], &self.key[..]].concat());
        write!(f, "{}+{number}+{key}", self.name)
    }
}

impl FromStr for WitnessKey {
    type Err = NoteError;

    /// Some witnesses publish their key as one that signs notes: that is taken, too.
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, number, kind, key) = parts(text.trim())?;
        let is_known = [ED25519_KIND, COSIGNATURE_KIND].contains(&kind);
        if is_known && id(name, kind, &key) == number {
            Ok(Self { name: checked(name)?.to_owned(), key })
        } else {
            Err(NoteError::Key)
        }
    }
}
