//! What is in files beside the configuration.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::ConfigError;
use crate::text_file::{read_secret, read_text};

/// All of a file.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    read_text(path).map_err(|error| ConfigError(format!("{} cannot be read: {error}", path.display())))
}

/// Reads the secret in the file that `key` names.
pub(super) fn secret(key: &str, path: &Path) -> Result<String, ConfigError> {
    read_secret(path)
        .map_err(|error| ConfigError(format!("{key}: {} cannot be used: {error}", path.display())))
}

/// A user and the password in a file: both, or neither.
pub(super) fn credentials(
    section: &str,
    username: Option<&String>,
    password_file: Option<&PathBuf>,
) -> Result<Option<(String, SecretString)>, ConfigError> {
    match (username, password_file) {
        (Some(user), Some(file)) => {
            let password = secret(&format!("{section}.password_file"), file)?;
            Ok(Some((user.clone(), SecretString::from(password))))
        }
        (None, None) => Ok(None),
        _ => {
            Err(ConfigError(format!("give both {section}.username and {section}.password_file, or neither")))
        }
    }
}
