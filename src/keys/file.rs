//! The key file as it is written: TOML, for its owner only.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use rekey_events::Env;
use rekey_events::env::random;
use rekey_events::keys::Key;
use serde::{Deserialize, Serialize};

use crate::text_file::read_text;

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    /// Whether these were made by `rekey dev`; `rekey serve` refuses them.
    pub(super) development: bool,
    pub(super) keys: Vec<RootKey>,
}

/// One key in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RootKey {
    id: u8,
    key: String,
}

/// What is added to a file.
#[derive(Serialize)]
struct Addition {
    keys: [RootKey; 1],
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the key file {0} cannot be used: {1}")]
    File(String, io::Error),
    /// It is no key file.
    #[error("{0} is no key file: {1}. Make one with `rekey keys generate {0}`.")]
    Malformed(String, String),
    /// It is there already.
    #[error("{0} exists already: `rekey keys generate --append {0}` adds a key to it")]
    Exists(String),
    /// What is sealed and signed names its key by the id.
    #[error(
        "{file}: the {first}. and the {second}. of its [[keys]] both have the id {id}: give the one that was added last \
         an id of its own, such as {free} (`rekey keys generate --append {file}` does so by itself)"
    )]
    SameId {
        /// The file.
        file: String,
        /// The id of both.
        id: u8,
        /// Which one, from 1.
        first: usize,
        /// Which other one, from 1.
        second: usize,
        /// An id that no key has.
        free: u8,
    },
    /// There are as many keys as ids.
    #[error("{0} has a key for every id from 0 to 255: take out those that nothing is sealed by any more")]
    Full(String),
}

impl KeyError {
    /// That the file at `path` is no key file.
    pub(super) fn malformed(path: &Path, why: impl Into<String>) -> Self {
        Self::Malformed(path.display().to_string(), why.into())
    }

    fn file(path: &Path, error: io::Error) -> Self {
        Self::File(path.display().to_string(), error)
    }
}

impl RootKey {
    pub(super) fn new(id: u8, key: &Key) -> Self {
        Self { id, key: hex::encode(key.expose()) }
    }

    fn parse(&self) -> Option<(u8, Key)> {
        let bytes: [u8; 32] = hex::decode(&self.key).ok()?.try_into().ok()?;
        Some((self.id, Key::new(bytes)))
    }
}

impl KeyFile {
    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let text = read_text(path).map_err(|error| KeyError::file(path, error))?;
        Self::parse(path, &text)
    }

    /// The text of the file at `path`. What is wrong is told without the line, which may hold a key.
    fn parse(path: &Path, text: &str) -> Result<Self, KeyError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            KeyError::malformed(path, format!("line {line}: {}", error.message()))
        })
    }

    /// The keys with their ids, the one that is used last.
    pub(super) fn roots(&self, path: &Path) -> Result<Vec<(u8, Key)>, KeyError> {
        for (second, key) in self.keys.iter().enumerate() {
            if let Some(first) = self.keys[..second].iter().position(|other| other.id == key.id) {
                return Err(self.same_id(path, first, second));
            }
        }
        let parse = |root: &RootKey| {
            let why = || KeyError::malformed(path, format!("key {} is not 32 bytes of hex", root.id));
            root.parse().ok_or_else(why)
        };
        self.keys.iter().map(parse).collect()
    }

    /// Writes a new file that only its owner can read.
    pub(super) fn write(&self, path: &Path) -> Result<(), KeyError> {
        let failed = |error| KeyError::file(path, error);
        let text = toml::to_string(self).map_err(|error| failed(io::Error::other(error)))?;
        let made = File::options().write(true).create_new(true).mode(0o600).open(path);
        let mut made = made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists(path.display().to_string()),
            _ => failed(error),
        })?;
        made.write_all(text.as_bytes()).and_then(|()| made.sync_all()).map_err(failed)
    }

    fn same_id(&self, path: &Path, first: usize, second: usize) -> KeyError {
        let file = path.display().to_string();
        let Some(free) = self.free_id() else { return KeyError::Full(file) };
        KeyError::SameId { file, id: self.keys[second].id, first: first + 1, second: second + 1, free }
    }

    /// The id after the highest, or the lowest that no key has.
    fn free_id(&self) -> Option<u8> {
        let is_free = |id: &u8| self.keys.iter().all(|key| key.id != *id);
        let highest = self.keys.iter().map(|key| key.id).max().unwrap_or(0);
        highest.checked_add(1).or_else(|| (0..=u8::MAX).find(is_free))
    }
}

