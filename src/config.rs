//! Configuration: one TOML file, every key overridable by environment
//! (`REKEY_MAIL__HOST` for `mail.host`, lists separated by commas; API keys are
//! in the file only), secrets from files by `*_file`.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, File, FileFormat};
use rekey_events::Permission;
use rekey_workers::message::Mailbox;
use rekey_workers::smtp::{Address, Limits, ProviderConfig, Tls};
use secrecy::SecretString;
use serde::Deserialize;

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
    /// How people reach the system administrator.
    #[serde(default = "contact")]
    pub contact: String,
    /// The key file, from `rekey keys generate`.
    pub key_file: PathBuf,
    /// Proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// The database.
    pub database: Database,
    /// Outgoing mail.
    pub mail: Mail,
    /// The rules of the house.
    #[serde(default)]
    pub policy: Policy,
    /// Keys of programs.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
}

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    url: Option<String>,
    /// A file that holds the above.
    url_file: Option<PathBuf>,
}

/// Outgoing mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// From whom: `noreply@example.org`.
    pub from: String,
    /// The sender's name shown beside it.
    pub from_name: Option<String>,
    /// The mail server.
    pub host: String,
    /// Its port.
    #[serde(default = "submission")]
    pub port: u16,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: MailTls,
    /// The user to authenticate as.
    username: Option<String>,
    /// A file that holds the password.
    password_file: Option<PathBuf>,
    /// How we name ourselves in EHLO.
    #[serde(default = "hello_name")]
    pub hello_name: String,
    /// Connections at a time.
    #[serde(default = "max_connections")]
    pub max_connections: usize,
    /// How mails are signed, if they are.
    pub dkim: Option<Dkim>,
}

/// DKIM (RFC 6376).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The selector in the DNS.
    pub selector: String,
    /// The signing domain.
    pub domain: String,
    /// The private key, PEM.
    pub key_file: PathBuf,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// STARTTLS, required.
    #[default]
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

/// The rules of the house.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Whether a reset asks for the second factor: `never` or `when_enrolled`.
    pub reset_second_factor: ResetSecondFactor,
    /// Requests for links an hour of one source that are looked at.
    pub requests_per_source: i64,
    /// Days that source addresses and user agents are kept.
    pub keep_sources_days: u64,
    /// Passwords hashed at the same time.
    pub hashes_at_once: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reset_second_factor: ResetSecondFactor::Never,
            requests_per_source: 60,
            keep_sources_days: 90,
            hashes_at_once: 2,
        }
    }
}

impl Policy {
    fn check(&self) -> Result<(), ConfigError> {
        if self.hashes_at_once == 0 {
            return Err(ConfigError("policy.hashes_at_once must be at least 1".to_owned()));
        }
        if self.keep_sources_days > 36_500 {
            return Err(ConfigError("policy.keep_sources_days must be at most 36500".to_owned()));
        }
        Ok(())
    }

    /// How long source addresses are kept.
    #[must_use]
    pub fn keep_sources(&self) -> Duration {
        Duration::from_secs(self.keep_sources_days * 24 * 60 * 60)
    }
}

/// Whether a reset asks for the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetSecondFactor {
    /// It is asked for at the next sign-in only.
    Never,
    /// Also at the reset, where one is enrolled.
    WhenEnrolled,
}

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
    fn check(&self) -> Result<(), ConfigError> {
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

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn product() -> String {
    "rekey".to_owned()
}

fn contact() -> String {
    "your system administrator".to_owned()
}

fn submission() -> u16 {
    587
}

fn hello_name() -> String {
    "localhost".to_owned()
}

fn max_connections() -> usize {
    8
}

impl Config {
    /// Reads the file at `path`, overridden by the environment variables given.
    ///
    /// # Errors
    /// A key is missing, unknown or of the wrong type; the text names it.
    pub fn load(path: &Path, variables: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let ours: HashMap<_, _> = variables.filter(|(name, _)| is_key(name)).collect();
        let environment = Environment::with_prefix("REKEY")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("trusted_proxies");
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
        self.mail.sender()?;
        self.policy.check()?;
        self.api_keys.iter().try_for_each(ApiKey::check)
    }

    /// Where people reach us, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.public_url.trim_end_matches('/').to_owned()
    }
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

/// Whether the variable sets a key of ours; `REKEY_LOG` is read elsewhere.
fn is_key(name: &str) -> bool {
    name.starts_with("REKEY_") && name != "REKEY_LOG" && !name.starts_with("REKEY_TEST_")
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("{} cannot be read: {error}", path.display())))
}

