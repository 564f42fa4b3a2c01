//! How long mails waited, and how long they may.
//!
//! A wait is from the moment a link is asked for, or a mail is due again, to the
//! next try's end. What went wrong meanwhile is its circumstances, and each has
//! its bound. While the database or the mail server is away or spoiled, and while
//! breakers may be open after that, none is promised: such a wait counts as not
//! judged, though what of it lies outside is bounded all the same. When the
//! machine stood still, nobody could do anything.

#[cfg(test)]
mod tests;

use std::fmt;

use rekey_events::mail::MailEvent;
use rekey_events::mail::event::UnknownBecause;

use super::journal::{Journal, Reach};
use super::spans::{Span, Spans};
use crate::check::{Story, micros};

const SECOND: i64 = 1_000_000;
/// Hints are back so soon after the bus is; and what may go through goes through.
const PROMPT: i64 = 5 * SECOND;
/// Found without a hint, or by another worker.
const SLOW: i64 = 15 * SECOND;
/// For each worker that died with it in hand.
const TAKEN_OVER: i64 = 20 * SECOND;
/// The longest pause after a mail server that could not be used.
const BREAKER: i64 = 15 * SECOND;
/// Until every process is connected again.
const CONNECTED: i64 = 2 * SECOND;

/// From asked for, or due, to tried, µs since 1970; and how many workers died with it.
struct Wait {
    from: i64,
    until: i64,
    deaths: i64,
}

/// When what was wrong.
struct History {
    /// Nothing is promised.
    unpromised: Spans,
    /// Bus or workers are away.
    troubled: Spans,
    stalls: Spans,
    /// Stalls, and when nothing is promised.
    excused: Spans,
}

/// What went wrong during a wait.
#[derive(Clone, Copy)]
enum Circumstances {
    Nothing,
    BusOrWorkers,
    ItsWorkerDied,
    Unpromised,
}

/// The waits of some circumstances.
#[derive(Default)]
struct Class {
    count: usize,
    /// The longest, stalls taken out, µs.
    longest: i64,
}

/// What was found.
#[derive(Default)]
pub struct Waits([Class; 4]);

/// Checks every wait.
///
/// # Panics
/// If one is longer than its circumstances allow.
pub fn bounded(stories: &[Story], journal: &Journal, stalls: &[Span]) -> Waits {
    let history = History::of(journal, stalls);
    let mut found = Waits::default();
    for story in stories {
        for wait in waits(story) {
            let circumstances = history.circumstances(&wait);
            let (took, allowed) = (history.took(&wait, circumstances), circumstances.allow(&wait));
            assert!(took <= allowed, "{took} µs from {} on, {allowed} allowed\n{story}", wait.from);
            let class = &mut found.0[circumstances as usize];
            class.count += 1;
            class.longest = class.longest.max(took);
        }
    }
    found
}

impl Wait {
    fn span(&self) -> Span {
        (self.from, self.until)
    }
}

impl History {
    fn of(journal: &Journal, stalls: &[Span]) -> Self {
        let unpromised = Spans::of(journal, |reach| match reach {
            Reach::Database => Some(CONNECTED),
            Reach::Line | Reach::MailServer => Some(BREAKER),
            _ => None,
        });
        let troubled = Spans::of(journal, |reach| match reach {
            Reach::Hints => Some(PROMPT),
            Reach::Killed(_) | Reach::Stopped(_) | Reach::Elsewhere => Some(SECOND),
            _ => None,
        });
        let excused = Spans::merged([unpromised.all(), stalls].concat());
        Self { unpromised, troubled, stalls: Spans::merged(stalls.to_vec()), excused }
    }

    fn circumstances(&self, wait: &Wait) -> Circumstances {
        if self.unpromised.overlap(wait.span()) > 0 {
            Circumstances::Unpromised
        } else if wait.deaths > 0 {
            Circumstances::ItsWorkerDied
        } else if self.troubled.overlap(wait.span()) > 0 {
            Circumstances::BusOrWorkers
        } else {
            Circumstances::Nothing
        }
    }

    /// How long it was, µs, without what is excused.
    fn took(&self, wait: &Wait, circumstances: Circumstances) -> i64 {
        let excuses = match circumstances {
            Circumstances::Unpromised => &self.excused,
            _ => &self.stalls,
        };
        wait.until - wait.from - excuses.overlap(wait.span())
    }
}

impl Circumstances {
    fn allow(self, wait: &Wait) -> i64 {
        match self {
            Self::Nothing => PROMPT,
            Self::BusOrWorkers => SLOW,
            Self::ItsWorkerDied | Self::Unpromised => SLOW.max(wait.deaths * TAKEN_OVER),
        }
    }
}

fn waits(story: &Story) -> Vec<Wait> {
    let (mut waits, mut due, mut deaths) = (Vec::new(), Some(story.asked), 0);
    for (at, event) in &story.events {
        let next = match event {
            MailEvent::MailRequested { .. } => continue,
            MailEvent::MailOutcomeUnknown { reason: UnknownBecause::WorkerDied, due_at, .. } => {
                // After several deaths it waits on purpose: then it counts from when it is due.
                (due, deaths) = match due_at.micros() > *at {
                    true => (Some(due_at.micros()), 0),
                    false => (due, deaths + 1),
                };
                continue;
            }
            MailEvent::MailDeferred { due_at, .. } | MailEvent::MailOutcomeUnknown { due_at, .. } => {
                Some(due_at.micros())
            }
            _ => None,
        };
        let Some(from) = std::mem::replace(&mut due, next) else { break };
        let taken = story.accepted().map(|attempt| micros(attempt.time)).find(|taken| *taken >= from);
        let until = taken.map_or(*at, |taken| taken.min(*at)).max(from);
        waits.push(Wait { from, until, deaths: std::mem::take(&mut deaths) });
    }
    waits
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [nothing, bus_or_workers, died, unpromised] = &self.0;
        let judged = nothing.count + bus_or_workers.count + died.count;
        let all = judged + unpromised.count;
        write!(f, "{judged} of {all} judged, the longest: {nothing} of 5 s with nothing wrong, ")?;
        write!(
            f,
            "{bus_or_workers} of 15 s with bus or workers away, {died} of 20 s for each worker that died with it"
        )
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} s (of {} waits)", self.longest as f64 / SECOND as f64, self.count)
    }
}
