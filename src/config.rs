//! Configuration: one TOML file, every key overridable by environment
//! (`REKEY_MAIL__HOST` for `mail.host`, `REKEY_MAIL__PROVIDERS__0__HOST` for the
//! first of `mail.providers`, lists separated by commas; API keys and witnesses are
//! in the file only), secrets from files by `*_file`.

mod api_key;
mod authorities;
pub mod brand;
mod database;
mod file;
mod language;
mod mail;
mod nats;
mod policy;
mod seal;
#[cfg(test)]
mod tests;
mod trusted_proxies;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat};
use rekey_events::Language;
use serde::Deserialize;

pub use api_key::ApiKey;
pub use brand::Brand;
pub use database::Database;
use file::read;
pub use mail::{Dkim, Mail, MailTls};
pub use nats::Nats;
pub use policy::{Policy, ResetSecondFactor};
pub use seal::Seal;
pub use trusted_proxies::TrustedProxies;

/// Why there is no configuration. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// All of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where people reach us: `https://login.example.org`.
    pub public_url: String,
    /// The address to listen at.
    #[serde(default = "listen")]
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
    pub return_to: Vec<String>,
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
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn stop_delay() -> u64 {
    5
}

fn product() -> String {
    "rekey".to_owned()
}

impl Config {
    /// Reads the file at `path`, overridden by the environment variables given.
    ///
    /// # Errors
    /// A key is missing, unknown or of the wrong type; the text names it.
    pub fn load(path: &Path, variables: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let ours = variables.filter(|(name, _)| is_key(name));
        let ours: HashMap<_, _> = ours.map(|(name, value)| (numbered(name), value)).collect();
        let environment = Environment::with_prefix("REKEY")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("trusted_proxies")
            .with_list_parse_key("return_to")
            .with_list_parse_key("seal.mail")
            .with_list_parse_key("nats.servers");
        let text = read(path)?;
        // The parser's own message would show the line, and with it a secret.
        if let Err(error) = toml::from_str::<toml::Table>(&text) {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count());
            return Err(ConfigError(format!("{}, line {line}: {}", path.display(), error.message())));
        }
        let built = config::Config::builder()
            .add_source(File::from_str(&text, FileFormat::Toml))
            .add_source(environment.source(Some(ours)))
            .build()
            .and_then(config::Config::try_deserialize::<Self>);
        let config = built.map_err(|error| ConfigError(format!("{}: {error}", path.display())))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if !self.public_url.starts_with("https://") && !is_this_machine(&self.public_url) {
            return Err(ConfigError(
                "public_url must begin with https:// (or be this machine's own)".to_owned(),
            ));
        }
        self.return_to.iter().try_for_each(|origin| check_origin(origin))?;
        self.brand.check()?;
        self.mail.check()?;
        self.policy.check()?;
        self.seal.as_ref().map_or(Ok(()), Seal::check)?;
        self.nats.as_ref().map_or(Ok(()), Nats::check)?;
        self.api_keys.iter().try_for_each(ApiKey::check)
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
        self.public_url.trim_end_matches('/').to_owned()
    }
}

/// An origin (RFC 6454): what people are sent back to must be named exactly.
fn check_origin(origin: &str) -> Result<(), ConfigError> {
    let host = origin.strip_prefix("https://").filter(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    });
    if host.is_some() || is_this_machine(origin) && origin.matches('/').count() == 2 {
        return Ok(());
    }
    Err(ConfigError(format!("return_to {origin:?} must be an origin such as \"https://app.example.org\"")))
}

/// Whether a plain-http address can only be this machine's own.
fn is_this_machine(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let ends = |rest: &str| {
        rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
    };
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host.strip_prefix(name).is_some_and(ends))
}

/// The name of a variable with the number of a mail server as the parser takes it.
fn numbered(name: String) -> String {
    const PROVIDERS: &str = "REKEY_MAIL__PROVIDERS";
    let numbered = name.strip_prefix(PROVIDERS).and_then(|rest| rest.strip_prefix("__")?.split_once("__"));
    match numbered {
        Some((number, key)) => format!("{PROVIDERS}[{number}]__{key}"),
        None => name,
    }
}

/// Whether the variable sets a key of ours; `REKEY_LOG` is read elsewhere.
fn is_key(name: &str) -> bool {
    name.starts_with("REKEY_") && name != "REKEY_LOG" && !name.starts_with("REKEY_TEST_")
}
