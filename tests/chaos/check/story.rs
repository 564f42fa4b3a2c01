//! One mail: what the log says of it, and what the mail server's own record has.

use std::fmt;

use rekey_events::envelope::StoredEvent;
use rekey_events::mail::MailEvent::{self, self as E};
use rekey_events::mail::event::{DeadBecause, UnknownBecause};
use rekey_test_support::smtp::Attempt;

/// All that is known about a mail. Moments are microseconds since 1970.
pub struct Story {
    pub address: String,
    /// When the link was asked for.
    pub asked: i64,
    pub events: Vec<(i64, MailEvent)>,
    pub attempts: Vec<Attempt>,
}

impl Story {
    pub fn new<'a>(
        address: String,
        asked: i64,
        events: impl Iterator<Item = &'a StoredEvent>,
        mut attempts: Vec<Attempt>,
    ) -> Self {
        let events = events.map(|event| (event.recorded_at.micros(), event.decode().unwrap())).collect();
        attempts.sort_by_key(|attempt| attempt.time);
        Self { address, asked, events, attempts }
    }

    /// Its 250s, in order.
    pub fn accepted(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| attempt.code == 250)
    }

    /// When nobody knew what became of it, and why.
    pub fn unknown(&self) -> impl Iterator<Item = (i64, UnknownBecause)> {
        self.events.iter().filter_map(|(at, event)| match event {
            E::MailOutcomeUnknown { reason, .. } => Some((*at, *reason)),
            _ => None,
        })
    }

    /// Its state, by the last outcome.
    pub fn state(&self) -> &'static str {
        self.outcome().map_or("unsettled", |outcome| match outcome {
            E::MailAccepted { .. } => "accepted",
            E::MailRejected { .. } => "rejected",
            E::MailDead { .. } => "dead",
            _ => "not sent",
        })
    }

    /// Whether it has one; a 250 that was out of sight may overrule a refusal.
    pub fn has_one_outcome(&self) -> bool {
        let outcomes: Vec<_> = self.outcomes().collect();
        match outcomes.as_slice() {
            [_] => true,
            [E::MailRejected { .. } | E::MailDead { .. }, E::MailAccepted { .. }] => {
                self.unknown().count() > 0
            }
            _ => false,
        }
    }

    /// What the server said last, if that is its outcome: a 250, or the refusal.
    pub fn answer(&self) -> Option<&Attempt> {
        let (phase, told) = match self.outcome()? {
            E::MailAccepted { .. } => ("dot", 250),
            E::MailRejected { phase, code, .. } => (phase.into(), *code),
            E::MailDead { reason: DeadBecause::MessageRefused, code, .. } => ("dot", (*code)?),
            _ => return None,
        };
        let is_final = |attempt: &Attempt| attempt.code == 250 || attempt.code == told;
        let last = self.attempts.iter().rfind(|attempt| is_final(attempt))?;
        (last.phase == phase && last.code == told).then_some(last)
    }

    /// Its 250s but the one that counts, each with the next try.
    pub fn doubles(&self) -> impl Iterator<Item = (&Attempt, &Attempt)> {
        let answer = self.answer();
        let counts = |attempt: &Attempt| answer.is_some_and(|answer| std::ptr::eq(attempt, answer));
        let tries = self.attempts.iter().filter(|attempt| attempt.code == 250 || counts(attempt));
        let tries: Vec<_> = tries.collect();
        let pairs: Vec<_> = tries.windows(2).map(|pair| (pair[0], pair[1])).collect();
        pairs.into_iter()
    }

    fn outcome(&self) -> Option<&MailEvent> {
        self.outcomes().last()
    }

    fn outcomes(&self) -> impl Iterator<Item = &MailEvent> {
        self.events.iter().map(|(_, event)| event).filter(|event| is_outcome(event))
    }
}

fn is_outcome(event: &MailEvent) -> bool {
    matches!(
        event,
        E::MailAccepted { .. }
            | E::MailRejected { .. }
            | E::MailExpired {}
            | E::MailSuperseded {}
            | E::MailSuppressed {}
            | E::MailUnconfirmed { .. }
            | E::MailDead { .. }
    )
}

/// A line for each event and each attempt, in order.
impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events = self.events.iter().map(|(at, event)| (*at, format!("log     {event:?}")));
        let attempts =
            self.attempts.iter().map(|attempt| (micros(attempt.time), format!("server  {attempt:?}")));
        let mut lines: Vec<_> = events.chain(attempts).collect();
        lines.sort();
        writeln!(f, "the mail to {}:", self.address)?;
        lines.iter().try_for_each(|(at, line)| writeln!(f, "{at}  {line}"))
    }
}

/// A moment of the server's ledger, as the log counts.
pub fn micros(moment: u64) -> i64 {
    i64::try_from(moment).unwrap()
}
