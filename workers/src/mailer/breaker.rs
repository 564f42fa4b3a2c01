//! What is learnt of a server from whether it could be used: for how long mails
//! go elsewhere, or wait.

use std::time::Duration;

use rekey_events::Moment;

/// The pauses after failures in a row, in seconds.
const PAUSES: [u64; 5] = [1, 2, 5, 10, 15];
/// How long one mail may try a server that failed before the next one does.
const TRIAL: Duration = Duration::from_secs(15);

/// Open until a moment, the longer the more failures in a row there were.
#[derive(Default)]
pub(super) struct Breaker {
    pub(super) failures: usize,
    pub(super) until: Moment,
}

/// Which failure a mail's own would be: those side by side are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts(Option<usize>);

impl Breaker {
    /// A mail begins. Of those that find a server whose pause is over, the first tries it: until
    /// that one has ended, the others go elsewhere, as a server may be silent for long.
    pub(super) fn begin(&mut self, now: Moment) -> Counts {
        if now < self.until {
            return Counts(None);
        }
        if self.failures > 0 {
            self.until = now.after(TRIAL);
        }
        Counts(Some(self.failures))
    }

    /// Whether this is one more failure. Mails that were under way when the breaker opened fail
    /// with it: that is one failure, else it would open for longest at once.
    pub(super) fn fail(&mut self, counts: Counts, now: Moment) -> bool {
        if counts.0 != Some(self.failures) {
            return false;
        }
        self.until = now.after(Duration::from_secs(PAUSES[self.failures.min(PAUSES.len() - 1)]));
        self.failures += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::default().after(Duration::from_secs(seconds))
    }

    /// A breaker that was opened once, at 0 s.
    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        let counts = breaker.begin(at(0));
        assert!(breaker.fail(counts, at(0)));
        breaker
    }

    #[test]
    fn failures_side_by_side_are_one() {
        let mut breaker = Breaker::default();
        let (one, other) = (breaker.begin(at(0)), breaker.begin(at(0)));
        assert!(breaker.fail(one, at(0)) && !breaker.fail(other, at(30)));
        assert_eq!((breaker.failures, breaker.until), (1, at(1)));
    }

    #[test]
    fn pauses_become_longer() {
        let mut breaker = opened();
        for pause in [2, 5, 10, 15, 15] {
            let now = breaker.until;
            let counts = breaker.begin(now);
            assert!(breaker.fail(counts, now));
            assert_eq!(breaker.until.since(now), Duration::from_secs(pause));
        }
    }

    #[test]
    fn after_a_pause_one_mail_tries_the_server() {
        let mut breaker = opened();
        let trial = breaker.begin(at(1));
        assert_eq!(breaker.until, at(16), "the others wait");
        let other = breaker.begin(at(2));
        assert!(!breaker.fail(other, at(3)), "it was sent all the same, and counts for nothing");
        assert!(breaker.fail(trial, at(4)));
        assert_eq!(breaker.until, at(6));
    }
}
