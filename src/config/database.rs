//! `[database]`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ConfigError;
use super::file::secret;

/// What the address of an embedded database begins with.
const EMBEDDED: &str = "sqlite:";

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
    /// Its address; the path of a file begins at the configuration's folder.
    ///
    /// # Errors
    /// Neither or both of `url` and `url_file` are given, or the file cannot be read.
    pub fn url(&self) -> Result<String, ConfigError> {
        let url = self.written()?;
        let Some(path) = url.strip_prefix(EMBEDDED) else { return Ok(url) };
        let path = self.folder.join(path);
        let path = path.to_str().ok_or_else(|| {
            ConfigError::of("database.url", "is below a folder whose name is not UTF-8: give the whole path")
        })?;
        Ok(format!("{EMBEDDED}{path}"))
    }

    /// Whether it is a file of one process.
    ///
    /// # Errors
    /// As [`Database::url`].
    pub fn is_embedded(&self) -> Result<bool, ConfigError> {
        Ok(self.written()?.starts_with(EMBEDDED))
    }

    pub(super) fn begin_at(&mut self, folder: &Path) {
        folder.clone_into(&mut self.folder);
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let known = [EMBEDDED, "postgres://", "postgresql://"];
        match (&self.url, &self.url_file) {
            (Some(url), None) if !known.iter().any(|scheme| url.starts_with(scheme)) => {
                Err(ConfigError::of("database.url", "must be sqlite:PATH or postgres://…"))
            }
            (Some(_), None) | (None, Some(_)) => Ok(()),
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
