//! Why a TLS handshake failed, in the terms an operator can act on.

use std::{fmt, io};

use tokio_rustls::rustls::{CertificateError, Error};

use super::outcome::Failure;

/// What is wrong with the server's side of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFailure {
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for another host name.
    WrongHost,
    /// The certificate's issuer is not trusted. A self-signed certificate has none.
    UnknownAuthority,
    /// The certificate cannot be used for another reason.
    Certificate,
    /// The server's first bytes are not TLS: wrong port, or wrong kind of encryption.
    NotTls,
    /// Anything else.
    Handshake,
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "the server's certificate has expired",
            Self::NotYetValid => "the server's certificate is not valid yet",
            Self::WrongHost => "the server's certificate is for another host",
            Self::UnknownAuthority => "the authority that issued the server's certificate is not trusted",
            Self::Certificate => "the server's certificate cannot be used",
            Self::NotTls => "the server does not speak TLS here",
            Self::Handshake => "the handshake failed",
        })
    }
}

/// The failure that `error`, of a handshake, stands for.
pub(super) fn failure(error: io::Error) -> Failure {
    let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let kind = match of_tls {
        None => return error.into(),
        Some(Error::InvalidCertificate(certificate)) => of_certificate(certificate),
        Some(Error::InvalidMessage(_)) => TlsFailure::NotTls,
        Some(_) => TlsFailure::Handshake,
    };
    Failure::Tls(kind, error.to_string())
}

fn of_certificate(error: &CertificateError) -> TlsFailure {
    use CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => TlsFailure::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => TlsFailure::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => TlsFailure::WrongHost,
        E::UnknownIssuer => TlsFailure::UnknownAuthority,
        // What `openssl req -x509` makes: a certificate that is its own authority. rustls-webpki has a name for
        // it, rustls only passes that on.
        E::Other(other) if other.to_string() == "CaUsedAsEndEntity" => TlsFailure::UnknownAuthority,
        _ => TlsFailure::Certificate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(error: Error) -> Failure {
        failure(io::Error::new(io::ErrorKind::InvalidData, error))
    }

    #[test]
    fn an_error_that_is_not_of_tls_is_one_of_the_connection() {
        assert_eq!(failure(io::ErrorKind::UnexpectedEof.into()), Failure::Closed);
        assert_eq!(
            failure(io::ErrorKind::ConnectionReset.into()),
            Failure::Io(io::ErrorKind::ConnectionReset)
        );
    }

    #[test]
    fn a_certificate_says_what_is_wrong_with_it() {
        for (error, expected) in [
            (CertificateError::Expired, TlsFailure::Expired),
            (CertificateError::NotValidYet, TlsFailure::NotYetValid),
            (CertificateError::NotValidForName, TlsFailure::WrongHost),
            (CertificateError::UnknownIssuer, TlsFailure::UnknownAuthority),
            (CertificateError::Revoked, TlsFailure::Certificate),
        ] {
            let found = kind(Error::InvalidCertificate(error));
            assert!(matches!(&found, Failure::Tls(kind, _) if *kind == expected), "{found:?}");
        }
        let no_alpn = kind(Error::NoApplicationProtocol);
        assert!(matches!(no_alpn, Failure::Tls(TlsFailure::Handshake, _)), "{no_alpn:?}");
    }
}
