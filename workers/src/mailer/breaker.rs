//! What is learnt of a server from whether it could be used: for how long mails
//! go elsewhere, or wait.

use std::sync::{Arc, Weak};
use std::time::Duration;

use rekey_events::Moment;

/// The pauses after failures in a row, in seconds.
const PAUSES: [u64; 5] = [1, 2, 5, 10, 15];
/// None is longer; and of a trial nobody knows how long it takes.
const LONGEST: Duration = Duration::from_secs(15);

/// Open until a moment, the longer the more failures in a row there were.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: usize,
    until: Moment,
    /// Moves on whenever it opens or closes.
    era: u64,
    /// Of the one mail that tries a server which failed, while it does and nobody knows that it works.
    trial: Weak<()>,
}

/// A mail that was begun, until it has ended: what it learns may be outdated by then.
#[derive(Debug)]
pub(super) struct Begun {
    era: u64,
    /// Whether its failure is one of its own.
    counts: bool,
    /// Held until it has ended, however it ends.
    _trial: Option<Arc<()>>,
}

impl Breaker {
    /// A mail begins. Of those that find a server whose pause is over, the first tries it: until
    /// that one has ended, the others go elsewhere, as a server may be silent for long.
    pub(super) fn begin(&mut self, now: Moment) -> Begun {
        let counts = !self.is_paused(now);
        let trial = (counts && self.failures > 0).then(Arc::default);
        if let Some(trial) = &trial {
            self.trial = Arc::downgrade(trial);
        }
        Begun { era: self.era, counts, _trial: trial }
    }

    /// Whether this is one more failure. Mails that were under way when the breaker opened fail
    /// with it: that is one failure, else it would open for longest at once.
    pub(super) fn fail(&mut self, begun: &Begun, now: Moment) -> bool {
        if !begun.counts || begun.era != self.era {
            return false;
        }
        self.until = now.after(Duration::from_secs(PAUSES[self.failures.min(PAUSES.len() - 1)]));
        self.failures += 1;
        self.era += 1;
        true
    }

    /// The server answered: it works, unless it failed after that mail was begun.
    pub(super) fn succeed(&mut self, begun: &Begun) {
        if self.failures > 0 && begun.era == self.era {
            *self = Self { era: self.era + 1, ..Self::default() };
        }
    }

    /// How often in a row it failed.
    pub(super) fn failures(&self) -> usize {
        self.failures
    }

    pub(super) fn is_paused(&self, now: Moment) -> bool {
        now < self.paused_until(now)
    }

    /// Until when nothing else is tried, as far as that is known. A pause that ends later than
    /// any can is of a clock that was set back, and over.
    pub(super) fn paused_until(&self, now: Moment) -> Moment {
        let longest = now.after(LONGEST);
        if self.is_tried() {
            longest
        } else if self.until > longest {
            now
        } else {
            self.until
        }
    }

    fn is_tried(&self) -> bool {
        self.trial.strong_count() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::default().after(Duration::from_secs(seconds))
    }

    /// A breaker that was opened once, at this second.
    fn opened(second: u64) -> Breaker {
        let mut breaker = Breaker::default();
        let begun = breaker.begin(at(second));
        assert!(breaker.fail(&begun, at(second)));
        breaker
    }

    #[test]
    fn failures_side_by_side_are_one() {
        let mut breaker = Breaker::default();
        let (one, other) = (breaker.begin(at(0)), breaker.begin(at(0)));
        assert!(breaker.fail(&one, at(0)) && !breaker.fail(&other, at(30)));
        assert_eq!((breaker.failures(), breaker.paused_until(at(0))), (1, at(1)));
    }

    #[test]
    fn pauses_become_longer() {
        let mut breaker = opened(0);
        for pause in [2, 5, 10, 15, 15] {
            let now = breaker.until;
            let begun = breaker.begin(now);
            assert!(breaker.fail(&begun, now));
            drop(begun);
            assert_eq!(breaker.paused_until(now).since(now), Duration::from_secs(pause));
        }
    }

    #[test]
    fn after_a_pause_one_mail_tries_the_server_for_as_long_as_it_takes() {
        let mut breaker = opened(0);
        let trial = breaker.begin(at(1));
        assert!(breaker.is_paused(at(1)) && breaker.is_paused(at(60)), "the others wait");
        let other = breaker.begin(at(2));
        assert!(!breaker.fail(&other, at(3)), "it was sent all the same, and counts for nothing");
        assert!(breaker.fail(&trial, at(60)));
        drop(trial);
        assert_eq!(breaker.paused_until(at(60)), at(62));
    }

    #[test]
    fn a_trial_that_taught_nothing_is_followed_by_another() {
        let mut breaker = opened(0);
        drop(breaker.begin(at(1)));
        assert!(!breaker.is_paused(at(1)));
        let next = breaker.begin(at(1));
        assert!(breaker.is_paused(at(1)));
        breaker.succeed(&next);
        drop(next);
        assert_eq!((breaker.failures(), breaker.is_paused(at(1))), (0, false));
    }

    #[test]
    fn once_the_server_works_nobody_waits_for_the_trial_to_end() {
        let mut breaker = opened(0);
        let trial = breaker.begin(at(1));
        breaker.succeed(&trial);
        assert!(!breaker.is_paused(at(1)));
        let mut breaker = opened(0);
        let (other, _trial) = (breaker.begin(at(0)), breaker.begin(at(1)));
        breaker.succeed(&other);
        assert!(!breaker.is_paused(at(1)));
    }

    #[test]
    fn an_answer_from_before_a_failure_closes_nothing() {
        let mut breaker = Breaker::default();
        let (early, late) = (breaker.begin(at(0)), breaker.begin(at(0)));
        assert!(breaker.fail(&late, at(0)));
        breaker.succeed(&early);
        assert_eq!(breaker.failures(), 1);
        let during = breaker.begin(at(0));
        breaker.succeed(&during);
        assert_eq!(breaker.failures(), 0);
        assert!(!breaker.fail(&early, at(60)), "it failed with the others, long ago");
    }

    #[test]
    fn a_clock_set_back_pauses_for_no_longer() {
        let breaker = opened(3600);
        assert!(breaker.is_paused(at(3600)));
        assert!(!breaker.is_paused(at(0)));
    }
}
