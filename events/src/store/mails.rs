//! The queue of mails: claims, leases, what is due.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::FromRow;
use uuid::Uuid;

use super::overview::Wait;
use super::{Store, StoreError, postgres, reading, sql, sqlite, writing};
use crate::ids::MailId;
use crate::moment::Moment;
use crate::rows::MailRow;

/// A mail that a worker has claimed, as others find it.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct ClaimedMail {
    /// Its view row.
    #[sqlx(flatten)]
    pub row: MailRow,
    /// The provider that may have it. A worker that has only one to turn to does not note it.
    pub going_to: Option<String>,
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Claims links, and notices for what is left of the limit.
pub(super) async fn links_first<'a>(
    limit: i64,
    claim: impl Fn(bool, i64) -> BoxFuture<'a, Result<Vec<MailRow>, StoreError>>,
) -> Result<Vec<MailRow>, StoreError> {
    let mut claimed = claim(false, limit).await?;
    let left = limit - i64::try_from(claimed.len()).unwrap_or(limit);
    if left > 0 {
        match claim(true, left).await {
            Ok(notices) => claimed.extend(notices),
            Err(error) if claimed.is_empty() => return Err(error),
            // Those that are claimed are not to wait for that.
            Err(error) => tracing::warn!(%error, "notices wait for the database"),
        }
    }
    Ok(claimed)
}

impl Store {
    /// Claims at most `limit` mails due at `now` for `worker`: links before notices,
    /// of each the longest due first. A claim lasts as long as the worker's lease, and is fenced by the
    /// row's version: whoever frees it moves the version on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim_mails(
        &self,
        worker: Uuid,
        now: Moment,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let statement = match self {
            Self::Sqlite(_) => sqlite::sql::CLAIM_MAILS,
            Self::Postgres(_) => postgres::sql::CLAIM_MAILS,
        };
        let claim = move |is_notice: bool, limit: i64| {
            let claim = async move {
                Ok(writing!(self, pool => {
                    let query = sqlx::query_as(statement).bind(worker).bind(now.micros());
                    query.bind(limit).bind(is_notice).fetch_all(pool).await
                })?)
            };
            claim.boxed()
        };
        links_first(limit, claim).await
    }

    /// Takes or renews a worker's lease, on the database's clock, and keeps
    /// with it what the mails in its hand wait for.
    ///
    /// # Errors
    /// The database does not answer: the lease is not renewed.
    pub async fn renew_lease(
        &self,
        worker: Uuid,
        good_for: Duration,
        waits: &[Wait],
    ) -> Result<(), StoreError> {
        let statement = match self {
            Self::Sqlite(_) => sqlite::sql::RENEW_LEASE,
            Self::Postgres(_) => postgres::sql::RENEW_LEASE,
        };
        let waits = serde_json::to_string(waits).unwrap_or_else(|_| "[]".to_owned());
        writing!(self, pool => {
            let query = sqlx::query(statement).bind(worker).bind(micros(good_for)).bind(waits);
            query.execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// Ends a worker's lease.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_lease(&self, worker: Uuid) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query(sql::END_LEASE).bind(worker).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Ends the leases of an earlier run, where the database is one process's own.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_leases_of_earlier_run(&self) -> Result<(), StoreError> {
        if let Self::Sqlite(database) = self {
            let mut turn = database.writing.turn().await?;
            sqlx::query(sql::END_ALL_LEASES).execute(&mut *turn).await?;
        }
        Ok(())
    }

    /// Mails claimed by workers whose lease is over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn abandoned_mails(&self, limit: i64) -> Result<Vec<ClaimedMail>, StoreError> {
        let statement = match self {
            Self::Sqlite(_) => sqlite::sql::ABANDONED_MAILS,
            Self::Postgres(_) => postgres::sql::ABANDONED_MAILS,
        };
        Ok(writing!(self, pool => sqlx::query_as(statement).bind(limit).fetch_all(pool).await)?)
    }

    /// Mails that `worker` has claimed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claimed_mails(&self, worker: Uuid) -> Result<Vec<ClaimedMail>, StoreError> {
        Ok(writing!(self, pool => sqlx::query_as(sql::CLAIMED_MAILS).bind(worker).fetch_all(pool).await)?)
    }

    /// Notes that `provider` may have a mail from now on that `worker` has
    /// claimed; whether it is the worker's still.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_provider(
        &self,
        mail: &MailRow,
        worker: Uuid,
        provider: &str,
    ) -> Result<bool, StoreError> {
        let noted = writing!(self, pool => {
            let query = sqlx::query(sql::NOTE_PROVIDER).bind(mail.mail_id.0).bind(mail.version);
            query.bind(worker).bind(provider).execute(pool).await.map(|done| done.rows_affected())
        })?;
        Ok(noted > 0)
    }

    /// Gives a claimed mail back untried. Its hint was used up by the claim.
    ///
    /// # Errors
    /// The database does not answer; the claim then ends with the lease.
    pub async fn release_mail(&self, mail: &MailRow, worker: Uuid) -> Result<(), StoreError> {
        if self.is_shared() {
            self.void_hints(&[mail.mail_id]).await?;
        }
        writing!(self, pool => {
            let query = sqlx::query(sql::RELEASE_MAIL).bind(mail.mail_id.0).bind(mail.version);
            query.bind(worker).execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// When the next unclaimed mail is due.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn next_due(&self) -> Result<Option<Moment>, StoreError> {
        let due: Option<i64> =
            reading!(self, pool => sqlx::query_scalar(sql::NEXT_DUE).fetch_one(pool).await)?;
        Ok(due.map(Moment::from_micros))
    }

    /// How many mails have no outcome yet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unsettled_mails(&self) -> Result<i64, StoreError> {
        Ok(reading!(self, pool => sqlx::query_scalar(sql::UNSETTLED_MAILS).fetch_one(pool).await)?)
    }

    /// A mail's view row.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mail(&self, mail: MailId) -> Result<Option<MailRow>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(sql::MAIL).bind(mail.0).fetch_optional(pool).await)?)
    }

    /// At most `limit` mails in `state` and of `kind` (any when empty) before
    /// `before`, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mails(
        &self,
        before: Option<MailId>,
        state: &str,
        kind: &str,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let before = before.map_or(Uuid::max(), |mail| mail.0);
        Ok(reading!(self, pool => {
            sqlx::query_as(sql::MAILS).bind(before).bind(state).bind(kind).bind(limit).fetch_all(pool).await
        })?)
    }
}
