//! What may go wrong when: each minute has a storm, a time in which only what
//! has a bound goes wrong, and a calm.

use std::time::Duration;

/// How long it goes until it begins anew.
const CYCLE: u64 = 60;
const STORM_ENDS: u64 = 24;
const CALM_BEGINS: u64 = 48;

/// What may go wrong now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Everything.
    Storm,
    /// Everything but database and mail server, so that mails are to be sent within a bound.
    Breeze,
    /// Nothing.
    Calm,
}

impl Weather {
    /// So long after the start.
    pub fn at(since: Duration) -> Self {
        match since.as_secs() % CYCLE {
            ..STORM_ENDS => Self::Storm,
            STORM_ENDS..CALM_BEGINS => Self::Breeze,
            _ => Self::Calm,
        }
    }
}
