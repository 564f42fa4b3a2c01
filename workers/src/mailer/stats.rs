//! What a mailer has done, counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the start of the process.
#[derive(Debug, Default)]
pub struct MailerStats {
    by_hint: AtomicU64,
    by_look: AtomicU64,
    fenced: AtomicU64,
}

impl MailerStats {
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
