//! `[mail]`: from whom, through which server, how signed.

use std::path::PathBuf;

use rekey_workers::message::Mailbox;
use rekey_workers::smtp::{Address, Limits, ProviderConfig, Tls};
use serde::Deserialize;

use super::ConfigError;
use super::file::credentials;

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

fn submission() -> u16 {
    587
}

fn hello_name() -> String {
    "localhost".to_owned()
}

fn max_connections() -> usize {
    8
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
            credentials: credentials("mail", self.username.as_ref(), self.password_file.as_ref())?,
            hello_name: self.hello_name.clone(),
            max_connections: self.max_connections,
            limits: Limits::default(),
        })
    }
}
