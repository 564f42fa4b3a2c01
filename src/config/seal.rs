//! `[seal]`: who vouches for the log, and where that is remembered.

use std::path::PathBuf;
use std::time::Duration;

use rekey_events::seal::SigningKey;
use serde::Deserialize;

use super::ConfigError;
use super::file::read;

/// The seal over the log. Without it nothing is signed, and nobody can prove that history was not altered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The key file, from `rekey keys seal`.
    key_file: PathBuf,
    /// A folder for what was signed, out of reach of whoever administers the database.
    pub folder: PathBuf,
    /// Seconds between two checkpoints, while there is anything to sign.
    #[serde(default = "every_seconds")]
    every_seconds: u64,
}

fn every_seconds() -> u64 {
    10
}

impl Seal {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self.every_seconds {
            1..=86_400 => Ok(()),
            _ => Err(ConfigError("seal.every_seconds must be from 1 to 86400".to_owned())),
        }
    }

    /// The key that signs.
    ///
    /// # Errors
    /// The file cannot be read, or holds none.
    pub fn key(&self) -> Result<SigningKey, ConfigError> {
        let file = self.key_file.display();
        read(&self.key_file)?.parse().map_err(|_| {
            ConfigError(format!(
                "{file} holds no key of a seal: make one with `rekey keys seal --name NAME FILE`"
            ))
        })
    }

    /// How often it is signed.
    #[must_use]
    pub fn every(&self) -> Duration {
        Duration::from_secs(self.every_seconds)
    }
}
