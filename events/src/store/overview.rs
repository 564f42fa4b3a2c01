//! What operators see: the queue counted, and how the tables stand to this program.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::name_keys::RULES;
use super::{Store, StoreError, postgres, reading, sql, sqlite};
use crate::ids::MailId;
use crate::moment::Moment;

/// Mails of one kind that have no outcome yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The kind's name.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// When the oldest was requested.
    pub oldest: Moment,
}

/// The queue of mails, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Without an outcome, of each kind of which there are any.
    pub unsettled: Vec<Unsettled>,
    /// Of these, those tried before, by the mail server's last code; `None` where it gave none.
    pub waiting: Vec<(Option<i32>, i64)>,
    /// `unknown`, `rejected`, `suppressed`, `unconfirmed` and `dead` ones, of each state in which there are any.
    pub troubled: Vec<(String, i64)>,
}

/// A mail in a worker's hand, and what it waits for. Kept with the worker's lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Which mail.
    pub mail: MailId,
    /// The version of its row: later ones do not wait any more.
    pub version: i64,
    /// At which provider.
    pub provider: String,
    /// For what: the name of a phase of the conversation, or what comes before it.
    pub phase: String,
    /// For how long, ms.
    pub millis: u64,
}

/// How a database's tables stand to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// They are to be brought up to this version first, or there are none.
    Behind,
    /// They are this program's.
    Current,
    /// A newer program has been at them.
    Ahead,
}

impl Store {
    /// The queue of mails, counted.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn queue(&self) -> Result<Queue, StoreError> {
        let unsettled: Vec<(String, i64, i64)> =
            reading!(self, pool => sqlx::query_as(sql::UNSETTLED_BY_KIND).fetch_all(pool).await)?;
        let of_kind = |(kind, count, oldest)| Unsettled { kind, count, oldest: Moment::from_micros(oldest) };
        Ok(Queue {
            unsettled: unsettled.into_iter().map(of_kind).collect(),
            waiting: reading!(self, pool => sqlx::query_as(sql::WAITING_BY_CODE).fetch_all(pool).await)?,
            troubled: reading!(self, pool => sqlx::query_as(sql::TROUBLED_BY_STATE).fetch_all(pool).await)?,
        })
    }

    /// What mails in the hands of living workers wait for, as of now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn waits(&self) -> Result<Vec<Wait>, StoreError> {
        let statement = match self {
            Self::Sqlite(_) => sqlite::sql::WAITS,
            Self::Postgres(_) => postgres::sql::WAITS,
        };
        let told: Vec<(String, i64)> =
            reading!(self, pool => sqlx::query_as(statement).fetch_all(pool).await)?;
        Ok(told.into_iter().flat_map(|(waits, ago)| aged(&waits, ago)).collect())
    }

    /// How the tables stand to this program.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tables(&self) -> Result<Tables, StoreError> {
        let migrations = match self {
            Self::Sqlite(_) => &sqlite::MIGRATIONS,
            Self::Postgres(_) => &postgres::MIGRATIONS,
        };
        let ours = migrations.iter().map(|migration| migration.version).max().unwrap_or_default();
        let theirs: Result<i64, sqlx::Error> =
            reading!(self, pool => sqlx::query_scalar(sql::TABLES_VERSION).fetch_one(pool).await);
        match theirs {
            Err(error) if is_missing_table(&error) => Ok(Tables::Behind),
            Err(error) => Err(error.into()),
            Ok(theirs) if theirs > ours => Ok(Tables::Ahead),
            Ok(theirs) if theirs == ours && self.has_log().await? => self.keys().await,
            Ok(_) => Ok(Tables::Behind),
        }
    }

    /// The same, of the keys in the tables: by others nobody is found.
    async fn keys(&self) -> Result<Tables, StoreError> {
        Ok(match self.key_rules().await?.cmp(&RULES) {
            Ordering::Less => Tables::Behind,
            Ordering::Equal => Tables::Current,
            Ordering::Greater => Tables::Ahead,
        })
    }

    /// The log begins after the tables are made.
    async fn has_log(&self) -> Result<bool, StoreError> {
        match self.head().await {
            Ok(_) => Ok(true),
            Err(StoreError::Unusable(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What a worker told so many µs ago, as of now; nothing where a newer program told it.
fn aged(waits: &str, micros: i64) -> Vec<Wait> {
    let millis = u64::try_from(micros / 1000).unwrap_or(0);
    let mut waits: Vec<Wait> = serde_json::from_str(waits).unwrap_or_default();
    waits.iter_mut().for_each(|wait| wait.millis = wait.millis.saturating_add(millis));
    waits
}

/// Whether nobody has made the tables yet: PostgreSQL has a code for it, SQLite only words.
pub(super) fn is_missing_table(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
    })
}
