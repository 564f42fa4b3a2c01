//! `[[api_keys]]`: programs that call the API.

use rekey_events::Permission;
use serde::Deserialize;

use super::ConfigError;

/// A program's key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Its name, in the log: letters, digits, dashes.
    pub name: String,
    /// SHA-256 of the key, from `rekey keys api-key`.
    pub token_hash: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
}

impl ApiKey {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.token_hash.len() == 64 && self.token_hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(());
        }
        let text = format!(
            "the token_hash of API key {:?} must be 64 hex digits, from `rekey keys api-key`",
            self.name
        );
        Err(ConfigError(text))
    }
}
