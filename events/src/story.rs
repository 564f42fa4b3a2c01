//! Given – when – then, for the tests of the rules: cqrs-es' test framework
//! with times in seconds.

use cqrs_es::test::{AggregateResultValidator, TestFramework};
use uuid::Uuid;

use crate::aggregate::{At, Ruled, Rules};
use crate::moment::Moment;

/// The moment `seconds` after the story began.
pub fn t(seconds: i64) -> Moment {
    Moment::from_micros((1_767_225_600 + seconds) * 1_000_000)
}

/// The `n`th id of its kind.
pub fn id<I: From<Uuid>>(n: u128) -> I {
    I::from(Uuid::from_u128(n))
}

/// What has happened so far.
pub struct Story<R: Rules>(Vec<At<R::Event>>);

impl<R: Rules> Story<R> {
    /// These events happened, each at its second.
    pub fn given(history: impl IntoIterator<Item = (i64, R::Event)>) -> Self {
        Self(history.into_iter().map(|(seconds, event)| At::new(t(seconds), event)).collect())
    }

    /// And these.
    pub fn and(mut self, history: impl IntoIterator<Item = (i64, R::Event)>) -> Self {
        self.0.extend(Self::given(history).0);
        self
    }

    /// And what this command brings about, whatever that is.
    pub fn doing(mut self, seconds: i64, command: &R::Command) -> Self {
        let events = self.state().decide(t(seconds), command).unwrap_or_default();
        self.0.extend(events.into_iter().map(|event| At::new(t(seconds), event)));
        self
    }

    /// And what this command brings about each time, many times over.
    pub fn doing_each(self, seconds: impl IntoIterator<Item = i64>, command: &R::Command) -> Self {
        seconds.into_iter().fold(self, |story, second| story.doing(second, command))
    }

    /// The state it all comes to.
    pub fn state(&self) -> R {
        let mut state = R::default();
        self.0.iter().for_each(|event| state.apply(event.at, &event.what));
        state
    }

    /// What happens when this command comes.
    pub fn when(self, seconds: i64, command: R::Command) -> Then<R> {
        Then(TestFramework::<Ruled<R>>::with(()).given(self.0).when(At::new(t(seconds), command)), t(seconds))
    }
}

/// What a command brought about.
pub struct Then<R: Rules>(AggregateResultValidator<Ruled<R>>, Moment);

impl<R: Rules> Then<R> {
    /// Exactly these events.
    pub fn records(self, events: impl IntoIterator<Item = R::Event>) {
        let at = self.1;
        self.0.then_expect_events(events.into_iter().map(|event| At::new(at, event)).collect());
    }

    /// Nothing: it was so already.
    pub fn was_so_already(self) {
        self.0.then_expect_events(Vec::new());
    }

    /// A refusal.
    pub fn refuses(self, refusal: R::Refusal) {
        self.0.then_expect_error(refusal);
    }
}
