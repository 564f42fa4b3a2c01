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
    pub(crate) fn expectations(&self) -> impl Iterator<Item = (StreamId, i64)> {
        let written =
            self.events.iter().enumerate().filter(|(at, event)| {
                !self.events[..*at].iter().any(|earlier| earlier.stream == event.stream)
            });
        written
            .map(|(_, first)| (first.stream, first.version - 1))
            .chain(self.guards.iter().map(|guard| (guard.stream, guard.version)))
    }
}
