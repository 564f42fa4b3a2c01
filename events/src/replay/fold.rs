//! Events in, changes of rows out.

use std::slice;

use strum::VariantNames;

use super::recent::Recent;
use super::views::ViewRow;
use crate::account::{Account, AccountEvent};
use crate::aggregate::Rules;
use crate::envelope::StoredEvent;
use crate::fact::{Fact, UnknownFact};
use crate::ids::{AccountId, StreamId};
use crate::mail::{Mail, MailEvent};
use crate::request::Request;

/// Accounts, and mails, that are remembered: of those that nothing happened to for long the history is read again.
const REMEMBERED: usize = 50_000;

/// What one event changed: rows as they were, and as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The rows it changed, before; without those it made.
    pub before: Vec<ViewRow>,
    /// The same rows, and those it made, after.
    pub after: Vec<ViewRow>,
    /// The account it is about, in whose history it is.
    pub subject: Option<AccountId>,
}

/// Why a log cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// An event is none that this program knows.
    #[error("position {position}: {error}")]
    Unknown {
        /// Where it is.
        position: i64,
        /// Why.
        error: UnknownFact,
    },
    /// A stream has a gap, or does not begin.
    #[error("position {position}: stream {stream} goes on with version {found}, after {after}")]
    Gap {
        /// Where that is.
        position: i64,
        /// The stream.
        stream: StreamId,
        /// The version before.
        after: i64,
        /// The version found.
        found: i64,
    },
}

impl ReplayError {
    /// Whether the log is to blame, and not that this program is too old for it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::Unknown { error: UnknownFact::Type { .. }, .. })
    }
}

/// An aggregate on its way.
#[derive(Clone, Debug, Default)]
struct Folded<R> {
    state: R,
    version: i64,
}

/// Folds a log.
#[derive(Debug)]
pub struct Fold {
    accounts: Recent<StreamId, Folded<Account>>,
    mails: Recent<StreamId, Folded<Mail>>,
}

impl Default for Fold {
    fn default() -> Self {
        Self::remembering(REMEMBERED)
    }
}

impl Fold {
    /// One that remembers at least so many accounts and mails.
    #[must_use]
    pub fn remembering(aggregates: usize) -> Self {
        Self { accounts: Recent::new(aggregates), mails: Recent::new(aggregates) }
    }

    /// Whether the event's stream must be [recalled](Self::recall) before it can be taken.
    pub fn lacks(&mut self, event: &StoredEvent) -> bool {
        let name = event.name.as_str();
        event.version > 1
            && if MailEvent::VARIANTS.contains(&name) {
                self.mails.get(&event.stream).is_none()
            } else {
                AccountEvent::VARIANTS.contains(&name) && self.accounts.get(&event.stream).is_none()
            }
    }

    /// Takes a stream's events before one that is to come, from its beginning.
    ///
    /// # Errors
    /// See [`ReplayError`].
    pub fn recall(&mut self, events: &[StoredEvent]) -> Result<(), ReplayError> {
        events.iter().try_for_each(|event| self.take(event).map(drop))
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// See [`ReplayError`].
    pub fn take(&mut self, event: &StoredEvent) -> Result<Step, ReplayError> {
        let fact = Fact::decode(&event.name, event.schema, &event.payload);
        match fact.map_err(|error| ReplayError::Unknown { position: event.position, error })? {
            Fact::Account(what) => step(&mut self.accounts, event, &what),
            Fact::Mail(what) => step(&mut self.mails, event, &what),
            Fact::Request(what) => {
                let mut request = Request::default();
                request.apply(event.recorded_at, &what);
                Ok(Step { subject: request.subject(event.stream), ..Step::default() })
            }
            Fact::Attempt(_) => Ok(Step::default()),
        }
    }
}

fn step<R: Rules>(
    known: &mut Recent<StreamId, Folded<R>>,
    event: &StoredEvent,
    what: &R::Event,
) -> Result<Step, ReplayError> {
    let stream = event.stream;
    let folded = known.get_or_default(stream);
    if event.version != folded.version + 1 {
        let (position, after, found) = (event.position, folded.version, event.version);
        return Err(ReplayError::Gap { position, stream, after, found });
    }
    let rows = |folded: &Folded<R>| {
        let changes = folded.state.rows(stream, folded.version, slice::from_ref(what));
        changes.into_iter().filter_map(ViewRow::of).collect()
    };
    let before = rows(folded);
    folded.state.apply(event.recorded_at, what);
    folded.version = event.version;
    Ok(Step { before, after: rows(folded), subject: folded.state.subject(stream) })
}
