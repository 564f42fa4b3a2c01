//! `[[mail.providers]]`: one mail server.

use std::path::PathBuf;

use rekey_workers::smtp::{Authorities, HelloName, Limits, ProviderConfig, Tls};
use serde::Deserialize;

use crate::config::authorities::authorities;
use crate::config::file::{check_credentials, credentials};
use crate::config::{ConfigError, HostName};

/// One mail server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Provider {
    /// What logs, events and metrics call it; its host, unless given.
    pub(super) name: Option<String>,
    /// Where it is.
    pub(super) host: HostName,
    /// Its port.
    #[serde(default = "submission")]
    pub(super) port: u16,
    /// How the connection is encrypted.
    #[serde(default)]
    pub(super) tls: MailTls,
    /// The user to authenticate as.
    pub(super) username: Option<String>,
    /// A file that holds the password.
    pub(super) password_file: Option<PathBuf>,
    /// Certificate authorities to trust beside the system's, PEM.
    pub(super) ca_file: Option<PathBuf>,
    /// Connections at a time.
    #[serde(default = "max_connections")]
    pub(super) max_connections: usize,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
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

pub(super) fn submission() -> u16 {
    587
}

pub(super) fn max_connections() -> usize {
    8
}

impl Provider {
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.host)
    }

    /// `section` is where it is configured.
    pub(super) fn check(&self, section: &str) -> Result<(), ConfigError> {
        let wrong = |name: &str, why: &str| Err(ConfigError::of(format!("{section}.{name}"), why));
        if self.port == 0 {
            return wrong("port", "must be from 1 to 65535");
        }
        if self.max_connections == 0 {
            return wrong("max_connections", "must be at least 1");
        }
        if self.username.is_some() && self.tls == MailTls::None && !self.host.is_this_machine() {
            return wrong(
                "tls",
                "would send the password in clear: use starttls or implicit, or leave username and password_file out",
            );
        }
        if self.ca_file.is_some() && self.tls == MailTls::None {
            return wrong(
                "ca_file",
                "is of no use without TLS: leave it out, or set tls to starttls or implicit",
            );
        }
        check_credentials(section, self.username.as_ref(), self.password_file.as_ref())
    }

    /// As the driver takes it; `section` is where it is configured, for errors.
    pub(super) fn server(
        &self,
        section: &str,
        hello_name: &HelloName,
    ) -> Result<ProviderConfig, ConfigError> {
        Ok(ProviderConfig {
            name: self.name().to_owned(),
            host: self.host.to_string(),
            port: self.port,
            tls: match self.tls {
                MailTls::Starttls => Tls::StartTls,
                MailTls::Implicit => Tls::Implicit,
                MailTls::None => Tls::None,
            },
            extra_roots: self.authorities(section)?,
            credentials: credentials(section, self.username.as_ref(), self.password_file.as_ref())?,
            hello_name: hello_name.clone(),
            max_connections: self.max_connections,
            limits: Limits::default(),
        })
    }

    /// The authorities to trust beside the system's.
    fn authorities(&self, section: &str) -> Result<Option<Authorities>, ConfigError> {
        self.ca_file.as_ref().map(|file| authorities(&format!("{section}.ca_file"), file)).transpose()
    }
}