impl Database {
    /// Its address.
    ///
    /// # Errors
    /// Neither or both of `url` and `url_file` are given, or the file cannot be read.
    pub fn url(&self) -> Result<String, ConfigError> {
        match (&self.url, &self.url_file) {
            (Some(url), None) => Ok(url.clone()),
            (None, Some(file)) => Ok(read(file)?.trim().to_owned()),
            _ => Err(ConfigError("give either database.url or database.url_file".to_owned())),
        }
    }
}

impl Mail {
    /// The sender.
    ///
    /// # Errors
    /// It is no mail address.
    pub fn sender(&self) -> Result<Mailbox, ConfigError> {
        let address = Address::parse(&self.from).map_err(|error| {
            ConfigError(format!("mail.from must be an address such as noreply@example.org: {error}"))
        })?;
        Ok(Mailbox { name: self.from_name.clone(), address })
    }

    /// The mail server, as the driver takes it.
    ///
    /// # Errors
    /// Only one of `username` and `password_file` is given, or the file cannot be read.
    pub fn provider(&self) -> Result<ProviderConfig, ConfigError> {
        let credentials = match (&self.username, &self.password_file) {
            (Some(user), Some(file)) => {
                Some((user.clone(), SecretString::from(read(file)?.trim_end().to_owned())))
            }
            (None, None) => None,
            _ => {
                return Err(ConfigError(
                    "give both mail.username and mail.password_file, or neither".to_owned(),
                ));
            }
        };
        Ok(ProviderConfig {
            name: self.host.clone(),
            host: self.host.clone(),
            port: self.port,
            tls: match self.tls {
                MailTls::Starttls => Tls::StartTls,
                MailTls::Implicit => Tls::Implicit,
                MailTls::None => Tls::None,
            },
            extra_roots: None,
            credentials,
            hello_name: self.hello_name.clone(),
            max_connections: self.max_connections,
            limits: Limits::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        public_url = "https://login.example.org/"
        key_file = "keys.toml"
        [database]
        url = "sqlite:rekey.db"
        [mail]
        from = "noreply@example.org"
        host = "smtp.example.org"
    "#;

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rekey.toml");
        fs::write(&path, text).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(&path, variables).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let config = load(
            FILE,
            &[
                ("REKEY_MAIL__PORT", "2525"),
                ("REKEY_PRODUCT", "Acme"),
                ("REKEY_TRUSTED_PROXIES", "10.0.0.1,10.0.0.2"),
                ("PATH", "x"),
            ],
        )
        .unwrap();
        assert_eq!((config.mail.port, config.product.as_str()), (2525, "Acme"));
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.base_url(), "https://login.example.org");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let plain = FILE.replace("https", "http");
        for (text, variables, named) in [
            (plain.as_str(), &[][..], "public_url"),
            (FILE, &[("REKEY_MAIL__HOSTT", "x")][..], "hostt"),
            (FILE, &[("REKEY_MAIL__PORT", "many")][..], "port"),
            (FILE, &[("REKEY_MAIL__FROM", "nobody")][..], "mail.from"),
            ("", &[][..], "public_url"),
        ] {
            let error = load(text, variables).unwrap_err();
            assert!(error.contains(named), "{error:?} names {named}");
        }
    }

    #[test]
    fn secrets_come_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("url");
        fs::write(&file, "postgres://rekey@db/rekey\n").unwrap();
        let text = FILE.replace("url = \"sqlite:rekey.db\"", &format!("url_file = {file:?}"));
        assert_eq!(load(&text, &[]).unwrap().database.url().unwrap(), "postgres://rekey@db/rekey");
    }
}
