//! Spans of time.

use super::journal::{Journal, Reach};

/// From when until when, µs since 1970.
pub type Span = (i64, i64);

/// In order, and none touches another.
pub struct Spans(Vec<Span>);

impl Spans {
    /// The faults of which something lasts so long after they are over.
    pub fn of(journal: &Journal, after: impl Fn(&Reach) -> Option<i64>) -> Self {
        let faults = journal.all().iter();
        Self::merged(faults.filter_map(|one| Some((one.from, one.until + after(&one.reach)?))).collect())
    }

    /// All of these.
    pub fn merged(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::new();
        for (from, until) in spans {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => merged.push((from, until)),
            }
        }
        Self(merged)
    }

    /// How much of this one lies in them.
    pub fn overlap(&self, (start, end): Span) -> i64 {
        self.0.iter().map(|(from, until)| (end.min(*until) - start.max(*from)).max(0)).sum()
    }

    pub fn all(&self) -> &[Span] {
        &self.0
    }
}
