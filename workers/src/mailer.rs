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
mod breaker;
mod claims;
mod failure;
mod hands;
mod hints;
mod lease;
mod outcome;
mod provider;
mod providers;
mod receipt;
mod report;
mod schedule;
mod stats;
mod streak;
mod suppression;
mod told;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rekey_events::keys::{Key, LinkKeys};
use rekey_events::rows::MailRow;
use rekey_events::store::{Context, Log, StoreError};
use rekey_events::{Language, MailId};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::breath::BREATH;
use crate::bus::Bus;
use crate::message::{Brand, Dkim, Mailbox};
use crate::smtp::Pool;

use hands::{Hands, InHand};
pub use lease::Lease;
pub use provider::{Provider, Route};
use providers::Providers;
pub use stats::{Histogram, MailerStats, Standing};

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
    /// The language of mails to whoever has not chosen.
    pub language: Language,
    /// The keys of links.
    pub links: LinkKeys,
    /// The key of Message-IDs.
    pub message_id: Key,
    /// How mails are signed, if they are.
    pub dkim: Option<Dkim>,
}

/// How mails are sent.
pub struct Sending {
    /// Where to; of several, the first that works. Each has a name of its own.
    pub outlets: Vec<Outlet>,
    /// Mails at a time.
    pub concurrency: usize,
    /// For how long nothing is sent to an address that was refused for good.
    pub suppress_for: Duration,
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
    providers: Providers,
    suppress_for: Duration,
    lease: Lease,
    hands: Hands,
    slots: Arc<Semaphore>,
    concurrency: usize,
    stats: Arc<MailerStats>,
}

impl Mailer {
    /// A mailer on `log`.
    #[must_use]
    pub fn new(log: Log, letterhead: Letterhead, sending: Sending) -> Self {
        let Sending { outlets, concurrency, suppress_for } = sending;
        let worker = log.env().uuid();
        let slots = Arc::new(Semaphore::new(concurrency));
        let providers = Providers::new(outlets);
        let standings = providers.iter().map(Provider::standing).collect();
        let hands = Hands::default();
        let stats = Arc::new(MailerStats::new(concurrency, hands.clone(), standings));
        let inner = Arc::new(Inner {
            lease: Lease::new(log.store().clone(), worker),
            providers,
            suppress_for,
            hands,
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
        inner.renew_lease().await;
        let mut housekeeping = JoinSet::new();
        housekeeping.spawn(self.clone().renew_for_ever());
        housekeeping.spawn(self.clone().take_over_for_ever());
        let mut attempts = JoinSet::new();
        match &self.bus {
            Some(bus) => self.run_told(bus, &mut attempts, &stop).await,
            None => self.run_looking(&mut attempts, &stop).await,
        }
        while attempts.join_next().await.is_some() {}
        housekeeping.shutdown().await;
        inner.lease.end().await;
    }

    /// By itself: what holds up an append must not cost the lease, too.
    async fn renew_for_ever(self) {
        loop {
            tokio::time::sleep(lease::EVERY).await;
            self.inner.renew_lease().await;
        }
    }

    async fn take_over_for_ever(self) {
        loop {
            if let Err(error) = self.inner.take_over().await {
                tracing::warn!(%error, "abandoned mails wait for the database");
            }
            tokio::time::sleep(lease::EVERY).await;
        }
    }

    /// Without a bus: looks for what is due.
    async fn run_looking(&self, attempts: &mut JoinSet<()>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            self.inner.room().await;
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
        for (mail, in_hand) in claimed {
            let slot = Arc::clone(&self.inner.slots).acquire_owned().await;
            let inner = Arc::clone(&self.inner);
            attempts.spawn(async move {
                let _held = (slot, in_hand);
                inner.attempt(&mail, before).await;
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
    /// Whether the lease is held, the log goes on, and a mail server is thought to work.
    fn may_claim(&self) -> bool {
        self.lease.is_held() && !self.log.is_over() && self.providers.usable(self.log.env().now()).is_some()
    }

    /// Waits, a breath at most, until half of the slots are free: a claim is a
    /// transaction, which many mails are to share.
    async fn room(&self) {
        let half = u32::try_from(self.concurrency.div_ceil(2)).unwrap_or(u32::MAX);
        // Not to keep them; and it never ends, so there is no other error.
        let _ = tokio::time::timeout(BREATH, self.slots.acquire_many(half)).await;
    }

    /// How long until a mail is due, within reason.
    async fn next_look(&self) -> Duration {
        let now = self.log.env().now();
        match self.log.store().next_due().await {
            Ok(Some(due)) => due.max(self.providers.paused_until(now)).since(now).clamp(SOON, POLL),
            _ => POLL,
        }
    }

    async fn renew_lease(&self) {
        self.lease.renew(&self.stats.waits_to_tell()).await;
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
