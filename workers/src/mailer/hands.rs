//! The mails a worker has in hand. A claim in the database that is not among
//! them is nobody's: the answer to it was lost, or the attempt ended while
//! nothing could be recorded.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekey_events::MailId;

/// The mails in hand: one twice while an attempt at it ends and the next begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands {
    mails: Arc<Mutex<Vec<MailId>>>,
    /// Held from a claim until its mails are in hand.
    claiming: Arc<tokio::sync::Mutex<()>>,
}

/// A mail in hand, until this is dropped.
pub(super) struct InHand {
    mail: MailId,
    mails: Arc<Mutex<Vec<MailId>>>,
}

impl Hands {
    /// While this is held, nothing is being claimed by anybody else here.
    pub(super) async fn claiming(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.claiming.lock().await
    }

    pub(super) fn take(&self, mail: MailId) -> InHand {
        lock(&self.mails).push(mail);
        InHand { mail, mails: Arc::clone(&self.mails) }
    }

    /// Those in hand now.
    pub(super) fn now(&self) -> HashSet<MailId> {
        lock(&self.mails).iter().copied().collect()
    }

    /// How many attempts there are now.
    pub(super) fn count(&self) -> usize {
        lock(&self.mails).len()
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        let mut mails = lock(&self.mails);
        if let Some(at) = mails.iter().position(|mail| *mail == self.mail) {
            mails.swap_remove(at);
        }
    }
}

fn lock(mails: &Mutex<Vec<MailId>>) -> MutexGuard<'_, Vec<MailId>> {
    mails.lock().unwrap_or_else(PoisonError::into_inner)
}
