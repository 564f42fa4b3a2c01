//! The mailer: claims mails that are due, renders them, hands them to a mail
//! server, and records what became of each.
//!
//! ```text
//! claim ─ still wanted? ─ render ─ deliver (gate: still ours? still wanted?) ─ outcome
//! ```
//! The claim is fenced by the mail's stream version: whoever takes a mail away
//! from a worker moves its stream on, and that worker's outcome then finds a
//! conflict. Only a 250 is recorded all the same.

mod attempt;
mod lease;
mod outcome;
mod provider;
mod schedule;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rekey_events::MailId;
use rekey_events::keys::{Key, LinkKeys};
use rekey_events::mail::event::UnknownBecause;
use rekey_events::mail::{Mail, MailCommand};
use rekey_events::rows::MailRow;
use rekey_events::store::{CommandError, Context, Log, StoreError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::message::{Brand, Dkim, Mailbox};
use crate::smtp::Pool;

pub use lease::Lease;
pub use provider::{Provider, Route};

/// How often it looks without being woken.
const POLL: Duration = Duration::from_secs(2);
/// The shortest pause when there was nothing to claim.
const SOON: Duration = Duration::from_millis(50);

/// What a mailer needs to know to write mails.
pub struct Letterhead {
    /// Where people reach us: `https://…`, without a slash at the end.
    pub public_url: String,
    /// From whom mails are.
    pub from: Mailbox,
    /// How the service names itself.
    pub brand: Brand,
    /// The keys of links.
    pub links: LinkKeys,
    /// The key of Message-IDs.
    pub message_id: Key,
    /// How mails are signed, if they are.
    pub dkim: Option<Dkim>,
}

/// Where mails go.
pub enum Outlet {
    /// To a mail server.
    Smtp(Pool),
    /// Into a folder, a file a mail: the inbox of `rekey dev`.
    Folder(PathBuf),
}

/// Sends the mails we owe.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    log: Log,
    worker: Uuid,
    letterhead: Letterhead,
    provider: Provider,
    lease: Lease,
    slots: Arc<Semaphore>,
}

impl Mailer {
    /// A mailer that works on at most `concurrency` mails at a time.
    #[must_use]
    pub fn new(log: Log, letterhead: Letterhead, outlet: Outlet, concurrency: usize) -> Self {
        let worker = log.env().uuid();
        Self(Arc::new(Inner {
            lease: Lease::new(log.store().clone(), worker),
            provider: Provider::new(outlet),
            slots: Arc::new(Semaphore::new(concurrency)),
            log,
            worker,
            letterhead,
        }))
    }

    /// Sends mails until `stop`; then finishes what it has in hand.
    pub async fn run(self, stop: CancellationToken) {
        let inner = &self.0;
        if let Err(error) = inner.log.store().end_leases_of_earlier_run().await {
            tracing::warn!(%error, "claims of an earlier run are freed when their lease ends");
        }
        inner.keep_house().await;
        let housekeeping = tokio::spawn(self.clone().keep_house_for_ever());
        let mut attempts = JoinSet::new();
        while !stop.is_cancelled() {
            let claimed = self.step(&mut attempts).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "mails wait for the database");
                0
            });
            self.pause(claimed > 0, &mut attempts, &stop).await;
        }
        while attempts.join_next().await.is_some() {}
        housekeeping.abort();
        inner.lease.end().await;
    }

    async fn keep_house_for_ever(self) {
        loop {
            tokio::time::sleep(lease::EVERY).await;
            self.0.keep_house().await;
        }
    }

    /// Claims what is due, and starts on it; how many were claimed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&self, attempts: &mut JoinSet<()>) -> Result<usize, StoreError> {
        let inner = &self.0;
        while attempts.try_join_next().is_some() {}
        let free = inner.slots.available_permits();
        if free == 0 || !inner.lease.is_held() || inner.provider.is_paused(inner.log.env().now()) {
            return Ok(0);
        }
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        let claimed = inner.log.store().claim_mails(inner.worker, inner.log.env().now(), limit).await?;
        for row in &claimed {
            let slot = Arc::clone(&inner.slots).acquire_owned().await;
            let (mailer, row) = (self.clone(), row.clone());
            attempts.spawn(async move {
                let _slot = slot;
                mailer.0.attempt(row).await;
            });
        }
        Ok(claimed.len())
    }

    /// Until there may be something to do: a slot free while more is due, a
    /// wake-up, the next due moment, or the poll.
    async fn pause(&self, busy: bool, attempts: &mut JoinSet<()>, stop: &CancellationToken) {
        let inner = &self.0;
        let full = inner.slots.available_permits() == 0;
        let next = match (full, busy) {
            (true, _) => POLL,
            (false, true) => Duration::ZERO,
            (false, false) => inner.next_look().await,
        };
        tokio::select! {
            Some(_) = attempts.join_next(), if full => {}
            () = inner.log.wakes().mails.notified() => {}
            () = tokio::time::sleep(next) => {}
            () = stop.cancelled() => {}
        }
    }
}

impl Inner {
    /// How long until a mail is due, within reason.
    async fn next_look(&self) -> Duration {
        let now = self.log.env().now();
        match self.log.store().next_due().await {
            Ok(Some(due)) => due.max(self.provider.paused_until()).since(now).clamp(SOON, POLL),
            _ => POLL,
        }
    }

    /// Renews the lease, and takes over what dead workers left.
    async fn keep_house(&self) {
        self.lease.renew().await;
        if let Err(error) = self.take_over().await {
            tracing::warn!(%error, "abandoned mails wait for the database");
        }
    }

    /// Frees what workers had claimed whose lease is over. They may have sent
    /// it, or not.
    async fn take_over(&self) -> Result<(), StoreError> {
        for mail in self.log.store().abandoned_mails(100).await? {
            let context = self.context(mail);
            let lost = MailCommand::LoseTrack { reason: UnknownBecause::WorkerDied, due_at: context.at };
            let nothing = |_: &Mail, _: &[_], _: &mut rekey_events::store::execute::Draft<'_>| {};
            match self.log.execute::<Mail>(&context, mail.into(), &lost, nothing).await {
                Ok(_) | Err(CommandError::Refused(_)) => {}
                Err(error) => tracing::warn!(%error, %mail, "an abandoned mail is taken over later"),
            }
        }
        Ok(())
    }

    /// Everything about a mail is correlated by what asked for it.
    fn context(&self, mail: MailId) -> Context {
        let mut context = Context::new(self.log.env(), "system:mailer");
        context.metadata.correlation = mail.0;
        context
    }

    fn context_of(&self, row: &MailRow) -> Context {
        let mut context = self.context(row.mail_id);
        if let Some(reset) = row.reset_id {
            context.metadata.correlation = reset.0;
        }
        context
    }
}
