//! The mails a worker has in hand. A claim in the database that is not among
//! them is nobody's: the answer to it was lost, or the attempt ended while
//! nothing could be recorded.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekey_events::MailId;

/// The mails in hand.
#[derive(Default)]
pub(super) struct Hands {
    mails: Arc<Mutex<HashSet<MailId>>>,
    /// Held from a claim until its mails are in hand.
    claiming: tokio::sync::Mutex<()>,
}

/// A mail in hand, until this is dropped.
pub(super) struct InHand {
    mail: MailId,
    mails: Arc<Mutex<HashSet<MailId>>>,
}

impl Hands {
    /// While this is held, nothing is being claimed by anybody else here.
    pub(super) async fn claiming(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.claiming.lock().await
    }

    pub(super) fn take(&self, mail: MailId) -> InHand {
        lock(&self.mails).insert(mail);
        InHand { mail, mails: Arc::clone(&self.mails) }
    }

    /// Those in hand now.
    pub(super) fn now(&self) -> HashSet<MailId> {
        lock(&self.mails).clone()
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        lock(&self.mails).remove(&self.mail);
    }
}

fn lock(mails: &Mutex<HashSet<MailId>>) -> MutexGuard<'_, HashSet<MailId>> {
    mails.lock().unwrap_or_else(PoisonError::into_inner)
}
