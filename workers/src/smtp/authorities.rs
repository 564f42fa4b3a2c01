//! Certificate authorities that an operator adds to the system's.

use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::rustls::RootCertStore;

/// Certificate authorities to trust beside the system's; never empty.
#[derive(Clone, Debug)]
pub struct Authorities(RootCertStore);

/// Why a text has no [`Authorities`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthoritiesError {
    /// There is no certificate in it.
    #[error("it holds no certificate in PEM")]
    Missing,
    /// One cannot be used.
    #[error("a certificate in it cannot be used: {0}")]
    Unusable(String),
}

impl Authorities {
    /// Reads all certificates in `pem`; other sections, such as keys, are passed over.
    ///
    /// # Errors
    /// There is none, or one is not the certificate of an authority.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AuthoritiesError> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| AuthoritiesError::Unusable(error.to_string()))?;
            roots.add(certificate).map_err(|error| AuthoritiesError::Unusable(error.to_string()))?;
        }
        if roots.is_empty() { Err(AuthoritiesError::Missing) } else { Ok(Self(roots)) }
    }

    /// Adds them to `roots`.
    pub(super) fn add_to(&self, roots: &mut RootCertStore) {
        roots.extend(self.0.roots.iter().cloned());
    }
}
