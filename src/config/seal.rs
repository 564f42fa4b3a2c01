//! `[seal]`: who vouches for the log, where that is remembered, and who is told.

use std::path::PathBuf;
use std::time::Duration;

use rekey_events::seal::{SigningKey, WitnessKey};
use rekey_workers::message::Address;
use rekey_workers::sealer::Uri;
use serde::Deserialize;
use url::Url;

use super::file::secret;
use super::{ConfigError, NOT_SAFE, urls};

/// The seal over the log. Without it nothing is signed, and nobody can prove that history was not altered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The key file, from `rekey keys seal`.
    pub key_file: PathBuf,
    /// A folder for what was signed, out of reach of whoever administers the database.
    pub folder: PathBuf,
    /// Seconds between two checkpoints, while there is anything to sign.
    #[serde(default = "every_seconds")]
    every_seconds: u64,
    /// Addresses to which checkpoints are mailed.
    #[serde(default)]
    mail: Vec<String>,
    /// Hours between two such mails.
    #[serde(default = "mail_every_hours")]
    mail_every_hours: u64,
    /// A URL to which checkpoints are posted.
    webhook: Option<String>,
    /// Those who cosign checkpoints.
    #[serde(default)]
    witness: Vec<Witness>,
}

/// A witness by the protocol of <https://c2sp.org/tlog-witness>.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Witness {
    /// The prefix of its addresses: `add-checkpoint` is below it.
    url: String,
    /// Its public key, `NAME+HASH+KEY`.
    key: String,
}

fn every_seconds() -> u64 {
    10
}

fn mail_every_hours() -> u64 {
    24
}

impl Seal {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !(1..=86_400).contains(&self.every_seconds) {
            return Err(ConfigError::of("seal.every_seconds", "must be from 1 to 86400"));
        }
        if !(1..=8760).contains(&self.mail_every_hours) {
            return Err(ConfigError::of("seal.mail_every_hours", "must be from 1 to 8760"));
        }
        self.mail()?;
        self.webhook()?;
        self.witnesses().map(drop)
    }

    /// The key that signs.
    ///
    /// # Errors
    /// The file cannot be read, or holds none.
    pub fn key(&self) -> Result<SigningKey, ConfigError> {
        let file = self.key_file.display();
        secret("seal.key_file", &self.key_file)?.parse().map_err(|_| {
            ConfigError::new(format!(
                "{file} holds no key of a seal: make one with `rekey keys seal --name NAME FILE`"
            ))
        })
    }

    /// How often it is signed.
    #[must_use]
    pub fn every(&self) -> Duration {
        Duration::from_secs(self.every_seconds)
    }

    /// To whom checkpoints are mailed.
    ///
    /// # Errors
    /// One is no mail address.
    pub fn mail(&self) -> Result<Vec<Address>, ConfigError> {
        let address = |(index, text): (usize, &String)| {
            Address::parse(text).map_err(|error| {
                let why = format!("must be an address such as auditors@example.org: {error}");
                ConfigError::of(format!("seal.mail[{index}]"), why)
            })
        };
        self.mail.iter().enumerate().map(address).collect()
    }

    /// How often, at most.
    #[must_use]
    pub fn mail_every(&self) -> Duration {
        Duration::from_secs(self.mail_every_hours * 60 * 60)
    }

    /// Where checkpoints are posted to.
    ///
    /// # Errors
    /// It is no https URL.
    pub fn webhook(&self) -> Result<Option<Uri>, ConfigError> {
        self.webhook
            .as_deref()
            .map(|text| uri("seal.webhook", web(text, "seal.webhook")?.as_str()))
            .transpose()
    }

    /// Who cosigns: where a checkpoint is sent to, and whose cosignature comes back.
    ///
    /// # Errors
    /// A URL is not one by https, or a key is none.
    pub fn witnesses(&self) -> Result<Vec<(Uri, WitnessKey)>, ConfigError> {
        self.witness.iter().enumerate().map(|(index, witness)| witness.cosigner(index)).collect()
    }
}

impl Witness {
    fn cosigner(&self, index: usize) -> Result<(Uri, WitnessKey), ConfigError> {
        let at = |name: &str| format!("seal.witness[{index}].{name}");
        let prefix = web(&self.url, &at("url"))?;
        if prefix.query().is_some() {
            return Err(ConfigError::of(at("url"), "has a query: add-checkpoint is to follow it"));
        }
        let submission = format!("{}/add-checkpoint", prefix.as_str().trim_end_matches('/'));
        let key = self
            .key
            .parse()
            .map_err(|error| ConfigError::of(at("key"), format!("cannot be used: {error}")))?;
        Ok((uri(&at("url"), &submission)?, key))
    }
}

/// A URL that nobody on the way can read or answer.
fn web(text: &str, key: &str) -> Result<Url, ConfigError> {
    let url = urls::parse(text, &["https", "http"]).map_err(|why| ConfigError::of(key, why))?;
    if !urls::is_safe(&url) {
        return Err(ConfigError::of(key, NOT_SAFE));
    }
    // It would not be sent.
    if url.fragment().is_some() {
        return Err(ConfigError::of(key, "has a fragment: leave out what begins with #"));
    }
    Ok(url)
}

fn uri(key: &str, url: &str) -> Result<Uri, ConfigError> {
    url.parse().map_err(|error| ConfigError::of(key, format!("is no URL: {error}")))
}
