//! `[[api_keys]]`: programs that call the API.

use rekey_events::Permission;
use serde::Deserialize;

use super::ConfigError;

/// A program's key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Its name, in the log: letters, digits, dashes, underscores, dots.
    pub name: String,
    /// SHA-256 of the key, from `rekey keys api-key`.
    pub token_hash: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
}

/// That each can be used, and told from the others.
pub(super) fn check(keys: &[ApiKey]) -> Result<(), ConfigError> {
    for (index, key) in keys.iter().enumerate() {
        let at = |name: &str| format!("api_keys[{index}].{name}");
        key.check().map_err(|(name, why)| ConfigError::of(at(name), why))?;
        let earlier = &keys[..index];
        if let Some(twin) = earlier.iter().position(|other| other.name == key.name) {
            let why = format!("is the name of api_keys[{twin}], too: give each a name of its own");
            return Err(ConfigError::of(at("name"), why));
        }
        if let Some(twin) = earlier.iter().position(|other| other.is_same_key(key)) {
            let why = format!(
                "is that of api_keys[{twin}] ({}), too: make a key for each by `rekey keys api-key`",
                earlier[twin].name
            );
            return Err(ConfigError::of(at("token_hash"), why));
        }
    }
    Ok(())
}

impl ApiKey {
    /// The name of what is wrong, and why.
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if self.name.is_empty() || !self.name.bytes().all(is_plain) {
            return Err(("name", "must be letters, digits, dashes, underscores and dots"));
        }
        if self.token_hash.len() != 64 || !self.token_hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(("token_hash", "must be the 64 hex digits that `rekey keys api-key` prints"));
        }
        Ok(())
    }

    fn is_same_key(&self, other: &Self) -> bool {
        self.token_hash.eq_ignore_ascii_case(&other.token_hash)
    }
}
