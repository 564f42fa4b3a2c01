//! Reading and counting many at once: by one statement, whatever the number.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::Serialize;
use uuid::Uuid;

use super::vault::Addressee;
use super::{Store, StoreError, postgres, sqlite};
use crate::ids::{AccountId, EventId, ResetId};
use crate::moment::Moment;
use crate::rows::{OriginRow, PersonRow, ReceiptRow, ResetRow};

impl Store {
    /// Who mails to these accounts go to at `now`.
    pub(crate) async fn addressees(
        &self,
        accounts: &[AccountId],
        now: Moment,
    ) -> Result<Vec<Addressee>, StoreError> {
        Ok(match self {
            Self::Sqlite(database) => {
                let query = sqlx::query_as(sqlite::sql::ADDRESSEES).bind(json(accounts)?);
                query.bind(now.micros()).fetch_all(&database.readers).await?
            }
            Self::Postgres(database) => {
                let ids: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
                let query = sqlx::query_as(postgres::sql::ADDRESSEES).bind(ids);
                query.bind(now.micros()).fetch_all(&*database.connections).await?
            }
        })
    }

    /// Who have these usernames, folded.
    pub(crate) async fn people_by_username(&self, keys: &[String]) -> Result<Vec<PersonRow>, StoreError> {
        Ok(match self {
            Self::Sqlite(database) => {
                let query = sqlx::query_as(sqlite::sql::PEOPLE_BY_USERNAME).bind(json(keys)?);
                query.fetch_all(&database.readers).await?
            }
            Self::Postgres(database) => {
                let query = sqlx::query_as(postgres::sql::PEOPLE_BY_USERNAME).bind(keys);
                query.fetch_all(&*database.connections).await?
            }
        })
    }

    /// These resets' view rows.
    pub(crate) async fn resets(&self, resets: &[ResetId]) -> Result<Vec<ResetRow>, StoreError> {
        Ok(match self {
            Self::Sqlite(database) => {
                sqlx::query_as(sqlite::sql::RESETS).bind(json(resets)?).fetch_all(&database.readers).await?
            }
            Self::Postgres(database) => {
                let ids: Vec<Uuid> = resets.iter().map(|reset| reset.0).collect();
                sqlx::query_as(postgres::sql::RESETS).bind(ids).fetch_all(&*database.connections).await?
            }
        })
    }

    /// Who these accounts' people are. The erased are missing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn people(&self, accounts: &[AccountId]) -> Result<HashMap<AccountId, PersonRow>, StoreError> {
        let rows: Vec<PersonRow> = match self {
            Self::Sqlite(database) => {
                sqlx::query_as(sqlite::sql::PEOPLE).bind(json(accounts)?).fetch_all(&database.readers).await?
            }
            Self::Postgres(database) => {
                let ids: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
                sqlx::query_as(postgres::sql::PEOPLE).bind(ids).fetch_all(&*database.connections).await?
            }
        };
        Ok(rows.into_iter().map(|person| (person.account_id, person)).collect())
    }

    /// Where the callers were whose calls led to these events. It is kept beside the first event
    /// of a call, when that came from outside, and for a while.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn origins(&self, events: &[EventId]) -> Result<HashMap<EventId, OriginRow>, StoreError> {
        let rows: Vec<OriginRow> = match self {
            Self::Sqlite(database) => {
                sqlx::query_as(sqlite::sql::ORIGINS).bind(json(events)?).fetch_all(&database.readers).await?
            }
            Self::Postgres(database) => {
                let ids: Vec<Uuid> = events.iter().map(|event| event.0).collect();
                sqlx::query_as(postgres::sql::ORIGINS).bind(ids).fetch_all(&*database.connections).await?
            }
        };
        Ok(rows.into_iter().map(|origin| (origin.event_id, origin)).collect())
    }

    /// By what accepted mails are found in their mail servers' logs, of these events.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn receipts(&self, events: &[EventId]) -> Result<HashMap<EventId, ReceiptRow>, StoreError> {
        let rows: Vec<ReceiptRow> = match self {
            Self::Sqlite(database) => {
                let query = sqlx::query_as(sqlite::sql::RECEIPTS).bind(json(events)?);
                query.fetch_all(&database.readers).await?
            }
            Self::Postgres(database) => {
                let ids: Vec<Uuid> = events.iter().map(|event| event.0).collect();
                sqlx::query_as(postgres::sql::RECEIPTS).bind(ids).fetch_all(&*database.connections).await?
            }
        };
        Ok(rows.into_iter().map(|receipt| (receipt.event_id, receipt)).collect())
    }

    /// How many attempts there were under each of these keys in the window; a
    /// key with none may be missing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn attempts_of(
        &self,
        keys: &[String],
        now: Moment,
        window: Duration,
    ) -> Result<HashMap<String, i64>, StoreError> {
        let since = now.before(window).micros();
        let rows: Vec<(String, i64)> = match self {
            Self::Sqlite(database) => {
                let query = sqlx::query_as(sqlite::sql::ATTEMPTS_OF).bind(json(keys)?).bind(since);
                query.fetch_all(&database.readers).await?
            }
            Self::Postgres(database) => {
                let query = sqlx::query_as(postgres::sql::ATTEMPTS_OF).bind(keys).bind(since);
                query.fetch_all(&*database.connections).await?
            }
        };
        Ok(rows.into_iter().collect())
    }

    /// Counts attempts, so many under each key: see [`Store::count_attempt`].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_attempts(
        &self,
        attempts: &BTreeMap<String, i64>,
        now: Moment,
        window: Duration,
    ) -> Result<(), StoreError> {
        let (now, since) = (now.micros(), now.before(window).micros());
        match self {
            Self::Sqlite(database) => {
                let query = sqlx::query(sqlite::sql::COUNT_ATTEMPTS).bind(json(attempts)?);
                let mut turn = database.writing.turn().await?;
                query.bind(now).bind(since).execute(&mut *turn).await?;
            }
            Self::Postgres(database) => {
                let keys: Vec<_> = attempts.keys().map(String::as_str).collect();
                let counts: Vec<_> = attempts.values().copied().collect();
                let query = sqlx::query(postgres::sql::COUNT_ATTEMPTS).bind(keys).bind(counts);
                query.bind(now).bind(since).execute(&*database.connections).await?;
            }
        }
        Ok(())
    }
}

/// How SQLite is given many at once.
pub(super) fn json(many: &(impl Serialize + ?Sized)) -> Result<String, sqlx::Error> {
    serde_json::to_string(many).map_err(|error| sqlx::Error::Encode(error.into()))
}
