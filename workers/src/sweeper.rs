//! The sweeper: records the expiry of links, forgets what may be forgotten.

use std::time::Duration;

use rekey_events::account::{Account, AccountCommand, AccountEvent};
use rekey_events::store::execute::Draft;
use rekey_events::store::{CommandError, Context, Log, StoreError};
use tokio_util::sync::CancellationToken;

/// How often it looks.
const POLL: Duration = Duration::from_secs(30);
/// Accounts swept at a time.
const BATCH: i64 = 500;

/// Records the expiry of links, forgets what may be forgotten.
#[derive(Clone, Debug)]
pub struct Sweeper {
    log: Log,
    keep_sources: Duration,
}

impl Sweeper {
    /// A sweeper that keeps source addresses and user agents for `keep_sources`.
    #[must_use]
    pub fn new(log: Log, keep_sources: Duration) -> Self {
        Self { log, keep_sources }
    }

    /// Sweeps until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.step().await {
                tracing::warn!(%error, "sweeping waits for the database");
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Sweeps once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&self) -> Result<(), StoreError> {
        let now = self.log.env().now();
        for account in self.log.store().overdue_resets(now, BATCH).await? {
            let context = Context::new(self.log.env(), "system:sweeper");
            let nothing = |_: &Account, _: &[AccountEvent], _: &mut Draft<'_>| {};
            let swept = self
                .log
                .execute::<Account>(&context, account.into(), &AccountCommand::ExpireResets, nothing)
                .await;
            if let Err(error @ (CommandError::Append(_) | CommandError::Store(_))) = swept {
                tracing::warn!(%error, %account, "an expiry is recorded later");
            }
        }
        self.log.store().forget_old(now, self.keep_sources).await
    }
}
