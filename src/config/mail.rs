//! `[mail]`: from whom, through which servers, how signed.

mod provider;

use std::path::PathBuf;
use std::time::Duration;

use rekey_workers::message::Mailbox;
use rekey_workers::smtp::{Address, HelloName, ProviderConfig};
use serde::Deserialize;

use super::{Config, ConfigError, HostName};
pub use provider::MailTls;
use provider::{Provider, max_connections, submission};

/// Outgoing mail. The server is given here, or several in `providers`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// From whom: `noreply@example.org`.
    pub from: String,
    /// The sender's name shown beside it.
    pub from_name: Option<String>,
    /// How we name ourselves in EHLO: a domain or an IP address; the host of `public_url`, unless given.
    hello_name: Option<String>,
    /// Certificate authorities to trust beside the system's, PEM; for each of `providers` that has no file of its own.
    ca_file: Option<PathBuf>,
    /// Hours for which nothing is sent to an address that was refused for good.
    #[serde(default = "suppress_hours")]
    pub suppress_hours: u64,
    /// How mails are signed, if they are.
    pub dkim: Option<Dkim>,
    /// The mail servers, the preferred one first.
    #[serde(default)]
    providers: Vec<Provider>,
    host: Option<HostName>,
    port: Option<u16>,
    tls: Option<MailTls>,
    username: Option<String>,
    password_file: Option<PathBuf>,
    max_connections: Option<usize>,
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

fn suppress_hours() -> u64 {
    72
}

impl Config {
    /// The mail servers as the driver takes them, the preferred one first.
    ///
    /// # Errors
    /// Only one of `username` and `password_file` is given, a file cannot be used, or there is no name for EHLO.
    pub fn mail_servers(&self) -> Result<Vec<ProviderConfig>, ConfigError> {
        self.mail.servers(self.public_url.host())
    }
}

impl Mail {
    /// The sender.
    ///
    /// # Errors
    /// It is no mail address.
    pub fn sender(&self) -> Result<Mailbox, ConfigError> {
        let address = Address::parse(&self.from).map_err(|error| {
            ConfigError::of("mail.from", format!("must be an address such as noreply@example.org: {error}"))
        })?;
        Ok(Mailbox { name: self.from_name.clone(), address })
    }

    /// The mail servers as the driver takes them, the preferred one first; `public_host` is the host of the public URL.
    ///
    /// # Errors
    /// Only one of `username` and `password_file` is given, a file cannot be used, or there is no name for EHLO.
    fn servers(&self, public_host: &str) -> Result<Vec<ProviderConfig>, ConfigError> {
        let hello_name = self.hello_name(public_host)?;
        let providers = self.providers()?;
        let providers = providers.iter().enumerate();
        providers.map(|(index, provider)| provider.server(&self.section(index), &hello_name)).collect()
    }

    /// How we name ourselves in EHLO: as `hello_name` says, else by the host of the public URL.
    fn hello_name(&self, public_host: &str) -> Result<HelloName, ConfigError> {
        let given = self.hello_name.as_deref();
        given.unwrap_or(public_host).parse().map_err(|error| {
            let why = match given {
                Some(_) => {
                    return ConfigError::of("mail.hello_name", format!("is no name for EHLO: {error}"));
                }
                None => format!("the host of public_url, {public_host:?}, is no name for EHLO: {error}"),
            };
            ConfigError::new(format!("{why}; give another as mail.hello_name"))
        })
    }

    /// For how long nothing is sent to an address that was refused for good.
    #[must_use]
    pub fn suppress_for(&self) -> Duration {
        Duration::from_secs(self.suppress_hours * 60 * 60)
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.sender()?;
        if let Some(name) = &self.hello_name {
            self.hello_name(name)?;
        }
        if self.suppress_hours > 876_000 {
            return Err(ConfigError::of("mail.suppress_hours", "must be at most 876000"));
        }
        let providers = self.providers()?;
        for (index, provider) in providers.iter().enumerate() {
            provider.check(&self.section(index))?;
            let twin = providers[..index].iter().position(|other| other.name() == provider.name());
            if let Some(twin) = twin {
                return Err(ConfigError::of(
                    self.section(index),
                    format!(
                        "is named {} as mail.providers[{twin}] is: give each a name of its own",
                        provider.name()
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Those of the list, or the one that is given without a list.
    fn providers(&self) -> Result<Vec<Provider>, ConfigError> {
        match (self.short_key(), &self.host) {
            (None, _) if !self.providers.is_empty() => {
                Ok(self.providers.iter().map(|provider| self.with_defaults(provider)).collect())
            }
            (Some(key), _) if !self.providers.is_empty() => Err(ConfigError::of(
                format!("mail.{key}"),
                "is for a single mail server, and [[mail.providers]] names several: leave out either",
            )),
            (_, Some(host)) => Ok(vec![self.short_form(host)]),
            (_, None) => Err(ConfigError::of(
                "mail.host",
                "is missing: the mail server, unless [[mail.providers]] names several",
            )),
        }
    }

    /// Where the keys of a provider are.
    fn section(&self, index: usize) -> String {
        if self.providers.is_empty() { "mail".to_owned() } else { format!("mail.providers[{index}]") }
    }

    /// The first key that is given of a single server, if any.
    fn short_key(&self) -> Option<&'static str> {
        let given = [
            ("host", self.host.is_some()),
            ("port", self.port.is_some()),
            ("tls", self.tls.is_some()),
            ("username", self.username.is_some()),
            ("password_file", self.password_file.is_some()),
            ("max_connections", self.max_connections.is_some()),
        ];
        given.into_iter().find_map(|(key, is_given)| is_given.then_some(key))
    }

    fn with_defaults(&self, provider: &Provider) -> Provider {
        let default = self.ca_file.as_ref().filter(|_| !matches!(provider.tls, MailTls::None));
        Provider { ca_file: provider.ca_file.as_ref().or(default).cloned(), ..provider.clone() }
    }

    fn short_form(&self, host: &HostName) -> Provider {
        Provider {
            name: None,
            host: host.clone(),
            port: self.port.unwrap_or_else(submission),
            tls: self.tls.unwrap_or_default(),
            username: self.username.clone(),
            password_file: self.password_file.clone(),
            ca_file: self.ca_file.clone(),
            max_connections: self.max_connections.unwrap_or_else(max_connections),
        }
    }
}
