//! `[nats]`: the bus between relays and mailers.

use std::path::PathBuf;

use rekey_workers::BusConfig;
use serde::Deserialize;

use super::ConfigError;
use super::authorities::authorities;
use super::file::{check_credentials, credentials};
use super::urls;

/// The bus: NATS with JetStream. Without it, mailers find their mails in the
/// database alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    /// The servers, such as `nats://bus.example.org:4222`; any that answers is used.
    pub servers: Vec<String>,
    /// The user to authenticate as.
    username: Option<String>,
    /// A file that holds the password.
    password_file: Option<PathBuf>,
    /// Certificates to trust beside the system's, PEM; asks for TLS.
    ca_file: Option<PathBuf>,
    /// On how many servers each hint is kept.
    #[serde(default = "replicas")]
    replicas: usize,
}

fn replicas() -> usize {
    1
}

impl Nats {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.servers.is_empty() {
            let example = r#"servers = ["nats://127.0.0.1:4222"]"#;
            return Err(ConfigError::of(
                "nats.servers",
                format!("names no server: give at least one, {example}, or leave [nats] out"),
            ));
        }
        for (index, server) in self.servers.iter().enumerate() {
            check_server(server).map_err(|why| ConfigError::of(format!("nats.servers[{index}]"), why))?;
        }
        if !matches!(self.replicas, 1 | 3 | 5) {
            return Err(ConfigError::of(
                "nats.replicas",
                "must be 1, 3 or 5, and at most the number of servers",
            ));
        }
        check_credentials("nats", self.username.as_ref(), self.password_file.as_ref())
    }

    /// The bus, as the workers take it.
    ///
    /// # Errors
    /// Only one of `username` and `password_file` is given, or a file cannot be used.
    pub fn bus(&self) -> Result<BusConfig, ConfigError> {
        if let Some(file) = &self.ca_file {
            authorities("nats.ca_file", file)?;
        }
        Ok(BusConfig {
            servers: self.servers.clone(),
            user: credentials("nats", self.username.as_ref(), self.password_file.as_ref())?,
            ca_file: self.ca_file.clone(),
            replicas: self.replicas,
        })
    }
}

/// A server's address; the scheme may be left out.
fn check_server(server: &str) -> Result<(), String> {
    let whole = if server.contains("://") { server.to_owned() } else { format!("nats://{server}") };
    let url = urls::parse(&whole, &["nats", "tls"])?;
    let has_more = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
    if has_more {
        Err("must be nats://HOST:PORT or tls://HOST:PORT, without a path".to_owned())
    } else {
        Ok(())
    }
}
