//! What is appended, and what became of it.

use std::collections::HashMap;

use crate::envelope::NewEvent;
use crate::ids::StreamId;
use crate::rows::Change;

/// A stream that a decision relied on without writing to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The stream.
    pub stream: StreamId,
    /// The version it was at.
    pub version: i64,
}

/// Events, and the changes to vault and views that go with them: all, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// At least one event; those of one stream in order, without gaps.
    pub events: Vec<NewEvent>,
    /// Streams that must not have moved on either.
    pub guards: Vec<Guard>,
    /// Made in the same transaction.
    pub changes: Vec<Change>,
}

/// A commit that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The position of its last event.
    pub position: i64,
    /// Whether an earlier call with the same event ids had appended it.
    pub before: bool,
}

/// What the database found about a commit of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Appended now; its last position.
    Appended(i64),
    /// Appended before; its last position.
    Before(i64),
    /// A stream is not where the commit believes.
    Stale,
    /// Nothing is wrong with it, but with another of its batch: send it again.
    HeldBack,
}

impl Verdict {
    /// The verdicts on `many` commits, of which these are wrong: a commit's
    /// number, and its last position, or 0 when it relies on a stream that has
    /// moved on.
    pub(crate) fn of(many: usize, wrong: &[(i64, i64)]) -> Vec<Self> {
        let mut verdicts = vec![Self::HeldBack; many];
        for (at, position) in wrong {
            match usize::try_from(*at).ok().and_then(|at| verdicts.get_mut(at)) {
                Some(verdict) if *position > 0 => *verdict = Self::Before(*position),
                // Of course it is stale when it is there itself.
                Some(verdict @ Self::HeldBack) => *verdict = Self::Stale,
                _ => {}
            }
        }
        verdicts
    }

    /// The verdicts on commits of so many events each, appended after `head`.
    pub(crate) fn appended(head: i64, events: impl Iterator<Item = usize>) -> Vec<Self> {
        let mut position = head;
        let next = |events| {
            position += events as i64;
            Self::Appended(position)
        };
        events.map(next).collect()
    }
}

impl Commit {
    /// Why the commit can never be appended, whatever the log holds.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        if self.events.is_empty() {
            return Some("a commit must have an event");
        }
        let mut last = HashMap::new();
        let follows = |event: &NewEvent| {
            last.insert(event.stream, event.version).is_none_or(|last| event.version == last + 1)
        };
        (!self.events.iter().all(follows)).then_some("the events of a stream must follow each other")
    }

    /// The streams the commit relies on, each with the version it must be at.
    pub(crate) fn expectations(&self) -> Vec<(StreamId, i64)> {
        let written =
            self.events.iter().enumerate().filter(|(at, event)| {
                !self.events[..*at].iter().any(|earlier| earlier.stream == event.stream)
            });
        written
            .map(|(_, first)| (first.stream, first.version - 1))
            .chain(self.guards.iter().map(|guard| (guard.stream, guard.version)))
            .collect()
    }

    /// Those that must be looked up. Of a stream that the commit begins, the database tells
    /// by itself when it is there already: versions are unique.
    pub(crate) fn doubts(&self) -> Vec<(StreamId, i64)> {
        let begun = |stream| self.events.iter().any(|event| event.stream == stream);
        let mut doubts = self.expectations();
        doubts.retain(|(stream, version)| *version > 0 || !begun(*stream));
        doubts
    }
}
