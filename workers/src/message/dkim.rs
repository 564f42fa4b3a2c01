//! DKIM signatures (RFC 6376, RFC 8463): relaxed/relaxed, RSA or Ed25519.
//!
//! Our own, as lettre's takes the time of signing from the clock: the same mail would have other bytes each time. Both
//! algorithms give the same signature for the same input.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use sha2::{Digest, Sha256};

use super::canonical;

/// Signed where present, and named once more so that nobody can add another (RFC 6376 section 8.15).
const SIGNED: [&str; 8] =
    ["from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted"];

/// Signs mails for one domain.
pub struct Dkim {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// Why mails cannot be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// Not a domain name.
    #[error("the DKIM domain is not a domain name")]
    Domain,
    /// Not a name below `_domainkey`.
    #[error("the DKIM selector is not a name")]
    Selector,
    /// Not a key that we can sign with.
    #[error("the DKIM key is neither an RSA key of 2048 bits or more nor an Ed25519 key, in PEM")]
    Key,
    /// The message is not text, or the signature failed.
    #[error("the mail cannot be signed")]
    Sign,
}

impl Dkim {
    /// `pem` is an RSA or Ed25519 private key, PKCS#8 or (RSA) PKCS#1.
    ///
    /// # Errors
    /// Which of the three cannot be used.
    pub fn from_pem(domain: &str, selector: &str, pem: &[u8]) -> Result<Self, DkimError> {
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| DkimError::Domain)?;
        if !selector.split('.').all(is_label) {
            return Err(DkimError::Selector);
        }
        Ok(Self { domain, selector: selector.to_owned(), key: Key::from_pem(pem)? })
    }

    /// The DKIM-Signature header for `message`, with its line end, to be put in front of it.
    pub(super) fn signature(&self, message: &[u8], date: i64) -> Result<String, DkimError> {
        let message = str::from_utf8(message).map_err(|_| DkimError::Sign)?;
        let (headers, body) = canonical::split(message);
        let unsigned = self.unsigned(canonical::body(body).as_bytes(), date);
        let mut input = signed_headers(&headers);
        input.push_str(canonical::header("dkim-signature", &unsigned).trim_end());
        let signature = STANDARD.encode(self.key.sign(input.as_bytes())?);
        Ok(format!("DKIM-Signature:{unsigned}{}\r\n", folded(&signature)))
    }

    /// The header's value with an empty `b=`, which stands last.
    fn unsigned(&self, body: &[u8], date: i64) -> String {
        let Self { domain, selector, key } = self;
        let names = SIGNED.map(|name| format!("{name}:{name}"));
        let names: Vec<String> = names.chunks(2).map(|pair| pair.join(":")).collect();
        format!(
            " v=1; a={}; c=relaxed/relaxed; t={date};\r\n d={domain}; s={selector};\r\n h={};\r\n bh={};\r\n b=",
            key.algorithm(),
            names.join(":\r\n "),
            STANDARD.encode(Sha256::digest(body)),
        )
    }
}

impl Key {
    fn from_pem(pem: &[u8]) -> Result<Self, DkimError> {
        match PrivateKeyDer::from_pem_slice(pem).map_err(|_| DkimError::Key)? {
            PrivateKeyDer::Pkcs1(der) => {
                RsaKeyPair::from_der(der.secret_pkcs1_der()).map(Self::Rsa).map_err(|_| DkimError::Key)
            }
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8(der.secret_pkcs8_der()),
            _ => Err(DkimError::Key),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, DkimError> {
        // OpenSSL writes Ed25519 keys without their public half, hence "maybe unchecked".
        let ed25519 = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Self::Ed25519);
        ed25519.or_else(|_| RsaKeyPair::from_pkcs8(der).map(Self::Rsa)).map_err(|_| DkimError::Key)
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519-sha256",
            Self::Rsa(_) => "rsa-sha256",
        }
    }

    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, DkimError> {
        match self {
            // RFC 8463 section 3: the hash is what gets signed.
            Self::Ed25519(key) => Ok(key.sign(&Sha256::digest(input)).as_ref().to_vec()),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // Randomness only blinds the computation; the result does not depend on it.
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature)
                    .map_err(|_| DkimError::Sign)?;
                Ok(signature)
            }
        }
    }
}

/// Shows no key.
impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dkim({}, {}._domainkey.{})", self.key.algorithm(), self.selector, self.domain)
    }
}

fn signed_headers(headers: &[(&str, String)]) -> String {
    let value_of = |wanted: &str| headers.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(wanted));
    SIGNED
        .iter()
        .filter_map(|name| value_of(name))
        .map(|(name, value)| canonical::header(name, value))
        .collect()
}

/// Lines of at most 76 characters: relaxed verifiers ignore blanks within `b=`.
fn folded(signature: &str) -> String {
    let lines: Vec<&str> =
        (0..signature.len()).step_by(72).map(|at| &signature[at..signature.len().min(at + 72)]).collect();
    lines.join("\r\n ")
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
