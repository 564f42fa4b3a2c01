//! Hints: what the broker was told about mails that are due, and claims of
//! those it tells a worker about. Only a shared database has them.

use futures::FutureExt;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::mails::links_first;
use super::postgres::{Connections, sql};
use super::{Store, StoreError};
use crate::ids::MailId;
use crate::moment::Moment;
use crate::rows::MailRow;

/// Which incarnation of the broker's stream is the true one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Broker {
    /// Drawn anew with each incarnation.
    pub epoch: Uuid,
    /// The last message that was noted: the stream has it, or is another one.
    pub last_sequence: i64,
}

/// The broker's row, locked until this is dropped.
#[derive(Debug)]
pub struct BrokerLock {
    broker: Broker,
    transaction: Transaction<'static, Postgres>,
}

/// Which mails are to get a hint.
#[derive(Clone, Copy, Debug)]
pub struct Owed {
    /// Due from then on.
    pub since: Moment,
    /// Due until then.
    pub until: Moment,
    /// Those without a link, or else those with one.
    pub notices: bool,
    /// The consumer has acknowledged everything up to here.
    pub floor: i64,
    /// At most so many.
    pub limit: i64,
}

/// A hint to be published.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Hint {
    /// Of which mail.
    #[sqlx(rename = "mail_id")]
    pub mail: MailId,
    /// How often it was published, this time included.
    pub generation: i64,
    /// For which incarnation of the stream.
    pub epoch: Uuid,
    /// Since when the mail is due, µs.
    pub due_at: i64,
    /// Why: `new`, `epoch`, `floor` (acknowledged, but not claimed) or `aged`.
    pub reason: String,
}

impl Store {
    /// Whether many processes may use it at once: then mails have hints.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    fn shared(&self) -> Result<&Connections, StoreError> {
        match self {
            Self::Postgres(database) => Ok(&database.connections),
            Self::Sqlite(_) => Err(StoreError::Unusable("a database of one process has no hints".to_owned())),
        }
    }

    /// What is known about the broker.
    ///
    /// # Errors
    /// The database does not answer, or is not shared.
    pub async fn broker(&self) -> Result<Broker, StoreError> {
        Ok(sqlx::query_as(sql::BROKER).fetch_one(self.shared()?).await?)
    }

    /// Locks the broker's row; nothing when another process has it.
    ///
    /// # Errors
    /// The database does not answer, or is not shared.
    pub async fn lock_broker(&self) -> Result<Option<BrokerLock>, StoreError> {
        let mut transaction = self.shared()?.begin("BEGIN").await?;
        let broker = sqlx::query_as(sql::LOCK_BROKER).fetch_optional(&mut *transaction).await?;
        Ok(broker.map(|broker| BrokerLock { broker, transaction }))
    }

    /// Takes due mails without a live hint, the longest due first. They are the
    /// caller's to publish: other relays leave them alone for 6 seconds.
    ///
    /// # Errors
    /// The database does not answer, or is not shared.
    pub async fn owe_hints(&self, owed: &Owed) -> Result<Vec<Hint>, StoreError> {
        let query = sqlx::query_as(sql::OWE_HINTS).bind(owed.since.micros()).bind(owed.until.micros());
        let query = query.bind(owed.notices).bind(owed.floor).bind(owed.limit);
        Ok(query.fetch_all(self.shared()?).await?)
    }

    /// Notes that hints were published: each with its sequence.
    ///
    /// # Errors
    /// The database does not answer (then they are published again), or is not shared.
    pub async fn note_hints(&self, published: &[(Hint, i64)]) -> Result<(), StoreError> {
        let Some((first, _)) = published.first() else { return Ok(()) };
        let mails: Vec<_> = published.iter().map(|(hint, _)| hint.mail.0).collect();
        let generations: Vec<_> = published.iter().map(|(hint, _)| hint.generation).collect();
        let sequences: Vec<_> = published.iter().map(|(_, sequence)| *sequence).collect();
        let last = sequences.iter().copied().max();
        let query = sqlx::query(sql::NOTE_HINTS).bind(mails).bind(generations).bind(sequences);
        query.bind(last).bind(first.epoch).execute(self.shared()?).await?;
        Ok(())
    }

    /// Has hints count for nothing, so that they are published again.
    ///
    /// # Errors
    /// The database does not answer (then they end with age), or is not shared.
    pub async fn void_hints(&self, mails: &[MailId]) -> Result<(), StoreError> {
        sqlx::query(sql::VOID_HINTS).bind(ids(mails)).execute(self.shared()?).await?;
        Ok(())
    }

    /// Forgets hints that are dead of age.
    ///
    /// # Errors
    /// The database does not answer, or is not shared.
    pub async fn forget_hints(&self) -> Result<u64, StoreError> {
        Ok(sqlx::query(sql::FORGET_HINTS).execute(self.shared()?).await?.rows_affected())
    }

    /// Claims for `worker` those of `mails` that are due at `now`: see [`Store::claim_mails`].
    ///
    /// # Errors
    /// The database does not answer, or is not shared.
    pub async fn claim_hinted(
        &self,
        worker: Uuid,
        now: Moment,
        mails: &[MailId],
    ) -> Result<Vec<MailRow>, StoreError> {
        let query = sqlx::query_as(sql::CLAIM_HINTED).bind(worker).bind(now.micros()).bind(ids(mails));
        Ok(query.fetch_all(self.shared()?).await?)
    }

    /// Claims for `worker` mails due at `now` that have no hint, or have had
    /// one for 10 seconds in vain.
    ///
    /// # Errors
    /// The database does not answer, or is not shared.
    pub async fn claim_overlooked(
        &self,
        worker: Uuid,
        now: Moment,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let connections = self.shared()?;
        let claim = |is_notice: bool, limit: i64| {
            let query = sqlx::query_as(sql::CLAIM_OVERLOOKED).bind(worker).bind(now.micros());
            let query = query.bind(limit).bind(is_notice);
            async move { Ok(query.fetch_all(connections).await?) }.boxed()
        };
        links_first(limit, claim).await
    }
}

impl BrokerLock {
    /// What is known about the broker, while nobody else may change it.
    #[must_use]
    pub fn broker(&self) -> Broker {
        self.broker
    }

    /// Begins an epoch: all hints of earlier ones are dead.
    ///
    /// # Errors
    /// The database does not answer: the epoch is as it was.
    pub async fn begin_epoch(mut self, epoch: Uuid) -> Result<(), StoreError> {
        sqlx::query(sql::BEGIN_EPOCH).bind(epoch).execute(&mut *self.transaction).await?;
        Ok(self.transaction.commit().await?)
    }
}

fn ids(mails: &[MailId]) -> Vec<Uuid> {
    mails.iter().map(|mail| mail.0).collect()
}
