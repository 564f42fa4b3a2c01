//! How the providers do.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rekey_events::Moment;

use super::Histogram;
use crate::mailer::Route;
use crate::mailer::breaker::Breaker;
use crate::mailer::failure;
use crate::mailer::streak::Streak;
use crate::smtp::{Delivery, Failure, Phase};

/// What a provider did since the start of the process, and how it stands now.
#[derive(Debug)]
pub struct Standing {
    name: String,
    breaker: Mutex<Breaker>,
    streak: Mutex<Streak>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    answers: BTreeMap<(&'static str, Option<u16>), u64>,
    phases: BTreeMap<&'static str, Histogram>,
}

impl Standing {
    pub(in crate::mailer) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            breaker: Mutex::default(),
            streak: Mutex::default(),
            counts: Mutex::default(),
        }
    }

    /// The provider's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often in a row it could not be used. It is paused after each.
    #[must_use]
    pub fn failures_in_a_row(&self) -> usize {
        self.breaker().failures()
    }

    /// Whether it is paused at `now`, because it could not be used; while one mail tries it again, too.
    #[must_use]
    pub fn is_paused(&self, now: Moment) -> bool {
        self.breaker().is_paused(now)
    }

    /// Attempts by the phase they ended in and the server's code, where it gave one.
    #[must_use]
    pub fn answers(&self) -> Vec<(&'static str, Option<u16>, u64)> {
        self.lock().answers.iter().map(|((phase, code), count)| (*phase, *code, *count)).collect()
    }

    /// How long each phase took.
    #[must_use]
    pub fn phases(&self) -> BTreeMap<&'static str, Histogram> {
        self.lock().phases.clone()
    }

    /// Its breaker; not to be held for long.
    pub(in crate::mailer) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its recipients refused in a row; not to be held for long.
    pub(in crate::mailer) fn streak(&self) -> MutexGuard<'_, Streak> {
        self.streak.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an attempt came to.
    pub(in crate::mailer) fn note(&self, route: &Route) {
        if let Some((phase, code)) = end(route) {
            *self.lock().answers.entry((phase.as_str(), code)).or_default() += 1;
        }
    }

    pub(super) fn took(&self, phase: &'static str, span: Duration) {
        self.lock().phases.entry(phase).or_default().add(span);
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an attempt ended, and with which code; nothing for one that was withheld.
fn end(route: &Route) -> Option<(Phase, Option<u16>)> {
    let delivery = match route {
        Route::Smtp(delivery) => delivery,
        Route::Kept => return Some((Phase::Dot, Some(250))),
        Route::Unwritable(_) => return Some((Phase::Connect, None)),
    };
    Some(match delivery {
        Delivery::Accepted { reply } => (Phase::Dot, Some(reply.code)),
        Delivery::Deferred { phase, reply, .. } | Delivery::Rejected { phase, reply, .. } => {
            (*phase, Some(reply.code))
        }
        Delivery::ConnectionFailed { phase, reason } => (*phase, code(reason)),
        Delivery::Ambiguous { reason } => (Phase::Dot, code(reason)),
        Delivery::Withheld => return None,
    })
}

fn code(reason: &Failure) -> Option<u16> {
    failure::reply(reason).map(|reply| reply.code)
}
