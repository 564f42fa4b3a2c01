//! Configuration: one TOML file, every key overridable by environment
//! (`REKEY_MAIL__HOST` for `mail.host`, `REKEY_MAIL__PROVIDERS__0__HOST` for the
//! first of `mail.providers`, lists separated by commas), secrets from files by
//! `*_file`.

mod api_key;
mod authorities;
pub mod brand;
mod database;
mod file;
mod language;
mod listen;
mod load;
mod mail;
mod nats;
mod policy;
mod seal;
#[cfg(test)]
mod tests;
mod trusted_proxies;
mod urls;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use rekey_events::Language;
use serde::Deserialize;

pub use api_key::ApiKey;
pub use brand::Brand;
pub use database::Database;
pub use load::variables;
pub use mail::{Dkim, Mail, MailTls};
pub use nats::Nats;
pub use policy::{Policy, ResetSecondFactor};
pub use seal::Seal;
pub use trusted_proxies::TrustedProxies;
pub use urls::{HostName, Origin};

/// Why there is no configuration. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// The setting that is wrong, such as `mail.providers[1].name`, while its place is yet to be found.
    key: Option<String>,
    text: String,
}

impl ConfigError {
    fn new(text: impl Into<String>) -> Self {
        Self { key: None, text: text.into() }
    }

    /// That `key` is wrong; `reason` follows it in a sentence.
    fn of(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { key: Some(key.into()), text: reason.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{key} {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Why plain HTTP is refused.
const NOT_SAFE: &str = "must begin with https:// (http:// is for this machine's own addresses)";

/// All of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where people reach us: `https://login.example.org`.
    pub public_url: Origin,
    /// The address to listen at.
    #[serde(default = "listen::default", deserialize_with = "listen::address")]
    pub listen: SocketAddr,
    /// The product's name.
    #[serde(default = "product")]
    pub product: String,
    /// How people reach the system administrator, in words or as an address. Without it they read "your system
    /// administrator" in their language.
    pub contact: Option<String>,
    /// The language of whoever has not chosen: `en`, `de` or `es`.
    #[serde(default, deserialize_with = "language::by_tag")]
    pub language: Language,
    /// How the pages look.
    #[serde(default)]
    pub brand: Brand,
    /// Where people may be sent back to: origins such as `https://app.example.org`.
    #[serde(default)]
    pub return_to: Vec<Origin>,
    /// The key file, from `rekey keys generate`.
    pub key_file: PathBuf,
    /// Proxies whose `X-Forwarded-For` is believed: addresses and networks.
    #[serde(default)]
    pub trusted_proxies: TrustedProxies,
    /// Seconds that a server goes on serving after the signal to stop, while it is no longer ready: what sends requests
    /// to it finds that out meanwhile. 0 for none.
    #[serde(default = "stop_delay")]
    pub stop_delay_seconds: u64,
    /// The database.
    pub database: Database,
    /// Outgoing mail.
    pub mail: Mail,
    /// The bus between relays and mailers, if there is one.
    pub nats: Option<Nats>,
    /// The seal over the log, if there is one.
    pub seal: Option<Seal>,
    /// The rules of the house.
    #[serde(default)]
    pub policy: Policy,
    /// Keys of programs.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
    /// What is odd about it: a line each, for the log.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

fn stop_delay() -> u64 {
    5
}

fn product() -> String {
    "rekey".to_owned()
}

impl Config {
    fn check(&self) -> Result<(), ConfigError> {
        if !self.public_url.is_safe() {
            return Err(ConfigError::of("public_url", NOT_SAFE));
        }
        if let Some(index) = self.return_to.iter().position(|origin| !origin.is_safe()) {
            return Err(ConfigError::of(format!("return_to[{index}]"), NOT_SAFE));
        }
        self.brand.check()?;
        self.database.check()?;
        self.mail.check()?;
        self.policy.check()?;
        self.seal.as_ref().map_or(Ok(()), Seal::check)?;
        self.nats.as_ref().map_or(Ok(()), Nats::check)?;
        api_key::check(&self.api_keys)
    }

    /// Whether mailers are told by a bus what is due; nobody is on a database of one process.
    ///
    /// # Errors
    /// As [`Database::url`].
    pub fn has_bus(&self) -> Result<bool, ConfigError> {
        Ok(self.nats.is_some() && !self.database.is_embedded()?)
    }

    /// Where people reach us, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.public_url.to_string()
    }
}
