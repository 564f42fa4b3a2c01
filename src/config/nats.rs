//! `[nats]`: the bus between relays and mailers.

use std::path::PathBuf;

use rekey_workers::BusConfig;
use serde::Deserialize;

use super::ConfigError;
use super::authorities::authorities;
use super::file::credentials;

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
            return Err(ConfigError(format!(
                "nats.servers names no server: give at least one, {example}, or leave [nats] out"
            )));
        }
        if !matches!(self.replicas, 1 | 3 | 5) {
            return Err(ConfigError(
                "nats.replicas must be 1, 3 or 5, and at most the number of servers".to_owned(),
            ));
        }
        Ok(())
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
