//! `[database]`.

use std::path::PathBuf;

use rekey_events::store::Address;
use serde::Deserialize;

use super::ConfigError;
use super::file::secret;

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    url: Option<String>,
    /// A file that holds the above.
    url_file: Option<PathBuf>,
}

impl Database {
    /// Its address.
    ///
    /// # Errors
    /// Neither or both of `url` and `url_file` are given, or the file cannot be read.
    pub fn url(&self) -> Result<String, ConfigError> {
        match (&self.url, &self.url_file) {
            (Some(url), None) => Ok(url.trim().to_owned()),
            (None, Some(file)) => Ok(secret("database.url_file", file)?.trim().to_owned()),
            _ => Err(ConfigError("give either database.url or database.url_file".to_owned())),
        }
    }

    /// Its address, taken apart.
    ///
    /// # Errors
    /// Those of [`Database::url`], or it is not an address.
    pub fn address(&self) -> Result<Address, ConfigError> {
        self.url()?.parse().map_err(|error| ConfigError(format!("database.url: {error}")))
    }

    /// Whether it is a file of one process.
    ///
    /// # Errors
    /// As [`Database::address`].
    pub fn is_embedded(&self) -> Result<bool, ConfigError> {
        Ok(matches!(self.address()?, Address::Sqlite(_)))
    }
}
