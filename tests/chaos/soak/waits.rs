//! How long mails waited though nothing kept them from being sent.
//!
//! A wait is from the moment a mail is due to the next try's end. What is
//! allowed: 15 s, for NATS may be gone; or 20 s for each worker that died with
//! the mail in hand. While the database or the mail server is away or spoiled,
//! and while breakers may be open after that, a wait is excused.

use std::fmt;

use rekey_events::mail::MailEvent;
use rekey_events::mail::event::UnknownBecause;

use super::journal::{Journal, Reach};
use crate::check::{Story, micros};

const SECOND: i64 = 1_000_000;
const SLOW: i64 = 15 * SECOND;
const TAKEN_OVER: i64 = 20 * SECOND;
/// The longest pause after a mail server that could not be used.
const BREAKER: i64 = 15 * SECOND;
/// Until every process is connected again.
const CONNECTED: i64 = 2 * SECOND;

/// From due to tried, µs since 1970; and how many workers died meanwhile.
struct Wait {
    from: i64,
    until: i64,
    deaths: i64,
}

/// What was found.
#[derive(Default)]
pub struct Waits {
    all: usize,
    /// Those of which something is not excused, for at least a second.
    judged: usize,
    longest: i64,
    longest_unexcused: i64,
}

/// Checks every wait.
///
/// # Panics
/// If what is not excused of one is longer than allowed.
pub fn bounded(stories: &[Story], journal: &Journal) -> Waits {
    let excuses = excuses(journal);
    let mut found = Waits::default();
    for story in stories {
        for wait in waits(story) {
            let unexcused = wait.until - wait.from - overlap(&wait, &excuses);
            let allowed = if wait.deaths == 0 { SLOW } else { wait.deaths * TAKEN_OVER };
            assert!(unexcused <= allowed, "{unexcused} µs from {} on, not excused\n{story}", wait.from);
            found.all += 1;
            found.judged += usize::from(unexcused >= SECOND);
            found.longest = found.longest.max(wait.until - wait.from);
            found.longest_unexcused = found.longest_unexcused.max(unexcused);
        }
    }
    found
}

fn waits(story: &Story) -> Vec<Wait> {
    let (mut waits, mut due, mut deaths) = (Vec::new(), None, 0);
    for (at, event) in &story.events {
        let next = match event {
            MailEvent::MailRequested { .. } => {
                due = Some(*at);
                continue;
            }
            MailEvent::MailOutcomeUnknown { reason: UnknownBecause::WorkerDied, .. } => {
                deaths += 1;
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

/// When waiting is nobody's fault: in order, and none touches another.
fn excuses(journal: &Journal) -> Vec<(i64, i64)> {
    let after = |reach: &Reach| match reach {
        Reach::Database => Some(CONNECTED),
        Reach::Line | Reach::MailServer => Some(BREAKER),
        _ => None,
    };
    let spans =
        journal.all().iter().filter_map(|fault| Some((fault.from, fault.until + after(&fault.reach)?)));
    let mut spans: Vec<_> = spans.collect();
    spans.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, until) in spans {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => merged.push((from, until)),
        }
    }
    merged
}

fn overlap(wait: &Wait, excuses: &[(i64, i64)]) -> i64 {
    excuses.iter().map(|(from, until)| (wait.until.min(*until) - wait.from.max(*from)).max(0)).sum()
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |micros: i64| micros as f64 / SECOND as f64;
        write!(
            f,
            "{} waits, the longest {:.1} s; {} of them for a second or more that no fault excuses, at most {:.1} s",
            self.all,
            seconds(self.longest),
            self.judged,
            seconds(self.longest_unexcused),
        )
    }
}
