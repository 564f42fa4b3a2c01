//! The keys that usernames and addresses are found by, rebuilt where an earlier version made them.
//!
//! Keys follow from what is on file by [`crate::names`]; when those rules change, [`RULES`] does, and
//! `rekey migrate` (or `rekey serve`, as it starts) goes through what is on file once.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, reading, sql, writing};
use crate::ids::AccountId;
use crate::names::{email_key, username_key};

/// The rules that keys are made by: 2 since domains are compared in A-labels and local parts in NFC.
pub(super) const RULES: i64 = 2;
/// Rows read at a time.
const BATCH: i64 = 500;

/// Who is on file, and what they are found by.
#[derive(Clone, Debug, FromRow)]
struct Named {
    account_id: AccountId,
    username: String,
    username_key: String,
    email: String,
    email_key: String,
}

/// What a suppression is found by.
#[derive(Clone, Debug, Default, FromRow)]
struct Suppressed {
    email_key: String,
    account_id: Uuid,
}

impl Store {
    /// The rules that the keys on file were made by.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn key_rules(&self) -> Result<i64, StoreError> {
        Ok(reading!(self, pool => sqlx::query_scalar(sql::KEY_RULES).fetch_one(pool).await)?)
    }

    /// Makes the keys by the rules of this version, unless they are. Interrupted or done by two processes at the
    /// same time it comes to the same: a key depends on its row alone.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn renew_keys(&self) -> Result<(), StoreError> {
        if self.key_rules().await? >= RULES {
            return Ok(());
        }
        self.renew_people().await?;
        self.renew_suppressions().await?;
        writing!(self, pool => sqlx::query(sql::SET_KEY_RULES).bind(RULES).execute(pool).await.map(drop))?;
        Ok(())
    }

    async fn renew_people(&self) -> Result<(), StoreError> {
        let mut after = Uuid::nil();
        loop {
            let people: Vec<Named> = reading!(self, pool => {
                sqlx::query_as(sql::NAMED_AFTER).bind(after).bind(BATCH).fetch_all(pool).await
            })?;
            let Some(last) = people.last() else { return Ok(()) };
            after = last.account_id.0;
            for person in &people {
                self.renew_person(person).await?;
            }
        }
    }

    async fn renew_person(&self, person: &Named) -> Result<(), StoreError> {
        let username = username_key(&person.username).unwrap_or_else(|| person.username_key.clone());
        let email = email_key(&person.email);
        if username == person.username_key {
            return if email == person.email_key {
                Ok(())
            } else {
                self.set_keys(person, &username, &email).await.map_err(Into::into)
            };
        }
        match self.set_keys(person, &username, &email).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                // Neither account is lost: the name finds the other one, and this one is in the list of users.
                tracing::warn!(
                    account = %person.account_id,
                    "Username is taken by another account under current rules; kept its former key"
                );
                Ok(self.set_keys(person, &person.username_key, &email).await?)
            }
            renewed => Ok(renewed?),
        }
    }

    /// Unless the person has got another name or address meanwhile.
    async fn set_keys(&self, person: &Named, username: &str, email: &str) -> Result<(), sqlx::Error> {
        writing!(self, pool => {
            let query = sqlx::query(sql::SET_KEYS).bind(username).bind(email).bind(person.account_id.0);
            query.bind(&person.username).bind(&person.email).execute(pool).await.map(drop)
        })
    }

    async fn renew_suppressions(&self) -> Result<(), StoreError> {
        let mut after = Suppressed::default();
        loop {
            let rows: Vec<Suppressed> = reading!(self, pool => {
                let query = sqlx::query_as(sql::SUPPRESSED_AFTER).bind(&after.email_key).bind(after.account_id);
                query.bind(BATCH).fetch_all(pool).await
            })?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.clone();
            for row in &rows {
                self.renew_suppression(row, &email_key(&row.email_key)).await?;
            }
        }
    }

    /// The key is made out of the one of before, which kept all that counts: the address itself is not on file.
    async fn renew_suppression(&self, row: &Suppressed, email: &str) -> Result<(), StoreError> {
        if email == row.email_key {
            return Ok(());
        }
        writing!(self, pool => {
            let query = sqlx::query(sql::COPY_SUPPRESSION).bind(email).bind(row.account_id).bind(&row.email_key);
            query.execute(pool).await.map(drop)
        })?;
        writing!(self, pool => {
            let query = sqlx::query(sql::FORGET_SUPPRESSION).bind(row.account_id).bind(&row.email_key);
            query.execute(pool).await.map(drop)
        })?;
        Ok(())
    }
}
