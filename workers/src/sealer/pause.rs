//! Growing pauses between attempts that fail.

use std::time::Duration;

use rekey_events::Moment;

const FIRST: Duration = Duration::from_secs(10);

/// How long nothing is tried.
#[derive(Debug)]
pub(super) struct Pause {
    longest: Duration,
    next: Duration,
    until: Moment,
}

impl Pause {
    /// None yet; later ones are at most that long.
    pub(super) fn of_at_most(longest: Duration) -> Self {
        Self { longest, next: FIRST, until: Moment::default() }
    }

    /// Whether something may be tried.
    pub(super) fn is_over(&self, now: Moment) -> bool {
        now >= self.until
    }

    /// It failed: the next pause is twice as long.
    pub(super) fn begin(&mut self, now: Moment) {
        self.until = now.after(self.next);
        self.next = (self.next * 2).min(self.longest);
    }

    /// It went well.
    pub(super) fn end(&mut self) {
        *self = Self::of_at_most(self.longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_begin_anew_after_success() {
        let mut pause = Pause::of_at_most(Duration::from_secs(35));
        let mut now = Moment::from_micros(1);
        for seconds in [10, 20, 35, 35] {
            assert!(pause.is_over(now));
            pause.begin(now);
            now = now.after(Duration::from_secs(seconds - 1));
            assert!(!pause.is_over(now), "{seconds}");
            now = now.after(Duration::from_secs(1));
        }
        pause.end();
        pause.begin(now);
        assert!(pause.is_over(now.after(Duration::from_secs(10))));
    }
}
