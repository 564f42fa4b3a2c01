//! Keys, each for one purpose, by id so that they can be rotated.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

/// A secret of 32 bytes. It is never serialised and never shown.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// The key with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for a cipher or a file.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key of its own for `purpose`, derived from this one.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        Self(self.mac(&[b"rekey derive\0", purpose.as_bytes()]))
    }

    /// HMAC-SHA256 (RFC 2104) over `parts`, each after its length, so that no
    /// two lists of parts give the same input.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.start();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn start(&self) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length")
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The keys for reset links: the newest signs, all verify.
#[derive(Clone, Debug)]
pub struct LinkKeys(Vec<(u8, Key)>);

impl LinkKeys {
    /// Keys with their ids, the newest last. `None` when there is none.
    #[must_use]
    pub fn new(keys: Vec<(u8, Key)>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The newest.
    #[must_use]
    pub fn newest(&self) -> (u8, &Key) {
        let (id, key) = &self.0[self.0.len() - 1];
        (*id, key)
    }

    /// The one with this id.
    #[must_use]
    pub fn get(&self, id: u8) -> Option<&Key> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, key)| key)
    }
}
