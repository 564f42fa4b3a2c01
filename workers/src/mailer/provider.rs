//! A provider as the mailer sees it: somewhere to hand a mail, and a breaker
//! that sends mails elsewhere, or has them wait, while it cannot be reached.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekey_events::{Env, MailId, Moment};
use tokio::io::AsyncWriteExt;

use super::breaker::{Breaker, Counts};
use super::{Outlet, Standing};
use crate::smtp::{Delivery, Envelope, Failure, Gate, Phase, Verdict};

/// An outlet, and its breaker.
pub struct Provider {
    outlet: Outlet,
    breaker: Mutex<Breaker>,
    standing: Arc<Standing>,
}

/// What a mail came to at a provider.
#[derive(Debug)]
pub enum Route {
    /// The server said so, or nothing.
    Smtp(Delivery),
    /// Written into the folder.
    Kept,
    /// The folder cannot be written.
    Unwritable(std::io::Error),
}

impl Provider {
    pub(super) fn new(outlet: Outlet) -> Self {
        let standing = Arc::new(Standing::new(match &outlet {
            Outlet::Smtp(pool) => pool.name(),
            Outlet::Folder(_) => "inbox",
        }));
        Self { outlet, breaker: Mutex::default(), standing }
    }

    /// What logs, events and metrics call it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.standing.name()
    }

    pub(super) fn standing(&self) -> Arc<Standing> {
        Arc::clone(&self.standing)
    }

    /// Until when nothing is tried, because the server could not be reached.
    #[must_use]
    pub fn paused_until(&self) -> Moment {
        self.lock().until
    }

    pub(super) fn is_paused(&self, now: Moment) -> bool {
        now < self.paused_until()
    }

    /// Hands over a mail.
    pub(super) async fn deliver(
        &self,
        mail: MailId,
        envelope: &Envelope,
        bytes: &[u8],
        gate: &impl Gate,
        env: &dyn Env,
    ) -> Route {
        let counts = self.lock().begin(env.now());
        let route = match &self.outlet {
            Outlet::Smtp(pool) => Route::Smtp(pool.deliver(envelope, bytes, gate).await),
            Outlet::Folder(folder) => match gate.before_data().await {
                Verdict::Go => {
                    keep(folder, mail, bytes).await.map_or_else(Route::Unwritable, |()| Route::Kept)
                }
                Verdict::Stop => Route::Smtp(Delivery::Withheld),
            },
        };
        self.note(&route, counts, env.now());
        route
    }

    /// Opens the breaker a little longer with each failure to reach the server,
    /// and closes it when a mail gets through.
    fn note(&self, route: &Route, counts: Counts, now: Moment) {
        let mut breaker = self.lock();
        match route {
            Route::Smtp(Delivery::ConnectionFailed { phase, reason }) => {
                if breaker.fail(counts, now) {
                    alert(self.name(), *phase, reason);
                }
            }
            Route::Smtp(Delivery::Withheld | Delivery::Ambiguous { .. }) => {}
            _ => *breaker = Breaker::default(),
        }
        self.standing.note(route, breaker.failures, breaker.until);
    }

    fn lock(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn alert(provider: &str, phase: Phase, reason: &Failure) {
    tracing::error!(provider, %phase, %reason, "the mail server cannot be used; mails wait, none is lost");
}

/// Writes the mail whole, or not at all.
async fn keep(folder: &Path, mail: MailId, bytes: &[u8]) -> std::io::Result<()> {
    let (partial, whole) = (folder.join(format!("{mail}.part")), folder.join(format!("{mail}.eml")));
    let mut file = tokio::fs::File::create(&partial).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    tokio::fs::rename(partial, whole).await
}
