//! What was done to whom, and when: the check explains each double by it.

use std::collections::BTreeMap;
use std::fmt;

use rekey_events::{Env, SystemEnv};

use super::spans::Span;

/// Whom a fault keeps from recording what became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The mailer of this name, for good.
    Killed(String),
    /// The mailer of this name, for a while.
    Stopped(String),
    /// Everybody: there is no database.
    Database,
    /// Everybody whose reply is on its way.
    Line,
    /// The mail server refuses or spoils; what it kept to itself is in its ledger.
    MailServer,
    /// Nobody who has a mail in hand: there are no hints.
    Hints,
    /// Nobody who has a mail in hand.
    Elsewhere,
}

/// One fault. Moments are microseconds since 1970, as in the mail server's ledger.
#[derive(Clone, Debug)]
pub struct Injected {
    pub what: &'static str,
    pub reach: Reach,
    pub from: i64,
    /// Until it was mended.
    pub until: i64,
}

/// All faults, in order.
#[derive(Debug, Default)]
pub struct Journal(Vec<Injected>);

/// The clock of everything that is held against each other.
pub fn now() -> i64 {
    SystemEnv.now().micros()
}

impl Journal {
    /// These faults.
    pub fn of(faults: Vec<Injected>) -> Self {
        Self(faults)
    }

    /// Notes what began at a moment and is not over; where.
    pub fn begins(&mut self, what: &'static str, reach: Reach, from: i64) -> usize {
        self.0.push(Injected { what, reach, from, until: i64::MAX });
        self.0.len() - 1
    }

    /// It is over.
    pub fn ends(&mut self, at: usize) {
        self.0[at].until = now();
    }

    /// Spans in which there was a database.
    pub fn without_outages(&self, mut spans: Vec<Span>) -> Vec<Span> {
        let outages: Vec<_> = self.0.iter().filter(|fault| fault.reach == Reach::Database).collect();
        spans.retain(|(from, until)| !outages.iter().any(|one| one.from <= *until && *from <= one.until));
        spans
    }

    pub fn all(&self) -> &[Injected] {
        &self.0
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts = BTreeMap::<_, usize>::new();
        for fault in &self.0 {
            *counts.entry(fault.what).or_default() += 1;
        }
        f.write_str(&listed(&counts))
    }
}

/// So many of each.
pub fn listed(counts: &BTreeMap<&str, usize>) -> String {
    let counts: Vec<_> = counts.iter().map(|(what, count)| format!("{count} × {what}")).collect();
    counts.join(", ")
}
