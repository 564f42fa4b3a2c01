//! A certificate of its own for each server.

use std::{io, sync::Arc};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring},
};

/// How the server encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    None,
    /// STARTTLS is offered.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// What a server's certificate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// `localhost` and `127.0.0.1`, for years to come.
    Right,
    /// Another host.
    OtherHost,
    /// The right names, until years ago.
    Expired,
}

/// Accepts handshakes with a certificate of this identity; also gives the certificate to trust, in PEM.
pub(crate) fn acceptor(identity: Identity) -> io::Result<(TlsAcceptor, String)> {
    let names = match identity {
        Identity::OtherHost => vec!["elsewhere.example".to_owned()],
        Identity::Right | Identity::Expired => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
    };
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    if identity == Identity::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let signing_key = KeyPair::generate().map_err(io::Error::other)?;
    let cert = params.self_signed(&signing_key).map_err(io::Error::other)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .map_err(io::Error::other)?;
    Ok((TlsAcceptor::from(Arc::new(config)), cert.pem()))
}
