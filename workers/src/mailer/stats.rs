//! What a mailer has done, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Semaphore;

/// Counts since the start of the process, and how it stands now.
#[derive(Debug)]
pub struct MailerStats {
    by_hint: AtomicU64,
    by_look: AtomicU64,
    fenced: AtomicU64,
    failures: AtomicU64,
    slots: usize,
    free: Arc<Semaphore>,
}

impl MailerStats {
    pub(super) fn new(slots: usize, free: Arc<Semaphore>) -> Self {
        let (by_hint, by_look, fenced, failures) = Default::default();
        Self { by_hint, by_look, fenced, failures, slots, free }
    }

    /// Mails it can work on at a time.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// Mails it works on now.
    #[must_use]
    pub fn slots_in_use(&self) -> usize {
        self.slots.saturating_sub(self.free.available_permits())
    }

    /// How often in a row the mail server could not be used. It pauses after each.
    #[must_use]
    pub fn failures_in_a_row(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(super) fn failed(&self, in_a_row: usize) {
        self.failures.store(u64::try_from(in_a_row).unwrap_or(u64::MAX), Ordering::Relaxed);
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

    pub(super) fn hinted(&self, mails: usize) {
        add(&self.by_hint, mails);
    }

    pub(super) fn looked(&self, mails: usize) {
        add(&self.by_look, mails);
    }

    pub(super) fn fence(&self) {
        add(&self.fenced, 1);
    }
}

fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(u64::try_from(more).unwrap_or(0), Ordering::Relaxed);
}
