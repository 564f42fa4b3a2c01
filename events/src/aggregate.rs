//! What every aggregate's rules look like, and how cqrs-es sees them.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use strum::VariantNames;

use crate::ids::{AccountId, StreamId};
use crate::mail::MailCommand;
use crate::moment::Moment;
use crate::rows::Change;
use crate::upcast;

/// Something, and the moment of it: a command when it is decided, an event
/// when it is recorded. The moment is the event's `recorded_at`, not part of
/// its payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct At<T> {
    /// When.
    pub at: Moment,
    /// What.
    pub what: T,
}

impl<T> At<T> {
    /// `what`, at the moment `at`.
    pub fn new(at: Moment, what: T) -> Self {
        Self { at, what }
    }
}

/// An event of one aggregate: serialised as `{"type": …, "data": …}`.
pub trait EventKind:
    Serialize + DeserializeOwned + VariantNames + Clone + PartialEq + Debug + Send + Sync + 'static
{
    /// The event's type, as stored.
    fn type_name(&self) -> &'static str;

    /// The version of the type's schema.
    fn schema(&self) -> i32 {
        upcast::newest(self.type_name())
    }
}

/// An aggregate's rules: plain functions, synchronous, without clock or dice.
pub trait Rules: Clone + Default + Debug + Send + Sync + 'static {
    /// The aggregate's name.
    const NAME: &'static str;
    /// What can be asked of it.
    type Command: Send + Sync;
    /// What can have happened to it.
    type Event: EventKind;
    /// Why it may say no; nothing is recorded then.
    type Refusal: std::error::Error + Clone + PartialEq + Send + Sync + 'static;

    /// What happens when `command` comes at `at`: the events to record, none
    /// when it is already so, or the reason why not.
    ///
    /// # Errors
    /// The refusal.
    fn decide(&self, at: Moment, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Takes in an event that happened at `at`.
    fn apply(&mut self, at: Moment, event: &Self::Event);

    /// The view rows that `events` changed; `self` is the state after them,
    /// `version` the stream's version then. The whole of a view is the fold of
    /// this over the log.
    fn rows(&self, _stream: StreamId, _version: i64, _events: &[Self::Event]) -> Vec<Change> {
        Vec::new()
    }

    /// The account that the stream's events are about, for histories.
    fn subject(&self, _stream: StreamId) -> Option<AccountId> {
        None
    }

    /// The mails that `events`, recorded at `at`, make us owe.
    fn owes(_stream: StreamId, _at: Moment, _events: &[Self::Event]) -> Vec<MailCommand> {
        Vec::new()
    }
}

impl<E: EventKind> cqrs_es::DomainEvent for At<E> {
    fn event_type(&self) -> String {
        self.what.type_name().to_owned()
    }

    fn event_version(&self) -> String {
        self.what.schema().to_string()
    }
}

/// Gives an aggregate's [`Rules`] to cqrs-es, for its test framework and its
/// [`cqrs_es::EventStore`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound(serialize = "", deserialize = "R: Default"))]
pub struct Ruled<R> {
    /// The aggregate. Its state is never serialised: snapshots are not used.
    #[serde(skip)]
    pub state: R,
}

impl<R: Rules> cqrs_es::Aggregate for Ruled<R> {
    const TYPE: &'static str = R::NAME;
    type Command = At<R::Command>;
    type Event = At<R::Event>;
    type Error = R::Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &cqrs_es::event_sink::EventSink<Self>,
    ) -> Result<(), Self::Error> {
        for event in self.state.decide(command.at, &command.what)? {
            sink.write(At::new(command.at, event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        self.state.apply(event.at, &event.what);
    }
}
