//! Signed notes and their keys (<https://c2sp.org/signed-note>), with Ed25519.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// The kind of key, as notes number them.
pub(super) const ED25519_KIND: u8 = 1;
/// What a signature line begins with.
const DASH: &str = "\u{2014} ";

/// Why a note or a key is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// No signed note.
    #[error("this is no signed note: a text, an empty line, and lines of signatures")]
    Malformed,
    /// Nobody who is trusted has signed it.
    #[error("it has no signature of {0}")]
    Unsigned(String),
    /// It is signed by the key's name, and by another key or over another text.
    #[error("the signature of {0} is false: another key made it, or the text was changed")]
    False(String),
    /// No key.
    #[error("this is no key of signed notes: NAME+HASH+KEY in base64, of Ed25519")]
    Key,
    /// No name.
    #[error("{0:?} cannot be a key's name: it must not be empty, nor have blanks or a plus")]
    Name(String),
}

/// A key that signs notes. It is never shown; as a file it is [`SigningKey::expose`].
#[derive(Clone, ZeroizeOnDrop)]
pub struct SigningKey {
    #[zeroize(skip)]
    name: String,
    seed: [u8; 32],
}

impl SigningKey {
    /// The key of that name with that seed (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// The name cannot be one.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, NoteError> {
        Ok(Self { name: checked(name)?.to_owned(), seed })
    }

    /// The same key under another name.
    ///
    /// # Errors
    /// The name cannot be one.
    pub fn named(&self, name: &str) -> Result<Self, NoteError> {
        Self::new(name, self.seed)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What others verify with.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair().public_key().as_ref());
        VerifierKey { name: self.name.clone(), key }
    }

    /// The text with a line that signs it.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let verifier = self.verifier();
        let signature = [&verifier.id()[..], self.pair().sign(text.as_bytes()).as_ref()].concat();
        format!("{text}\n{DASH}{} {}\n", self.name, STANDARD.encode(signature))
    }

    /// A secret that only the holder of this key has, for a purpose of that name.
    #[must_use]
    pub fn secret(&self, purpose: &str) -> [u8; 32] {
        // A key shorter than the block is filled up with zeros (RFC 2104 section 2); done here, it cannot fail.
        let mut block = Zeroizing::new([0; 64]);
        block[..self.seed.len()].copy_from_slice(&self.seed);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*block).into());
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The key in clear: `PRIVATE+KEY+NAME+HASH+KEY`, as the tools of notes have it.
    #[must_use]
    pub fn expose(&self) -> String {
        let key = STANDARD.encode([&[ED25519_KIND], &self.seed[..]].concat());
        format!("PRIVATE+KEY+{}+{}+{key}", self.name, hex::encode(self.verifier().id()))
    }

    #[expect(clippy::expect_used, reason = "every seed of 32 bytes is one of Ed25519")]
    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&self.seed).expect("a seed of 32 bytes")
    }
}

impl FromStr for SigningKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let rest = text.trim().strip_prefix("PRIVATE+KEY+").ok_or(NoteError::Key)?;
        let (name, id, kind, seed) = parts(rest)?;
        let key = Self::new(name, seed)?;
        if kind == ED25519_KIND && key.verifier().id() == id { Ok(key) } else { Err(NoteError::Key) }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, …)", self.name)
    }
}

/// A public key. As text it is `NAME+HASH+KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: [u8; 32],
}

impl VerifierKey {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a signature names it by: the beginning of a hash over name and key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        id(&self.name, ED25519_KIND, &self.key)
    }

    /// The text of a note that this key has signed. Signatures by others are passed over.
    ///
    /// # Errors
    /// It is no note, or this key has not signed it.
    pub fn open<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        let (text, signatures) = split(note)?;
        let mut ours = signatures.lines().map(signature).filter_map(|line| match line {
            Ok((name, bytes)) => (name == self.name && bytes.starts_with(&self.id())).then_some(Ok(bytes)),
            Err(error) => Some(Err(error)),
        });
        let bytes = ours.next().unwrap_or_else(|| Err(NoteError::Unsigned(self.to_string())))?;
        let key = UnparsedPublicKey::new(&ED25519, self.key);
        let verified = key.verify(text.as_bytes(), &bytes[4..]);
        verified.map(|()| text).map_err(|_| NoteError::False(self.name.clone()))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519_KIND], &self.key[..]].concat());
        write!(f, "{}+{}+{key}", self.name, hex::encode(self.id()))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, kind, key) = parts(text.trim())?;
        let key = Self { name: checked(name)?.to_owned(), key };
        if kind == ED25519_KIND && key.id() == id { Ok(key) } else { Err(NoteError::Key) }
    }
}

/// The text of a note, and its lines of signatures.
///
/// # Errors
/// It is no note.
pub fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let end = note.rfind("\n\n").ok_or(NoteError::Malformed)? + 1;
    let (text, signatures) = (&note[..end], &note[end + 1..]);
    let is_whole = signatures.ends_with('\n') && !note.chars().any(|c| c.is_control() && c != '\n');
    if is_whole { Ok((text, signatures)) } else { Err(NoteError::Malformed) }
}

/// Whose signature a line is, and the bytes: the key's id, then the signature.
pub(super) fn signature(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let named = line.strip_prefix(DASH).and_then(|line| line.split_once(' '));
    let (name, signature) = named.ok_or(NoteError::Malformed)?;
    let bytes = STANDARD.decode(signature).map_err(|_| NoteError::Malformed)?;
    if bytes.len() > 4 { Ok((checked(name)?, bytes)) } else { Err(NoteError::Malformed) }
}

/// What signatures name a key by: the beginning of a hash over its name, its kind and itself.
pub(super) fn id(name: &str, kind: u8, key: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', kind]).chain_update(key).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Name, id, kind and the key itself.
type Parts<'t> = (&'t str, [u8; 4], u8, [u8; 32]);

/// What a key in text is made of.
pub(super) fn parts(text: &str) -> Result<Parts<'_>, NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::Key);
    };
    let id = hex::decode(id).ok().and_then(|id| id.try_into().ok()).ok_or(NoteError::Key)?;
    let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    let (kind, key) = key.split_first().ok_or(NoteError::Key)?;
    Ok((name, id, *kind, key.try_into().map_err(|_| NoteError::Key)?))
}

pub(super) fn checked(name: &str) -> Result<&str, NoteError> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
        return Err(NoteError::Name(name.to_owned()));
    }
    Ok(name)
}
