//! The key file: what signs links, seals secrets and blinds what is typed.
//!
//! One root key per id; every purpose gets a key of its own derived from it.
//! To rotate, add a key with a new id at the end: it is used from then on, the
//! others still verify and open until they are taken out.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rekey_events::Env;
use rekey_events::env::random;
use rekey_events::keys::{Key, LinkKeys};
use serde::{Deserialize, Serialize};

use crate::text_file::read_text;

/// The file as written: TOML.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    /// Whether these were made by `rekey dev`; `rekey serve` refuses them.
    development: bool,
    keys: Vec<RootKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootKey {
    id: u8,
    key: String,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the key file {0} cannot be used: {1}")]
    File(String, std::io::Error),
    /// It is no key file.
    #[error("{0} is no key file: {1}. Make one with `rekey keys generate {0}`.")]
    Malformed(String, String),
}

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
        let name = path.display().to_string();
        let text = read_text(path).map_err(|error| KeyError::File(name.clone(), error))?;
        let malformed = |why: String| KeyError::Malformed(name.clone(), why);
        let file: KeyFile = toml::from_str(&text).map_err(|error| malformed(error.message().to_owned()))?;
        let mut roots = file.keys.iter().map(|root| {
            parse(root).ok_or_else(|| malformed(format!("key {} is not 32 bytes of hex", root.id)))
        });
        let first = roots.next().ok_or_else(|| malformed("it holds no key".to_owned()))??;
        let others = roots.collect::<Result<_, _>>()?;
        let ids: BTreeSet<_> = file.keys.iter().map(|root| root.id).collect();
        if ids.len() < file.keys.len() {
            return Err(KeyError::Malformed(name, "two keys have the same id".to_owned()));
        }
        Ok(Self::from_root(file.development, first, others))
    }

    /// Writes the keys to a new file that only its owner can read.
    ///
    /// # Errors
    /// It exists already, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let keys =
            self.roots.iter().map(|(id, key)| RootKey { id: *id, key: hex::encode(key.expose()) }).collect();
        let file = KeyFile { development: self.development, keys };
        let failed = |error| KeyError::File(path.display().to_string(), error);
        let text = toml::to_string(&file).map_err(|error| failed(std::io::Error::other(error)))?;
        let mut out =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
        // Left by keys that were here before; these are new.
        match std::fs::remove_file(used_marker(path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
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

fn parse(root: &RootKey) -> Option<(u8, Key)> {
    let bytes: [u8; 32] = hex::decode(&root.key).ok()?.try_into().ok()?;
    Some((root.id, Key::new(bytes)))
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
