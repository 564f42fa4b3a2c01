//! The mailer: claims mails that are due, renders them, hands them to a mail
//! server, and records what became of each.
//!
//! ```text
//! claim ─ still wanted? ─ render ─ deliver (gate: still ours? still wanted?) ─ outcome
//! ```
//! The claim is fenced by the mail's stream version: whoever takes a mail away
//! from a worker moves its stream on, and that worker's outcome then finds a
//! conflict. Only a 250 is recorded all the same.
//!
//! Without a bus it looks for due mails itself, when woken and by a poll. With
//! one it claims what it is told about; every two seconds it looks for what
//! nobody was told about, so the bus may be gone for good.

mod attempt;
mod hands;
mod hints;
mod lease;
mod outcome;
mod provider;
mod schedule;
mod stats;
mod told;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rekey_events::MailId;
use rekey_events::keys::{Key, LinkKeys};
use rekey_events::mail::MailCommand;
use rekey_events::mail::event::UnknownBecause;
use rekey_events::rows::MailRow;
use rekey_events::store::{Context, Log, StoreError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bus::Bus;
use crate::message::{Brand, Dkim, Mailbox};
use crate::smtp::Pool;

use hands::{Hands, InHand};
pub use lease::Lease;
pub use provider::{Provider, Route};
pub use stats::MailerStats;

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
pub struct Mailer {
    inner: Arc<Inner>,
    bus: Option<Bus>,
}

struct Inner {
    log: Log,
    worker: Uuid,
    letterhead: Letterhead,
    provider: Provider,
    lease: Lease,
    hands: Hands,
    slots: Arc<Semaphore>,
    concurrency: usize,
    stats: Arc<MailerStats>,
}

impl Mailer {
    /// A mailer that works on at most `concurrency` mails at a time.
    #[must_use]
    pub fn new(log: Log, letterhead: Letterhead, outlet: Outlet, concurrency: usize) -> Self {
        let worker = log.env().uuid();
        let slots = Arc::new(Semaphore::new(concurrency));
        let stats = Arc::new(MailerStats::new(concurrency, Arc::clone(&slots)));
        let inner = Arc::new(Inner {
            lease: Lease::new(log.store().clone(), worker),
            provider: Provider::new(outlet, Arc::clone(&stats)),
            hands: Hands::default(),
            slots,
            concurrency,
            stats,
            log,
            worker,
            letterhead,
        });
        Self { inner, bus: None }
    }

    /// The same, told by `bus` what is due: somewhere a [`crate::Relay`] must
    /// run. A database of one process has no hints; there it changes nothing.
    #[must_use]
    pub fn with_bus(mut self, bus: Bus) -> Self {
        self.bus = Some(bus).filter(|_| self.inner.log.store().is_shared());
        self
    }

    /// What it has done so far.
    #[must_use]
    pub fn stats(&self) -> Arc<MailerStats> {
        Arc::clone(&self.inner.stats)
    }

    /// Sends mails until `stop`; then finishes what it has in hand.
    pub async fn run(self, stop: CancellationToken) {
        let inner = &self.inner;
        if let Err(error) = inner.log.store().end_leases_of_earlier_run().await {
            tracing::warn!(%error, "claims of an earlier run are freed when their lease ends");
        }
        inner.keep_house().await;
        let housekeeping = tokio::spawn(self.clone().keep_house_for_ever());
        let mut attempts = JoinSet::new();
        match &self.bus {
            Some(bus) => self.run_told(bus, &mut attempts, &stop).await,
            None => self.run_looking(&mut attempts, &stop).await,
        }
        while attempts.join_next().await.is_some() {}
        housekeeping.abort();
        inner.lease.end().await;
    }

    async fn keep_house_for_ever(self) {
        loop {
            tokio::time::sleep(lease::EVERY).await;
            self.inner.keep_house().await;
        }
    }

    /// Without a bus: looks for what is due.
    async fn run_looking(&self, attempts: &mut JoinSet<()>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let claimed = self.step(attempts).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "mails wait for the database");
                0
            });
            self.pause(claimed > 0, attempts, stop).await;
        }
    }

    /// Claims what is due, and starts on it; how many were claimed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&self, attempts: &mut JoinSet<()>) -> Result<usize, StoreError> {
        let inner = &self.inner;
        while attempts.try_join_next().is_some() {}
        let free = inner.slots.available_permits();
        if free == 0 || !inner.may_claim() {
            return Ok(0);
        }
        let before = Instant::now();
        let claimed = inner.claim(free).await?;
        let count = claimed.len();
        inner.stats.looked(count);
        self.start(claimed, before, attempts).await;
        Ok(count)
    }

    /// Starts on mails claimed at that moment (or later), each in a slot of its own.
    async fn start(&self, claimed: Vec<(MailRow, InHand)>, before: Instant, attempts: &mut JoinSet<()>) {
        for (row, in_hand) in claimed {
            let slot = Arc::clone(&self.inner.slots).acquire_owned().await;
            let inner = Arc::clone(&self.inner);
            attempts.spawn(async move {
                let _held = (slot, in_hand);
                inner.attempt(&row, before).await;
            });
        }
    }

    /// Until there may be something to do: a slot free while more is due, a
    /// wake-up, the next due moment, or the poll.
    async fn pause(&self, busy: bool, attempts: &mut JoinSet<()>, stop: &CancellationToken) {
        let inner = &self.inner;
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
    /// Whether the lease is held, and the mail server is thought to work.
    fn may_claim(&self) -> bool {
        self.lease.is_held() && !self.provider.is_paused(self.log.env().now())
    }

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

    /// Claims at most `limit` mails that are due.
    async fn claim(&self, limit: usize) -> Result<Vec<(MailRow, InHand)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.in_hand(self.log.store().claim_mails(self.worker, self.log.env().now(), limit)).await
    }

    /// What a claim brings is in hand before anybody may ask whether it is.
    async fn in_hand(
        &self,
        claim: impl Future<Output = Result<Vec<MailRow>, StoreError>>,
    ) -> Result<Vec<(MailRow, InHand)>, StoreError> {
        let _claiming = self.hands.claiming().await;
        let in_hand = |row: MailRow| {
            let in_hand = self.hands.take(row.mail_id);
            (row, in_hand)
        };
        Ok(claim.await?.into_iter().map(in_hand).collect())
    }

    /// Frees what workers had claimed whose lease is over, and what we claimed
    /// ourselves and do not work at. It may have been sent, or not.
    async fn take_over(&self) -> Result<(), StoreError> {
        let abandoned = self.log.store().abandoned_mails(100).await?;
        for row in abandoned.into_iter().chain(self.dropped().await?) {
            let due_at = self.log.env().now();
            let lost = MailCommand::LoseTrack { reason: UnknownBecause::WorkerDied, due_at };
            // On the row as it was seen: another worker may have freed, claimed or sent it since.
            if let Err(error) = self.record_on(&row, &lost).await {
                tracing::warn!(%error, mail = %row.mail_id, "an abandoned mail is taken over later");
            }
        }
        Ok(())
    }

    /// What we claimed and do not work at.
    async fn dropped(&self) -> Result<Vec<MailRow>, StoreError> {
        let _claiming = self.hands.claiming().await;
        let in_hand = self.hands.now();
        let claimed = self.log.store().claimed_mails(self.worker).await?;
        Ok(claimed.into_iter().filter(|row| !in_hand.contains(&row.mail_id)).collect())
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
