//! What an operator says about one mail server.

use std::{fmt, net::IpAddr, time::Duration};

use secrecy::SecretString;

use super::{Authorities, HelloName};

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all. No password is ever sent so, but to this same machine.
    None,
    /// Plain greeting, then STARTTLS (RFC 3207), which the server must offer.
    StartTls,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// How long each phase may take, and how long a connection is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// TCP connect, for each address of the host; also the name lookup.
    pub connect: Duration,
    /// From connect to the complete greeting.
    pub greeting: Duration,
    /// Each of the TLS handshake, EHLO, STARTTLS and AUTH exchanges.
    pub hello: Duration,
    /// Each of MAIL, RCPT, DATA and RSET.
    pub command: Duration,
    /// Without any progress while the body is written.
    pub body: Duration,
    /// From the final dot to its complete reply. A shorter one makes doubles (RFC 5321 section 4.5.3.2.6).
    pub dot: Duration,
    /// How old an answer to the last question ([`Gate::still_wanted`](super::Gate::still_wanted)) may be when the body is
    /// sent. Servers may take minutes for a command, and what was wanted before may not be after.
    pub verdict_age: Duration,
    /// Mails over one connection.
    pub mails_per_connection: u32,
    /// Age at which a connection takes no further mail.
    pub connection_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            greeting: Duration::from_secs(30),
            hello: Duration::from_secs(30),
            command: Duration::from_secs(60),
            body: Duration::from_secs(60),
            dot: Duration::from_secs(600),
            // As long as a server nearby takes for three commands.
            verdict_age: Duration::from_millis(10),
            mails_per_connection: 100,
            connection_age: Duration::from_secs(300),
        }
    }
}

/// One mail server and how to talk to it.
#[derive(Clone)]
pub struct ProviderConfig {
    /// What logs and metrics call it.
    pub name: String,
    /// Host name or IP address; also the name its certificate must have.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Encryption.
    pub tls: Tls,
    /// Authorities to trust beside the system's, for servers with a private one.
    pub extra_roots: Option<Authorities>,
    /// User name and password for AUTH.
    pub credentials: Option<(String, SecretString)>,
    /// How we name ourselves in EHLO.
    pub hello_name: HelloName,
    /// Upper bound of open connections.
    pub max_connections: usize,
    /// Limits of the phases.
    pub limits: Limits,
}

/// Why a [`ProviderConfig`] cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The EHLO name is neither a domain nor an IP address.
    #[error("the name for EHLO must be a domain such as login.example.org, or an IP address")]
    HelloName,
    /// The host cannot be the name in a certificate.
    #[error("the host is neither a name nor an IP address")]
    Host,
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Tls(String),
    /// No connection would ever be allowed.
    #[error("at least one connection must be allowed")]
    NoConnections,
    /// A password would cross the network unencrypted.
    #[error("a password is only sent over TLS, or to this same machine")]
    PasswordInClear,
}

impl ProviderConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.max_connections == 0 {
            return Err(ConfigError::NoConnections);
        }
        if self.credentials.is_some() && self.tls == Tls::None && !is_this_machine(&self.host) {
            return Err(ConfigError::PasswordInClear);
        }
        Ok(())
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Shows neither user name nor password.
impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderConfig")
            .field("name", &self.name)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("authenticates", &self.credentials.is_some())
            .field("hello_name", &self.hello_name)
            .field("max_connections", &self.max_connections)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
