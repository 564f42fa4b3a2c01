//! What a mailer has done, counted, and what its mails wait for now.

mod histogram;
mod standing;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rekey_events::mail::MailEvent;
use rekey_events::rows::MailRow;
use rekey_events::store::overview::Wait;

use super::hands::Hands;
use super::report::outcome;
pub use histogram::Histogram;
pub use standing::Standing;
pub(super) use watch::Watch;
use watch::Watches;

/// What may become of a mail.
const OUTCOMES: [&str; 8] =
    ["accepted", "rejected", "suppressed", "expired", "superseded", "unknown", "unconfirmed", "dead"];

/// Counts since the start of the process, and how it stands now.
#[derive(Debug)]
pub struct MailerStats {
    by_hint: AtomicU64,
    by_look: AtomicU64,
    fenced: AtomicU64,
    doubles: AtomicU64,
    outcomes: [AtomicU64; OUTCOMES.len()],
    slots: usize,
    hands: Hands,
    providers: Vec<Arc<Standing>>,
    watches: Arc<Watches>,
}

impl MailerStats {
    pub(super) fn new(slots: usize, hands: Hands, providers: Vec<Arc<Standing>>) -> Self {
        let (by_hint, by_look, fenced, doubles, outcomes) = Default::default();
        let watches = Arc::new(Watches::new(providers.clone()));
        Self { by_hint, by_look, fenced, doubles, outcomes, slots, hands, providers, watches }
    }

    /// Mails it can work on at a time.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// Mails it works on now.
    #[must_use]
    pub fn slots_in_use(&self) -> usize {
        self.hands.count()
    }

    /// How its providers do, in their order.
    #[must_use]
    pub fn providers(&self) -> &[Arc<Standing>] {
        &self.providers
    }

    /// Mails claimed because a hint told of them.
    #[must_use]
    pub fn claimed_by_hint(&self) -> u64 {
        self.by_hint.load(Ordering::Relaxed)
    }

    /// Mails claimed by looking for them in the database.
    #[must_use]
    pub fn claimed_by_look(&self) -> u64 {
        self.by_look.load(Ordering::Relaxed)
    }

    /// Outcomes that came too late: somebody else had the mail by then.
    #[must_use]
    pub fn fenced(&self) -> u64 {
        self.fenced.load(Ordering::Relaxed)
    }

    /// Outcomes recorded, by name; those that never occurred are 0.
    pub fn outcomes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OUTCOMES.into_iter().zip(self.outcomes.iter().map(|count| count.load(Ordering::Relaxed)))
    }

    /// Copies of mails that may have been delivered beyond the first.
    #[must_use]
    pub fn possible_doubles(&self) -> u64 {
        self.doubles.load(Ordering::Relaxed)
    }

    /// What each mail that it is trying to hand over waits for, the longest
    /// under way first.
    #[must_use]
    pub fn waits(&self) -> Vec<Wait> {
        self.watches.all()
    }

    /// Those of them that have been under way for long enough to be told of in
    /// the heartbeat; only so many, because that must stay cheap.
    pub(super) fn waits_to_tell(&self) -> Vec<Wait> {
        self.watches.to_tell()
    }

    /// Watches a mail that is handed over, until what is returned is dropped.
    pub(super) fn watch(&self, row: &MailRow) -> Watch {
        Watches::begin(&self.watches, row)
    }

    pub(super) fn hinted(&self, mails: usize) {
        add(&self.by_hint, mails);
    }

    pub(super) fn looked(&self, mails: usize) {
        add(&self.by_look, mails);
    }

    pub(super) fn fence(&self) {
        add(&self.fenced, 1);
    }

    /// An event was recorded.
    pub(super) fn settled(&self, event: &MailEvent) {
        let at = outcome(event).and_then(|name| OUTCOMES.iter().position(|outcome| *outcome == name));
        at.into_iter().for_each(|at| add(&self.outcomes[at], 1));
    }

    /// One more copy of a mail may have been delivered.
    pub(super) fn double(&self) {
        add(&self.doubles, 1);
    }
}

fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(u64::try_from(more).unwrap_or(0), Ordering::Relaxed);
}
