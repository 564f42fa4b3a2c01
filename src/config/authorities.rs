//! `ca_file`: certificate authorities of the operator's own.

use std::path::Path;

use rekey_workers::smtp::Authorities;

use super::ConfigError;
use crate::text_file::read_text;

/// Reads the certificate authorities in the file that `key` names.
///
/// # Errors
/// The file cannot be read, or holds no certificate of an authority.
pub(super) fn authorities(key: &str, file: &Path) -> Result<Authorities, ConfigError> {
    let wrong = |why: String| {
        ConfigError::new(format!(
            "{key}: {} cannot be used: {why}; give the authority's certificate in PEM (-----BEGIN CERTIFICATE-----), \
             or leave {key} out to trust the system's authorities only",
            file.display()
        ))
    };
    let pem = read_text(file).map_err(|error| wrong(error.to_string()))?;
    Authorities::from_pem(pem.as_bytes()).map_err(|error| wrong(error.to_string()))
}
