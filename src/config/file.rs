//! What is in files beside the configuration.

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::ConfigError;

/// All of a file.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("{} cannot be read: {error}", path.display())))
}

/// A user and the password in a file: both, or neither.
pub(super) fn credentials(
    section: &str,
    username: Option<&String>,
    password_file: Option<&PathBuf>,
) -> Result<Option<(String, SecretString)>, ConfigError> {
    match (username, password_file) {
        (Some(user), Some(file)) => {
            Ok(Some((user.clone(), SecretString::from(read(file)?.trim_end().to_owned()))))
        }
        (None, None) => Ok(None),
        _ => {
            Err(ConfigError(format!("give both {section}.username and {section}.password_file, or neither")))
        }
    }
}
