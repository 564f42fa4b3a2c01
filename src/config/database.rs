//! `[database]`.

use std::path::{Path, PathBuf};

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
    /// Where a relative PATH begins.
    #[serde(skip)]
    folder: PathBuf,
}

impl Database {
    /// Its address as text; the path of a file begins at the configuration's folder.
    ///
    /// # Errors
    /// As [`Database::address`], or the folder's name is not UTF-8.
    pub fn url(&self) -> Result<String, ConfigError> {
        let path = match self.address()? {
            Address::Postgres(url) => return Ok(url),
            Address::Sqlite(path) => path,
        };
        let path = path.to_str().ok_or_else(|| {
            ConfigError::of("database.url", "is below a folder whose name is not UTF-8: give the whole path")
        })?;
        Ok(format!("sqlite:{path}"))
    }

    /// Its address, taken apart; the path of a file begins at the configuration's folder.
    ///
    /// # Errors
    /// Neither or both of `url` and `url_file` are given, the file cannot be read, or it holds no address.
    pub fn address(&self) -> Result<Address, ConfigError> {
        Ok(match parse(&self.written()?)? {
            Address::Sqlite(path) => Address::Sqlite(self.folder.join(path)),
            server => server,
        })
    }

    /// Whether it is a file of one process.
    ///
    /// # Errors
    /// As [`Database::address`].
    pub fn is_embedded(&self) -> Result<bool, ConfigError> {
        Ok(matches!(self.address()?, Address::Sqlite(_)))
    }

    pub(super) fn begin_at(&mut self, folder: &Path) {
        folder.clone_into(&mut self.folder);
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match (&self.url, &self.url_file) {
            (Some(url), None) => parse(url).map(drop),
            (None, Some(_)) => Ok(()),
            (Some(_), Some(_)) => {
                Err(ConfigError::of("database.url", "and database.url_file are both given: leave one out"))
            }
            (None, None) => Err(ConfigError::of(
                "database.url",
                "is missing: write sqlite:PATH or postgres://…, or name a file that holds it by database.url_file",
            )),
        }
    }

    fn written(&self) -> Result<String, ConfigError> {
        match (&self.url, &self.url_file) {
            (Some(url), None) => Ok(url.clone()),
            (None, Some(file)) => secret("database.url_file", file),
            _ => Err(ConfigError::new("give either database.url or database.url_file")),
        }
    }
}

fn parse(url: &str) -> Result<Address, ConfigError> {
    url.parse().map_err(|error| ConfigError::of("database.url", format!("cannot be used: {error}")))
}
