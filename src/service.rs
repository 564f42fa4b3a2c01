//! What the service does, one file per use: comparing, deciding, recording.
//! Knows nothing of HTTP but the answers it will give.

pub mod accounts;
pub mod administrators;
pub mod call;
pub mod mails;
pub mod passwords;
pub mod resets;
pub mod second_factor;
pub mod sessions;
pub mod sign_in;
pub mod suppressions;
pub mod two_steps;

use std::sync::Arc;

use rekey_events::store::{Log, Store};
use rekey_events::{AccountId, Env};

use crate::credential::Hasher;
use crate::keys::Keys;

pub use call::{Answer, Call, Caller};

/// What the rules of the house are.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The product's name, in mails, pages and authenticator apps.
    pub product: String,
    /// Whether a reset asks for the second factor where one is enrolled.
    pub reset_needs_second_factor: bool,
}

/// The service; cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    log: Log,
    keys: Keys,
    hasher: Hasher,
    settings: Settings,
}

impl Service {
    /// A service on `log`.
    #[must_use]
    pub fn new(log: Log, keys: Keys, hasher: Hasher, settings: Settings) -> Self {
        Self(Arc::new(Inner { log, keys, hasher, settings }))
    }

    /// The log it writes to.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.0.log
    }

    /// The store it reads from.
    #[must_use]
    pub fn store(&self) -> &Store {
        self.0.log.store()
    }

    /// Clock and dice.
    #[must_use]
    pub fn env(&self) -> &dyn Env {
        self.0.log.env()
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The rules of the house.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    /// The words a new password of this account must not resemble.
    pub(crate) async fn words_of(&self, account: AccountId) -> Result<Vec<String>, crate::problem::Problem> {
        let person = self.store().person(account).await?;
        let mut words = vec![self.settings().product.clone()];
        words.extend(person.into_iter().flat_map(|person| [person.username, person.email]));
        Ok(words)
    }
}
