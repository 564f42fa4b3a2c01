//! `[mail]`: from whom, through which servers, how signed.

mod provider;

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use rekey_workers::message::Mailbox;
use rekey_workers::sealer::Uri;
use rekey_workers::smtp::{Address, HelloName, ProviderConfig};
use serde::Deserialize;

use super::{Config, ConfigError};
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
    host: Option<String>,
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
        let url = self.public_url.parse::<Uri>().ok();
        self.mail.servers(url.as_ref().and_then(Uri::host).unwrap_or_default())
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

    /// The mail servers as the driver takes them, the preferred one first; `public_host` is the host of the public URL.
    ///
    /// # Errors
    /// Only one of `username` and `password_file` is given, a file cannot be used, or there is no name for EHLO.
    fn servers(&self, public_host: &str) -> Result<Vec<ProviderConfig>, ConfigError> {
        let hello_name = self.hello_name(public_host)?;
        let server = |provider: &Provider| provider.server(&self.section(provider), &hello_name);
        self.providers()?.iter().map(server).collect()
    }

    /// How we name ourselves in EHLO: as `hello_name` says, else by the host of the public URL.
    fn hello_name(&self, public_host: &str) -> Result<HelloName, ConfigError> {
        let given = self.hello_name.as_deref();
        given.unwrap_or(public_host).parse().map_err(|error| {
            ConfigError(match given {
                Some(name) => format!("mail.hello_name {name:?}: {error}"),
                None => format!(
                    "the host of public_url, {public_host:?}, is no name for EHLO: {error}; give another as mail.hello_name"
                ),
            })
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
            return Err(ConfigError("mail.suppress_hours must be at most 876000".to_owned()));
        }
        let mut names = HashSet::new();
        match self.providers()?.iter().map(Provider::name).find(|name| !names.insert((*name).to_owned())) {
            Some(twice) => Err(ConfigError(format!(
                "two of mail.providers are named {twice}: give each a name of its own"
            ))),
            None => Ok(()),
        }
    }

    /// Those of the list, or the one that is given without a list.
    fn providers(&self) -> Result<Vec<Provider>, ConfigError> {
        match (self.single(), self.providers.is_empty()) {
            (None, false) => Ok(self.providers.iter().map(|provider| self.with_defaults(provider)).collect()),
            (Some(host), true) => Ok(vec![self.short_form(host?)]),
            (Some(_), false) => Err(ConfigError(
                "give the mail server in [mail] (mail.host and so on), or several in [[mail.providers]], not both"
                    .to_owned(),
            )),
            (None, true) => Err(ConfigError(
                "mail.host is missing: the mail server, unless [[mail.providers]] names several".to_owned(),
            )),
        }
    }

    /// Where the keys of a provider are.
    fn section(&self, provider: &Provider) -> String {
        if self.providers.is_empty() {
            "mail".to_owned()
        } else {
            format!("mail.providers[{}]", provider.name())
        }
    }

    /// The server's host, if any key of the short form is given.
    fn single(&self) -> Option<Result<&str, ConfigError>> {
        let others = self.port.is_some()
            || self.tls.is_some()
            || self.username.is_some()
            || self.password_file.is_some()
            || self.max_connections.is_some();
        match &self.host {
            Some(host) => Some(Ok(host)),
            None if others => Some(Err(ConfigError("mail.host is missing: the mail server".to_owned()))),
            None => None,
        }
    }

    fn with_defaults(&self, provider: &Provider) -> Provider {
        let default = self.ca_file.as_ref().filter(|_| !matches!(provider.tls, MailTls::None));
        Provider { ca_file: provider.ca_file.as_ref().or(default).cloned(), ..provider.clone() }
    }

    fn short_form(&self, host: &str) -> Provider {
        Provider {
            name: None,
            host: host.to_owned(),
            port: self.port.unwrap_or_else(submission),
            tls: self.tls.unwrap_or_default(),
            username: self.username.clone(),
            password_file: self.password_file.clone(),
            ca_file: self.ca_file.clone(),
            max_connections: self.max_connections.unwrap_or_else(max_connections),
        }
    }
}
