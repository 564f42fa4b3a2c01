//! What a process can do in the background.

use clap::ValueEnum;

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
}

impl Role {
    /// All that can be done with this configuration: without a bus nobody needs a relay.
    #[must_use]
    pub fn all(has_bus: bool) -> Vec<Self> {
        let all = Self::value_variants().iter().copied();
        all.filter(|role| has_bus || *role != Self::Relay).collect()
    }
}
