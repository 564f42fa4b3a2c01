//! `[database]`.

use std::path::PathBuf;

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
            (Some(url), None) => Ok(url.clone()),
            (None, Some(file)) => secret("database.url_file", file),
            _ => Err(ConfigError("give either database.url or database.url_file".to_owned())),
        }
    }

    /// Whether it is a file of one process.
    ///
    /// # Errors
    /// As [`Database::url`].
    pub fn is_embedded(&self) -> Result<bool, ConfigError> {
        Ok(self.url()?.starts_with("sqlite:"))
    }
}
