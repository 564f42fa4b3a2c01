//! The sweeper: records the expiry of links, forgets what may be forgotten.

use std::time::Duration;

use futures::future::join_all;
use rekey_events::AccountId;
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
            let is_all = self.step().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "sweeping waits for the database");
                true
            });
            tokio::select! {
                () = tokio::time::sleep(if is_all { POLL } else { Duration::ZERO }) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Sweeps once; whether that was all there is to sweep.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&self) -> Result<bool, StoreError> {
        let now = self.log.env().now();
        let overdue = self.log.store().overdue_resets(now, BATCH).await?;
        let swept = join_all(overdue.into_iter().map(|account| self.expire(account))).await;
        self.log.store().forget_old(now, self.keep_sources).await?;
        let swept = swept.into_iter().filter(|is_swept| *is_swept).count();
        Ok(i64::try_from(swept).unwrap_or(i64::MAX) < BATCH)
    }

    /// Records the expiry of an account's links; whether that is done.
    async fn expire(&self, account: AccountId) -> bool {
        let context = Context::new(self.log.env(), "system:sweeper");
        let nothing = |_: &Account, _: &[AccountEvent], _: &mut Draft<'_>| {};
        let command = AccountCommand::ExpireResets;
        match self.log.execute::<Account>(&context, account.into(), &command, nothing).await {
            Ok(_) => true,
            Err(CommandError::Refused(_)) => false,
            Err(error) => {
                tracing::warn!(%error, %account, "an expiry is recorded later");
                false
            }
        }
    }
}
