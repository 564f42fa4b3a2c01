//! A provider as the mailer sees it: somewhere to hand a mail, and a breaker
//! that sends mails elsewhere, or has them wait, while it cannot be reached.

use std::path::Path;
use std::sync::Arc;

use rekey_events::{Env, MailId, Moment};
use tokio::io::AsyncWriteExt;

use super::breaker::Begun;
use super::{Outlet, Standing};
use crate::smtp::{Delivery, Envelope, Failure, Gate, Phase, Refusal, Verdict};

/// An outlet, and how it does.
pub struct Provider {
    outlet: Outlet,
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

/// A gate that notes, before the dot, that the server works: to that one it may be silent for ten minutes.
struct Noting<'a, G> {
    gate: &'a G,
    standing: &'a Standing,
    begun: &'a Begun,
}

impl<G: Gate> Gate for Noting<'_, G> {
    async fn still_wanted(&self) -> Verdict {
        self.gate.still_wanted().await
    }

    async fn before_body(&self) -> Verdict {
        self.gate.before_body().await
    }

    async fn before_dot(&self) -> Verdict {
        self.standing.breaker().succeed(self.begun);
        self.gate.before_dot().await
    }

    fn waits_for(&self, provider: &str, what: &'static str) {
        self.gate.waits_for(provider, what);
    }

    fn waits_for_nobody(&self) {
        self.gate.waits_for_nobody();
    }
}

impl Provider {
    pub(super) fn new(outlet: Outlet) -> Self {
        let standing = Arc::new(Standing::new(match &outlet {
            Outlet::Smtp(pool) => pool.name(),
            Outlet::Folder(_) => "inbox",
        }));
        Self { outlet, standing }
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
    pub(super) fn paused_until(&self, now: Moment) -> Moment {
        self.standing.breaker().paused_until(now)
    }

    pub(super) fn is_paused(&self, now: Moment) -> bool {
        self.standing.is_paused(now)
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
        let begun = self.standing.breaker().begin(env.now());
        let route = match &self.outlet {
            Outlet::Smtp(pool) => {
                let gate = Noting { gate, standing: &self.standing, begun: &begun };
                let delivery = pool.deliver(envelope, bytes, &gate).await;
                Route::Smtp(self.believed(mail, envelope, delivery))
            }
            Outlet::Folder(folder) => match (gate.still_wanted().await, gate.before_body().await) {
                (Verdict::Go, Verdict::Go) => {
                    keep(folder, mail, bytes).await.map_or_else(Route::Unwritable, |()| Route::Kept)
                }
                _ => Route::Smtp(Delivery::Withheld),
            },
        };
        self.note(&route, &begun, env.now());
        route
    }

    /// What a delivery means, after those before it: the same refusal of several recipients is about us.
    fn believed(&self, mail: MailId, envelope: &Envelope, delivery: Delivery) -> Delivery {
        match delivery {
            Delivery::Rejected { phase, reply, about: Refusal::Recipient } => {
                if self.standing.streak().refuse(mail, envelope.to.as_str(), &reply) {
                    Delivery::Rejected { phase, reply, about: Refusal::Recipient }
                } else {
                    Delivery::ConnectionFailed { phase, reason: Failure::Refused(reply) }
                }
            }
            other => {
                if has_taken_the_recipient(&other) {
                    self.standing.streak().end();
                }
                other
            }
        }
    }

    /// A mail was rejected and its address suppressed.
    pub(super) fn note_rejected(&self, mail: MailId) {
        self.standing.streak().record(mail);
    }

    /// Rejected mails that are to be tried again after all.
    pub(super) fn take_wrongly_rejected(&self) -> Vec<MailId> {
        self.standing.streak().take_wrongly_rejected()
    }

    /// Opens the breaker a little longer with each failure to reach the server,
    /// and closes it when it answers to a mail.
    fn note(&self, route: &Route, begun: &Begun, now: Moment) {
        match route {
            Route::Smtp(Delivery::ConnectionFailed { phase, reason }) => {
                if self.standing.breaker().fail(begun, now) {
                    alert(self.name(), *phase, reason);
                }
            }
            // Nobody was asked, or nobody answered.
            Route::Smtp(
                Delivery::Withheld
                | Delivery::Ambiguous { .. }
                | Delivery::Rejected { phase: Phase::Body, .. },
            )
            | Route::Unwritable(_) => {}
            Route::Smtp(_) | Route::Kept => self.standing.breaker().succeed(begun),
        }
        self.standing.note(route);
    }
}

fn has_taken_the_recipient(delivery: &Delivery) -> bool {
    match delivery {
        Delivery::Accepted { .. } | Delivery::Ambiguous { .. } => true,
        Delivery::Deferred { phase, .. } | Delivery::Rejected { phase, .. } => *phase == Phase::Dot,
        Delivery::ConnectionFailed { .. } | Delivery::Withheld => false,
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
