//! The providers in their order, and which of them a mail goes to.

use rekey_events::Moment;
use rekey_events::rows::MailRow;

use super::{Outlet, Provider};

/// All providers, the preferred ones first.
pub(super) struct Providers(Vec<Provider>);

impl Providers {
    pub(super) fn new(outlets: Vec<Outlet>) -> Self {
        Self(outlets.into_iter().map(Provider::new).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    pub(super) fn are_several(&self) -> bool {
        self.0.len() > 1
    }

    /// The name of the one provider, where there is but one.
    pub(super) fn only(&self) -> Option<&str> {
        match &*self.0 {
            [only] => Some(only.name()),
            _ => None,
        }
    }

    /// The first that is thought to work.
    pub(super) fn usable(&self, now: Moment) -> Option<&Provider> {
        self.iter().find(|provider| !provider.is_paused(now))
    }

    /// Until when none of them is tried.
    pub(super) fn paused_until(&self, now: Moment) -> Moment {
        self.iter().map(|provider| provider.paused_until(now)).min().unwrap_or_default()
    }

    /// Where a mail goes at `now`: to the one provider that may have taken it, or to the first
    /// that works and has not refused it; where all are paused, to the one that is so for the
    /// shortest. A provider that is not configured any more stands for nothing.
    pub(super) fn destination(&self, row: &MailRow, now: Moment) -> Option<&Provider> {
        if let Some(pinned) = &row.pinned_to {
            return self.iter().find(|provider| provider.name() == pinned).or(self.0.first());
        }
        let has_refused = |provider: &&Provider| row.refused_by.as_deref() == Some(provider.name());
        let least_paused = |provider: &&Provider| provider.paused_until(now).max(now);
        let others = self.iter().filter(|provider| !has_refused(provider));
        others.min_by_key(least_paused).or(self.0.first())
    }
}
