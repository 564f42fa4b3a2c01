//! The key file: what signs links, seals secrets and blinds what is typed.
//!
//! One root key per id; every purpose gets a key of its own derived from it.
//! To rotate, add a key with a new id at the end: it is used from then on, the
//! others still verify and open until they are taken out.

mod file;

use std::path::{Path, PathBuf};

use rekey_events::Env;
use rekey_events::env::random;
use rekey_events::keys::{Key, LinkKeys};

pub use file::{KeyError, append};
use file::{KeyFile, RootKey};

/// All keys.
#[derive(Clone, Debug)]
pub struct Keys {
    development: bool,
    roots: Vec<(u8, Key)>,
    links: LinkKeys,
    seals: Vec<(u8, Key)>,
}

impl Keys {
    /// Fresh keys.
    #[must_use]
    pub fn generate(env: &dyn Env, development: bool) -> Self {
        Self::from_root(development, (1, Key::new(random(env))), Vec::new())
    }

    fn from_root(development: bool, first: (u8, Key), others: Vec<(u8, Key)>) -> Self {
        let mut roots = vec![first];
        roots.extend(others);
        let derive =
            |purpose: &str| roots.iter().map(|(id, key)| (*id, key.derive(purpose))).collect::<Vec<_>>();
        // There is at least one root, so there is at least one of each.
        let links =
            LinkKeys::new(derive("reset link")).unwrap_or_else(|| unreachable!("at least one root key"));
        Self { development, links, seals: derive("seal"), roots }
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// It cannot be read, or is no key file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let file = KeyFile::read(path)?;
        let mut roots = file.roots(path)?.into_iter();
        let first = roots.next().ok_or_else(|| KeyError::malformed(path, "it holds no key"))?;
        Ok(Self::from_root(file.development, first, roots.collect()))
    }

    /// Writes the keys to a new file that only its owner can read.
    ///
    /// # Errors
    /// It exists already, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let keys = self.roots.iter().map(|(id, key)| RootKey::new(*id, key)).collect();
        KeyFile { development: self.development, keys }.write(path)?;
        // Left by keys that were here before; these are new.
        let marker = used_marker(path);
        match std::fs::remove_file(&marker) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(KeyError::File(marker.display().to_string(), error))
            }
            _ => Ok(()),
        }
    }

    /// Whether these are for development only.
    #[must_use]
    pub fn development(&self) -> bool {
        self.development
    }

    /// The keys for reset links.
    #[must_use]
    pub fn links(&self) -> &LinkKeys {
        &self.links
    }

    /// The key that seals, and its id.
    #[must_use]
    pub fn newest_seal(&self) -> (u8, &Key) {
        let (id, key) = &self.seals[self.seals.len() - 1];
        (*id, key)
    }

    /// The sealing key with this id.
    #[must_use]
    pub fn seal(&self, id: u8) -> Option<&Key> {
        self.seals.iter().find(|(known, _)| *known == id).map(|(_, key)| key)
    }

    /// Hex of a keyed hash of `parts`, for things that must be compared but not
    /// known: what was typed, where from, under which idempotency key.
    #[must_use]
    pub fn blind(&self, purpose: &str, parts: &[&str]) -> String {
        let parts: Vec<_> = parts.iter().map(|part| part.as_bytes()).collect();
        let (_, newest) = &self.roots[self.roots.len() - 1];
        hex::encode(&newest.derive(purpose).mac(&parts)[..16])
    }

    /// The key of Message-IDs: the oldest, so that a mail tried again after a
    /// rotation is the same bytes.
    #[must_use]
    pub fn message_id(&self) -> Key {
        self.roots[0].1.derive("message id")
    }
}

/// The file beside a key file that names the log whose links and factors need these keys, once it has events.
#[must_use]
pub fn used_marker(key_file: &Path) -> PathBuf {
    key_file.with_added_extension("used")
}

#[cfg(test)]
mod tests {
    use rekey_events::Moment;
    use rekey_events::env::ManualEnv;

    use super::*;
    use crate::text_file::tests::as_saved;

    #[test]
    fn a_key_file_is_read_however_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let keys = Keys::generate(&ManualEnv::new(Moment::from_micros(0), 1), false);
        keys.write(&path).unwrap();
        for saved in as_saved(&std::fs::read_to_string(&path).unwrap()) {
            std::fs::write(&path, &saved).unwrap();
            let read = Keys::read(&path).unwrap();
            assert_eq!(read.message_id().expose(), keys.message_id().expose(), "{saved:?}");
        }
    }
}
