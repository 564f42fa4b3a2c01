//! Encryption of the connection: rustls, the system's certificates and those of the operator.

use std::sync::Arc;

use rustls_pki_types::ServerName;
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring},
};

use super::{
    config::{ConfigError, ProviderConfig, Tls},
    outcome::Failure,
    tls_failure,
    wire::Socket,
};

/// All a handshake needs.
pub(super) struct Handshake {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl Handshake {
    /// For a provider that wants encryption; certificates are read here, once.
    pub(super) fn for_provider(config: &ProviderConfig) -> Result<Option<Self>, ConfigError> {
        if config.tls == Tls::None {
            return Ok(None);
        }
        let server = ServerName::try_from(config.host.clone()).map_err(|_| ConfigError::Host)?;
        let connector = TlsConnector::from(Arc::new(client_config(roots(config))?));
        Ok(Some(Self { connector, server }))
    }

    /// The encrypted side of `socket`.
    pub(super) async fn run(&self, socket: Box<dyn Socket>) -> Result<Box<dyn Socket>, Failure> {
        let handshake = self.connector.connect(self.server.clone(), socket).await;
        match handshake {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(tls_failure::failure(error)),
        }
    }
}

fn client_config(roots: RootCertStore) -> Result<ClientConfig, ConfigError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn roots(config: &ProviderConfig) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Systems carry a few certificates that rustls cannot use; missing all of them shows in the handshake.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(authorities) = &config.extra_roots {
        authorities.add_to(&mut roots);
    }
    roots
}
