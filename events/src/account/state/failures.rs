//! Failures in a row, and the delay they bring.

use std::time::Duration;

use crate::account::event::Failure;
use crate::moment::Moment;
use crate::policy::{DAY, wait_after};

/// Failures in a row within a day of the first, and when the last was: as the
/// table of attempts under nobody's name counts, so that delays tell nobody
/// which names exist.
#[derive(Clone, Copy, Debug, Default)]
pub struct Failures {
    in_a_row: u32,
    first: Moment,
    last: Moment,
}

impl Failures {
    /// Counts a failure. A throttled attempt compared nothing and counts for
    /// nothing: who hammers on does not prolong the owner's wait.
    pub fn count(&mut self, at: Moment, reason: Failure) {
        if reason == Failure::Throttled {
            return;
        }
        if self.are_over(at) {
            *self = Self { first: at, ..Self::default() };
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.last = at;
    }

    /// Whether an attempt at `at` comes too soon.
    pub fn throttle(&self, at: Moment) -> bool {
        !self.wait(at).is_zero()
    }

    /// How long after `at` the next attempt may come; zero when it may come now.
    pub fn wait(&self, at: Moment) -> Duration {
        wait_after(self.in_a_row, self.first, self.last, at)
    }

    /// Whether the count begins anew at `at`.
    fn are_over(&self, at: Moment) -> bool {
        self.in_a_row == 0 || at.since(self.first) > DAY
    }
}
