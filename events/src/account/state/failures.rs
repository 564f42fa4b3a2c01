//! Failures in a row, and the delay they bring.

use crate::account::event::Failure;
use crate::moment::Moment;
use crate::policy::delay_after;

/// Failures in a row, and when the last was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Failures {
    in_a_row: u32,
    last: Moment,
}

impl Failures {
    /// Counts a failure. A throttled attempt compared nothing and counts for
    /// nothing: who hammers on does not prolong the owner's wait.
    pub fn count(&mut self, at: Moment, reason: Failure) {
        if reason != Failure::Throttled {
            self.in_a_row = self.in_a_row.saturating_add(1);
            self.last = at;
        }
    }

    /// Whether an attempt at `at` comes too soon.
    pub fn throttle(&self, at: Moment) -> bool {
        at.since(self.last) < delay_after(self.in_a_row)
    }
}
