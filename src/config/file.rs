//! What is in files beside the configuration.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::ConfigError;
use crate::text_file::{read_secret, read_text};

/// All of a file.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    read_text(path).map_err(|error| ConfigError::new(format!("{} cannot be read: {error}", path.display())))
}

/// Reads the secret in the file that `key` names.
pub(super) fn secret(key: &str, path: &Path) -> Result<String, ConfigError> {
    read_secret(path)
        .map_err(|error| ConfigError::new(format!("{key}: {} cannot be used: {error}", path.display())))
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
        (user, _) => Err(half(section, user.is_some())),
    }
}

/// That a user is given without a password, or the other way round.
fn half(section: &str, has_user: bool) -> ConfigError {
    let (given, lacking) =
        if has_user { ("username", "password_file") } else { ("password_file", "username") };
    ConfigError::of(
        format!("{section}.{given}"),
        format!("needs {section}.{lacking} beside it: give both, or neither"),
    )
}

/// That both are given, or neither.
pub(super) fn check_credentials(
    section: &str,
    username: Option<&String>,
    password_file: Option<&PathBuf>,
) -> Result<(), ConfigError> {
    if username.is_some() == password_file.is_some() {
        return Ok(());
    }
    Err(half(section, username.is_some()))
}
