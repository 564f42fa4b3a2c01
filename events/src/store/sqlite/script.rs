//! Statements of an append, gathered so that they are sent together.

use serde::Serialize;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Encode, Sqlite, SqliteConnection, Type};

use super::sql;
use crate::envelope::NewEvent;
use crate::store::changes::Changes;

/// An event to insert, and its leaf.
pub(super) type Row<'a> = (&'a NewEvent, &'a [u8; 32]);

/// Statements that are sent at once, and what they are about.
#[derive(Default)]
pub(super) struct Script {
    text: String,
    arguments: SqliteArguments,
}

impl Script {
    pub(super) fn add(&mut self, statement: &str) {
        self.text.extend([statement, "; "]);
    }

    pub(super) fn bind<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(
        &mut self,
        value: T,
    ) -> Result<(), sqlx::Error> {
        self.arguments.add(value).map_err(sqlx::Error::Encode)
    }

    pub(super) fn put<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(
        &mut self,
        statement: &str,
        value: T,
    ) -> Result<(), sqlx::Error> {
        self.add(statement);
        self.bind(value)
    }

    /// What an insert at `place` is about.
    pub(super) fn event(
        &mut self,
        place: i64,
        epoch: i32,
        (event, leaf): &Row<'_>,
    ) -> Result<(), sqlx::Error> {
        self.bind(place)?;
        self.bind(epoch)?;
        self.bind(event.stream.0)?;
        self.bind(event.version)?;
        self.bind(event.event_id.0)?;
        self.bind(event.name)?;
        self.bind(event.schema)?;
        self.bind(event.recorded_at.micros())?;
        self.bind(event.payload.clone())?;
        self.bind(event.metadata.clone())?;
        self.bind(leaf.to_vec())?;
        self.bind(event.subject.map(|account| account.0))
    }

    /// Makes the changes, in the order of [`Changes`].
    pub(super) fn changes(&mut self, changes: &Changes<'_>) -> Result<(), sqlx::Error> {
        self.rows(&[sql::PUT_ACCOUNTS, sql::MOVE_ACCOUNTS], &changes.accounts)?;
        self.rows(&[sql::PUT_RESETS], &changes.resets)?;
        self.rows(&[sql::PUT_MAILS], &changes.mails)?;
        self.rows(ERASE, &changes.erase_people)?;
        self.rows(&[sql::PUT_PEOPLE], &changes.people)?;
        self.rows(&[sql::DROP_SUPPRESSIONS], &changes.drop_suppressions)?;
        self.rows(&[sql::PUT_SUPPRESSIONS], &changes.suppressions)?;
        self.rows(&[sql::PUT_RECEIPTS], &changes.receipts)?;
        self.rows(&[sql::PUT_CREDENTIALS], &changes.credentials)?;
        self.rows(DROP_FACTORS, &changes.drop_factors)?;
        self.rows(&[sql::PUT_FACTORS], &changes.factors)?;
        self.rows(&[sql::DROP_RECOVERY_CODES], &changes.drop_recovery_codes)?;
        self.rows(&[sql::PUT_RECOVERY_CODES], &changes.recovery_codes)?;
        self.rows(&[sql::PUT_PENDING_REQUESTS], &changes.pending_requests)?;
        self.rows(&[sql::DROP_PENDING_REQUESTS], &changes.drop_pending_requests)?;
        self.rows(&[sql::PUT_ORIGINS], &changes.origins)?;
        self.rows(&[sql::KEEP_SESSIONS, sql::END_SESSIONS], &changes.end_sessions)?;
        self.rows(&[sql::PUT_SESSIONS], &changes.sessions)?;
        self.rows(&[sql::PUT_IDEMPOTENCY], &changes.idempotency)
    }

    /// Statements about the same rows, which they take as JSON.
    fn rows<T: Serialize>(&mut self, statements: &[&str], rows: &[T]) -> Result<(), sqlx::Error> {
        if !rows.is_empty() {
            let rows = to_json(&rows)?;
            statements.iter().try_for_each(|statement| self.put(statement, rows.clone()))?;
        }
        Ok(())
    }

    /// Runs all of them, and answers what the first one to return anything does.
    pub(super) async fn send(self, connection: &mut SqliteConnection) -> Result<Vec<i64>, sqlx::Error> {
        sqlx::query_scalar_with(AssertSqlSafe(self.text), self.arguments).fetch_all(connection).await
    }
}

const DROP_FACTORS: &[&str] = &[sql::DROP_RECOVERY_CODES, sql::DROP_FACTORS, sql::UNPROVE_SESSIONS];

const ERASE: &[&str] = &[
    sql::ERASE_ORIGINS,
    sql::ERASE_PEOPLE,
    sql::ERASE_SUPPRESSIONS,
    sql::ERASE_RECEIPTS,
    sql::ERASE_CREDENTIALS,
    sql::DROP_RECOVERY_CODES,
    sql::DROP_FACTORS,
    sql::ERASE_SESSIONS,
];

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
