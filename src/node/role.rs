//! What a process can do in the background.

use clap::ValueEnum;

use crate::config::{Config, ConfigError};

/// What a process does in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Answer requests: match username and address, issue links.
    Issuer,
    /// Tell the bus which mails are due; needs `nats` in the configuration.
    Relay,
    /// Send the mails that are owed.
    Mailer,
    /// Record what time has ended, forget what may be forgotten.
    Sweeper,
    /// Sign the log, so that nobody can change it unnoticed; needs `seal` in the configuration. One for a log.
    Sealer,
}

impl Role {
    /// All that can be done with this configuration.
    ///
    /// # Errors
    /// As [`Config::has_bus`].
    pub fn all(config: &Config) -> Result<Vec<Self>, ConfigError> {
        let all = Self::value_variants().iter().copied();
        let can = all.map(|role| Ok(role.can(config)?.then_some(role)));
        can.filter_map(Result::transpose).collect()
    }

    /// Whether it can be done with this configuration.
    ///
    /// # Errors
    /// As [`Config::has_bus`].
    pub fn can(self, config: &Config) -> Result<bool, ConfigError> {
        match self {
            Self::Relay => config.has_bus(),
            Self::Sealer => Ok(config.seal.is_some()),
            Self::Issuer | Self::Mailer | Self::Sweeper => Ok(true),
        }
    }
}