/// Adds a new key with an id of its own to the key file at `path`, at its end: it is the one that is used from then on.
/// The rest of the file, its owner and its mode stay. Returns the id.
///
/// # Errors
/// It is no key file, or cannot be written.
pub fn append(env: &dyn Env, path: &Path) -> Result<u8, KeyError> {
    let failed = |error| KeyError::file(path, error);
    // Where it is a link, the link stays one.
    let place = fs::canonicalize(path).map_err(failed)?;
    let text = read_text(&place).map_err(failed)?;
    let file = KeyFile::parse(path, &text)?;
    file.roots(path)?;
    let id = file.free_id().ok_or_else(|| KeyError::Full(path.display().to_string()))?;
    let addition = Addition { keys: [RootKey::new(id, &Key::new(random(env)))] };
    let addition = toml::to_string(&addition).map_err(|error| failed(io::Error::other(error)))?;
    let longer = format!("{}\n\n{addition}", text.trim_end());
    KeyFile::parse(path, &longer)?.roots(path)?;
    replace(&place, &longer).map_err(failed)?;
    Ok(id)
}

/// Puts a file with that text in the place of another: the one or the other is there at any moment.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let old = fs::metadata(path)?;
    let mut new = PathBuf::from(path);
    new.as_mut_os_string().push(".new");
    write_like(&old, &new, text).and_then(|()| fs::rename(&new, path)).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    File::open(folder)?.sync_all()
}

/// A file of the same owner and mode.
fn write_like(old: &Metadata, path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        fchown(&file, Some(old.uid()), Some(old.gid()))?;
    }
    file.set_permissions(old.permissions())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rekey_events::SystemEnv;
    use tempfile::TempDir;

    use super::*;
    use crate::keys::Keys;

    fn key(id: u8, digit: char) -> String {
        format!("[[keys]]\nid = {id}\nkey = \"{}\"\n", digit.to_string().repeat(64))
    }

    fn file(text: &str) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_key_that_is_appended_gets_the_next_free_id_and_is_used_from_then_on() {
        let (_folder, path) = file(&format!("# ours\ndevelopment = false\n{}{}", key(7, 'a'), key(2, 'b')));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        let before = fs::read_to_string(&path).unwrap();
        assert_eq!(append(&SystemEnv, &path).unwrap(), 8);
        assert_eq!(append(&SystemEnv, &path).unwrap(), 9);
        let keys = Keys::read(&path).unwrap();
        assert_eq!(keys.newest_seal().0, 9);
        assert!(keys.seal(2).is_some() && keys.seal(7).is_some() && keys.seal(8).is_some());
        assert!(fs::read_to_string(&path).unwrap().starts_with(before.trim_end()), "what was there stays");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o440);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn after_the_highest_id_the_lowest_free_one_is_taken() {
        let (_folder, path) = file(&format!("development = false\n{}{}", key(0, 'a'), key(255, 'b')));
        assert_eq!(append(&SystemEnv, &path).unwrap(), 1);
    }

    #[test]
    fn a_link_to_the_key_file_stays_a_link() {
        let (folder, path) = file(&format!("development = false\n{}", key(1, 'a')));
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        append(&SystemEnv, &link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(Keys::read(&path).unwrap().newest_seal().0, 2);
    }

    #[test]
    fn what_is_wrong_with_a_key_file_is_told_with_the_remedy() {
        let two = format!("development = false\n{}{}{}", key(1, 'a'), key(3, 'b'), key(1, 'c'));
        for (text, told) in [
            (
                two.as_str(),
                "FILE: the 1. and the 3. of its [[keys]] both have the id 1: give the one that was added last an id of \
                 its own, such as 4 (`rekey keys generate --append FILE` does so by itself)",
            ),
            (
                "development = false\nkeys = []",
                "FILE is no key file: it holds no key. Make one with `rekey keys generate FILE`.",
            ),
            (
                "development = false\n[[keys]]\nid = 1\nkey = \"secret\"",
                "FILE is no key file: key 1 is not 32 bytes of hex. Make one with `rekey keys generate FILE`.",
            ),
            (
                "development = false\n[[keys]]\nid = 300\nkey = \"secret\"",
                "FILE is no key file: line 3: invalid value: integer `300`, expected u8. \
                 Make one with `rekey keys generate FILE`.",
            ),
        ] {
            let (_folder, path) = file(text);
            let error = Keys::read(&path).unwrap_err().to_string();
            assert_eq!(error.replace(&path.display().to_string(), "FILE"), told);
            let error = append(&SystemEnv, &path).unwrap_err().to_string();
            let is_empty = text.contains("keys = []");
            assert!(is_empty || error.replace(&path.display().to_string(), "FILE") == told, "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "it is left as it is");
        }
    }

    #[test]
    fn a_key_file_is_not_written_over() {
        let (_folder, path) = file("development = false");
        let error = Keys::generate(&SystemEnv, false).write(&path).unwrap_err().to_string();
        let name = path.display();
        assert_eq!(
            error,
            format!("{name} exists already: `rekey keys generate --append {name}` adds a key to it")
        );
    }
}
