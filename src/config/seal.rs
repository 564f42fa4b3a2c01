//! `[seal]`: who vouches for the log, where that is remembered, and who is told.

use std::path::PathBuf;
use std::time::Duration;

use rekey_events::seal::{SigningKey, WitnessKey};
use rekey_workers::message::Address;
use rekey_workers::sealer::Uri;
use serde::Deserialize;

use super::file::secret;
use super::{ConfigError, is_this_machine};

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
    mail: OneOrMore,
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

/// A text, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl OneOrMore {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
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
            return Err(ConfigError("seal.every_seconds must be from 1 to 86400".to_owned()));
        }
        if !(1..=8760).contains(&self.mail_every_hours) {
            return Err(ConfigError("seal.mail_every_hours must be from 1 to 8760".to_owned()));
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
            ConfigError(format!(
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
        let address = |text: &String| {
            Address::parse(text).map_err(|error| {
                ConfigError(format!("seal.mail must be an address such as auditors@example.org: {error}"))
            })
        };
        self.mail.all().iter().map(address).collect()
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
        self.webhook.as_deref().map(|text| url("seal.webhook", text)).transpose()
    }

    /// Who cosigns: where a checkpoint is sent to, and whose cosignature comes back.
    ///
    /// # Errors
    /// A URL is not one by https, or a key is none.
    pub fn witnesses(&self) -> Result<Vec<(Uri, WitnessKey)>, ConfigError> {
        let witness = |witness: &Witness| {
            let submission = format!("{}/add-checkpoint", witness.url.trim_end_matches('/'));
            let key =
                witness.key.parse().map_err(|error| ConfigError(format!("seal.witness.key: {error}")))?;
            Ok((url("seal.witness.url", &submission)?, key))
        };
        self.witness.iter().map(witness).collect()
    }
}

/// A URL that nobody on the way can read or answer. It may hold a secret, so it is not shown.
fn url(key: &str, text: &str) -> Result<Uri, ConfigError> {
    let is_safe = text.starts_with("https://") || is_this_machine(text);
    let url = text.parse::<Uri>().ok().filter(|url| is_safe && url.host().is_some());
    url.ok_or_else(|| {
        ConfigError(format!("{key} must be a URL that begins with https:// (or this machine's own)"))
    })
}
