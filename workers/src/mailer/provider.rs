//! A mail server as the mailer sees it: somewhere to hand a mail, and a breaker
//! that pauses the work while the server cannot be reached.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rekey_events::{Env, MailId, Moment};
use tokio::io::AsyncWriteExt;

use super::{MailerStats, Outlet};
use crate::smtp::{Delivery, Envelope, Gate, Phase, Verdict};

/// The pauses after failures in a row.
const PAUSES: [u64; 5] = [1, 2, 5, 10, 15];

/// An outlet, and its breaker.
pub struct Provider {
    outlet: Outlet,
    breaker: Mutex<Breaker>,
    stats: Arc<MailerStats>,
}

#[derive(Default)]
struct Breaker {
    failures: usize,
    until: Moment,
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
    pub(super) fn new(outlet: Outlet, stats: Arc<MailerStats>) -> Self {
        Self { outlet, breaker: Mutex::default(), stats }
    }

    /// What logs and events call it.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.outlet {
            Outlet::Smtp(pool) => pool.name(),
            Outlet::Folder(_) => "inbox",
        }
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
        let began = env.now();
        let route = match &self.outlet {
            Outlet::Smtp(pool) => Route::Smtp(pool.deliver(envelope, bytes, gate).await),
            Outlet::Folder(folder) => match gate.before_data().await {
                Verdict::Go => {
                    keep(folder, mail, bytes).await.map_or_else(Route::Unwritable, |()| Route::Kept)
                }
                Verdict::Stop => Route::Smtp(Delivery::Withheld),
            },
        };
        self.note(&route, began, env.now());
        route
    }

    /// Opens the breaker a little longer with each failure to reach the server,
    /// and closes it when a mail gets through. Mails that were under way when it
    /// opened fail with it: that is one failure, else it would open for longest at once.
    fn note(&self, route: &Route, began: Moment, now: Moment) {
        let mut breaker = self.lock();
        match route {
            Route::Smtp(Delivery::ConnectionFailed { .. }) if began < breaker.until => {}
            Route::Smtp(Delivery::ConnectionFailed { phase, reason }) => {
                let pause = PAUSES[breaker.failures.min(PAUSES.len() - 1)];
                breaker.failures += 1;
                breaker.until = now.after(Duration::from_secs(pause));
                alert(self.name(), *phase, reason);
            }
            Route::Smtp(Delivery::Withheld | Delivery::Ambiguous { .. }) => {}
            _ => *breaker = Breaker::default(),
        }
        self.stats.failed(breaker.failures);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn alert(provider: &str, phase: Phase, reason: &crate::smtp::Failure) {
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
