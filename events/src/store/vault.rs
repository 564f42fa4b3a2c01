//! Reading vault and views, and what changes in the vault without an event.

use std::time::Duration;

use serde::Serialize;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, reading, sql, writing};
use crate::ids::{AccountId, CredentialId, FactorId, ResetId, SessionId};
use crate::language::Language;
use crate::moment::Moment;
use crate::policy::FACTOR_OFFER_LIFETIME;
use crate::rows::*;

/// An account as it is listed: its view row, joined with its person.
#[derive(Clone, Debug, FromRow, Serialize)]
pub struct ListedAccount {
    /// The view row.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub account: AccountRow,
    /// The username.
    pub username: String,
    /// The address on file.
    pub email: String,
    /// The name shown.
    pub display_name: String,
}

/// Who a mail is to, and whether nothing is sent there now.
#[derive(Clone, Debug, FromRow)]
pub struct Addressee {
    /// The person.
    #[sqlx(flatten)]
    pub person: PersonRow,
    /// Whether the address on file is suppressed.
    pub suppressed: bool,
}

/// Attempts under one key in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub count: i64,
    /// When the first was: the window begins there.
    pub first: Moment,
    /// When the last was.
    pub last: Moment,
}

/// Reads at most one row, or all, by one key.
macro_rules! read {
    ($($(#[$doc:meta])* $name:ident($key:ident: $type:ty => $bind:expr) -> $row:ty = $fetch:ident $statement:expr;)*) => {
        impl Store {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// The database does not answer.
                pub async fn $name(&self, $key: $type) -> Result<$row, StoreError> {
                    Ok(reading!(self, pool => sqlx::query_as($statement).bind($bind).$fetch(pool).await)?)
                }
            )*
        }
    };
}

read! {
    /// Who the account's person is.
    person(account: AccountId => account.0) -> Option<PersonRow> = fetch_optional sql::PERSON;
    /// Who has this username, folded.
    person_by_username(key: &str => key) -> Option<PersonRow> = fetch_optional sql::PERSON_BY_USERNAME;
    /// The account's password, hashed.
    credential(account: AccountId => account.0) -> Option<CredentialRow> = fetch_optional sql::CREDENTIAL;
    /// The account's second factor, sealed; perhaps not confirmed yet.
    factor(account: AccountId => account.0) -> Option<FactorRow> = fetch_optional sql::FACTOR;
    /// The account's recovery codes, hashed, used ones too.
    recovery_codes(account: AccountId => account.0) -> Vec<RecoveryCodeRow> = fetch_all sql::RECOVERY_CODES;
    /// What waits for the issuer, the oldest first.
    pending_requests(limit: i64 => limit) -> Vec<PendingRequestRow> = fetch_all sql::PENDING_REQUESTS;
    /// The session with this hash of its token.
    session(token_hash: &str => token_hash) -> Option<SessionRow> = fetch_optional sql::SESSION_BY_TOKEN;
    /// The account's sessions.
    sessions_of(account: AccountId => account.0) -> Vec<SessionRow> = fetch_all sql::SESSIONS_OF;
    /// The answer kept under this key.
    idempotency(key: &str => key) -> Option<IdempotencyRow> = fetch_optional sql::IDEMPOTENCY;
    /// The account's view row.
    account(account: AccountId => account.0) -> Option<AccountRow> = fetch_optional sql::ACCOUNT;
    /// The reset's view row.
    reset(reset: ResetId => reset.0) -> Option<ResetRow> = fetch_optional sql::RESET;
}

impl Store {
    /// At most `limit` accounts whose folded username begins with `prefix` and
    /// comes after `after`, by username.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn accounts(
        &self,
        prefix: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ListedAccount>, StoreError> {
        // The last character there is: what begins with the prefix sorts before it.
        let end = format!("{prefix}\u{10FFFF}");
        Ok(reading!(self, pool => {
            sqlx::query_as(sql::ACCOUNTS).bind(after).bind(prefix).bind(end).bind(limit).fetch_all(pool).await
        })?)
    }

    /// Until when nothing is sent to the account's address on file because a mail server refused it; `None` when mails
    /// are sent there at `now`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn suppressed_until(
        &self,
        account: AccountId,
        now: Moment,
    ) -> Result<Option<Moment>, StoreError> {
        let until: Option<i64> = reading!(self, pool => {
            sqlx::query_scalar(sql::SUPPRESSED_UNTIL).bind(account.0).bind(now.micros()).fetch_one(pool).await
        })?;
        Ok(until.map(Moment::from_micros))
    }

    /// Accounts with a live link whose hour is over at `now`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn overdue_resets(&self, now: Moment, limit: i64) -> Result<Vec<AccountId>, StoreError> {
        let ids: Vec<Uuid> = reading!(self, pool => {
            sqlx::query_scalar(sql::OVERDUE_RESETS).bind(now.micros()).bind(limit).fetch_all(pool).await
        })?;
        Ok(ids.into_iter().map(AccountId).collect())
    }

    /// Forgets what was typed for a request that was answered already.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_request(&self, reset: ResetId) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query(sql::FORGET_REQUEST).bind(reset.0).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Keeps a better hash of the password the account still has.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rehash(
        &self,
        account: AccountId,
        credential: CredentialId,
        hash: &str,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            sqlx::query(sql::REHASH).bind(account.0).bind(credential.0).bind(hash).execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// Keeps which language and time zone the person wants.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn prefer(
        &self,
        account: AccountId,
        language: Language,
        zone: Option<&str>,
    ) -> Result<(), StoreError> {
        self.preferences(sql::PREFER, account, language, zone).await
    }

    /// Keeps what the person's browser says of these, unless the person has said otherwise.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn guess_preferences(
        &self,
        account: AccountId,
        language: Language,
        zone: Option<&str>,
    ) -> Result<(), StoreError> {
        self.preferences(sql::GUESS_PREFERENCES, account, language, zone).await
    }

    async fn preferences(
        &self,
        statement: &'static str,
        account: AccountId,
        language: Language,
        zone: Option<&str>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let query = sqlx::query(statement).bind(account.0).bind(language.tag()).bind(zone);
            query.execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// Notes that the session was used.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn touch_session(&self, session: SessionId, now: Moment) -> Result<(), StoreError> {
        writing!(self, pool => {
            sqlx::query(sql::TOUCH_SESSION).bind(session.0).bind(now.micros()).execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// Ends one of the account's sessions; whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_session(&self, session: SessionId, account: AccountId) -> Result<bool, StoreError> {
        let ended = writing!(self, pool => {
            let done = sqlx::query(sql::END_SESSION).bind(session.0).bind(account.0).execute(pool).await;
            done.map(|done| done.rows_affected())
        })?;
        Ok(ended > 0)
    }

    /// Ends the account's sessions, but for one; how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_other_sessions(&self, account: AccountId, keep: SessionId) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => {
            let done = sqlx::query(sql::END_OTHER_SESSIONS).bind(account.0).bind(keep.0).execute(pool).await;
            done.map(|done| done.rows_affected())
        })?)
    }

    /// Keeps a second factor until a code confirms it. A confirmed one stays, and so does one that was offered less
    /// than [`FACTOR_OFFER_LIFETIME`] before `now`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn offer_factor(
        &self,
        account: AccountId,
        factor: FactorId,
        sealed: &str,
        now: Moment,
    ) -> Result<(), StoreError> {
        let over = now.before(FACTOR_OFFER_LIFETIME).micros();
        writing!(self, pool => {
            let query = sqlx::query(sql::OFFER_FACTOR).bind(account.0).bind(factor.0).bind(sealed).bind(false);
            query.bind(now.micros()).bind(over).execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// Counts an attempt under `key`, all nodes together; how many there were
    /// since the window of this length began.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_attempt(&self, key: &str, now: Moment, window: Duration) -> Result<i64, StoreError> {
        let since = now.before(window).micros();
        Ok(writing!(self, pool => {
            sqlx::query_scalar(sql::COUNT_ATTEMPT).bind(key).bind(now.micros()).bind(since).fetch_one(pool).await
        })?)
    }

    /// The attempts under `key` in the window; none is a count of 0.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn attempts(&self, key: &str, now: Moment, window: Duration) -> Result<Attempts, StoreError> {
        let since = now.before(window).micros();
        let row: Option<(i64, i64, i64)> = reading!(self, pool => sqlx::query_as(sql::ATTEMPTS).bind(key).bind(since).fetch_optional(pool).await)?;
        let (count, first, last) = row.unwrap_or_default();
        Ok(Attempts { count, first: Moment::from_micros(first), last: Moment::from_micros(last) })
    }

    /// Forgets source addresses older than `sources`, and other leftovers older than a day.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_old(&self, now: Moment, sources: Duration) -> Result<(), StoreError> {
        let day = now.before(crate::policy::DAY).micros();
        let deletes = [
            (sql::FORGET_ORIGINS, now.before(sources).micros()),
            (sql::FORGET_IDEMPOTENCY, day),
            (sql::FORGET_THROTTLES, day),
            (sql::FORGET_WORKERS, day),
            (sql::THIN_CHECKPOINTS, day),
            (sql::FORGET_SESSIONS, now.micros()),
            (sql::FORGET_SUPPRESSIONS, now.micros()),
            (sql::FORGET_OFFERED_FACTORS, now.before(FACTOR_OFFER_LIFETIME).micros()),
        ];
        for (statement, before) in deletes {
            writing!(self, pool => sqlx::query(statement).bind(before).execute(pool).await.map(drop))?;
        }
        Ok(())
    }
}
