//! `[policy]`: the rules of the house.

use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;

/// The rules of the house.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Whether a reset asks for the second factor: `never` or `when_enrolled`.
    pub reset_second_factor: ResetSecondFactor,
    /// Requests for links an hour of one source that are looked at.
    pub requests_per_source: i64,
    /// Days that source addresses and user agents are kept.
    pub keep_sources_days: u64,
    /// Passwords hashed at the same time.
    pub hashes_at_once: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reset_second_factor: ResetSecondFactor::Never,
            requests_per_source: 60,
            keep_sources_days: 90,
            hashes_at_once: 2,
        }
    }
}

impl Policy {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.requests_per_source < 1 {
            return Err(ConfigError::of("policy.requests_per_source", "must be at least 1"));
        }
        if self.hashes_at_once == 0 {
            return Err(ConfigError::of("policy.hashes_at_once", "must be at least 1"));
        }
        if self.keep_sources_days > 36_500 {
            return Err(ConfigError::of("policy.keep_sources_days", "must be at most 36500"));
        }
        Ok(())
    }

    /// How long source addresses are kept.
    #[must_use]
    pub fn keep_sources(&self) -> Duration {
        Duration::from_secs(self.keep_sources_days * 24 * 60 * 60)
    }
}

/// Whether a reset asks for the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetSecondFactor {
    /// It is asked for at the next sign-in only.
    Never,
    /// Also at the reset, where one is enrolled.
    WhenEnrolled,
}
