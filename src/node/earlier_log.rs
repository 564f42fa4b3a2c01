//! Files that outlive a database: they show that there was a log before, so that an empty one is not begun in its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rekey_events::store::{Address, Store, StoreError};
use rekey_workers::sealer::sealed_events;
use uuid::Uuid;

use crate::config::{Config, ConfigError};
use crate::keys::used_marker;

/// Why an empty database is not used.
#[derive(Debug, thiserror::Error)]
pub enum EarlierLogError {
    /// There was a log before.
    #[error(
        "{database} holds no events, but there was a log before: {traces}. Restore a backup of it \
         (docs/operations.md, \"Backup and restore\"); to begin a new log instead, name a new database, a new seal \
         folder and a new key file in the configuration"
    )]
    Lost {
        /// The empty database.
        database: String,
        /// What was found.
        traces: String,
    },
    /// A trace cannot be read.
    #[error("{0}: {1}")]
    File(String, io::Error),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the traces of an earlier log are.
#[derive(Clone, Debug)]
pub struct EarlierLog {
    database: Address,
    key_file: PathBuf,
    seal_folder: Option<PathBuf>,
}

impl EarlierLog {
    /// The places that a configuration names, and the database that belongs to them.
    ///
    /// # Errors
    /// The database's address is not one.
    pub fn of(config: &Config) -> Result<Self, ConfigError> {
        let seal_folder = config.seal.as_ref().map(|seal| seal.folder.clone());
        Ok(Self { database: config.database.address()?, key_file: config.key_file.clone(), seal_folder })
    }

    /// Refuses to make the file of a database where there was one: before anything is made.
    ///
    /// # Errors
    /// There was a log, or it cannot be found out whether there was.
    pub fn allows_file(&self) -> Result<(), EarlierLogError> {
        let length = self.database.file().map(|path| fs::metadata(path).map_or(0, |file| file.len()));
        if length == Some(0) { self.refuse_if_traced() } else { Ok(()) }
    }

    /// Refuses a database without events where there was a log.
    ///
    /// # Errors
    /// There was one, the database does not answer, or it cannot be found out whether there was.
    pub async fn allows(&self, store: &Store) -> Result<(), EarlierLogError> {
        if store.has_events().await? { Ok(()) } else { self.refuse_if_traced() }
    }

    fn refuse_if_traced(&self) -> Result<(), EarlierLogError> {
        let traces = self.traces()?;
        if traces.is_empty() {
            return Ok(());
        }
        Err(EarlierLogError::Lost { database: self.database.to_string(), traces: traces.join(", and ") })
    }

    /// What shows that there was a log, in words.
    fn traces(&self) -> Result<Vec<String>, EarlierLogError> {
        let named = |path: &Path, error| EarlierLogError::File(path.display().to_string(), error);
        let mut traces = Vec::new();
        if let Some(folder) = &self.seal_folder
            && let Some(events) = sealed_events(folder).map_err(|error| named(folder, error))?
        {
            traces
                .push(format!("the seal folder {} has a checkpoint over {events} events", folder.display()));
        }
        let marker = used_marker(&self.key_file);
        match fs::read_to_string(&marker) {
            Ok(log) => traces.push(format!("{} names log {}", marker.display(), log.trim())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(named(&marker, error)),
        }
        Ok(traces)
    }

    /// Notes beside the key file that the log with this id has events.
    pub(super) fn note(&self, log: Uuid) {
        let marker = used_marker(&self.key_file);
        // A sealer or sweeper may have none.
        if !self.key_file.exists() || marker.exists() {
            return;
        }
        if let Err(error) = fs::write(&marker, format!("{log}\n")) {
            tracing::info!(path = %marker.display(), %error, "Cannot note beside the key file which log it belongs to");
        }
    }
}
