//! What can go wrong with the store, and whether trying again helps.

use std::sync::Arc;

use super::AddressError;
use crate::fact::UnknownFact;
use crate::replay::ReplayError;

/// A database said no, or nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is too busy. Trying again later helps.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// It refused a statement. Trying again does not help.
    #[error("the database refused a statement: {0}")]
    Refused(#[source] sqlx::Error),
    /// Its address is not one.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The database is not one this program can use; the text says what to do.
    #[error("{0}")]
    Unusable(String),
    /// A stored event is none that this program knows.
    #[error(transparent)]
    UnknownFact(#[from] UnknownFact),
    /// The log cannot be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A stream has a gap, or ends before its time.
    #[error("stream {0} is damaged: version {1} is missing")]
    Damaged(uuid::Uuid, i64),
    /// What all got who asked by one query together.
    #[error(transparent)]
    Shared(Arc<Self>),
}

impl StoreError {
    /// What each gets who asked together with others; itself, for one who asked alone.
    pub(crate) fn shared(error: Arc<Self>) -> Self {
        Arc::try_unwrap(error).unwrap_or_else(Self::Shared)
    }

    /// Whether the same call may go through later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Shared(error) => error.is_passing(),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) { Self::Unavailable(error) } else { Self::Refused(error) }
    }
}

/// What helps after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Nothing: the statement is at fault.
    Nothing,
    /// The same again, later.
    Retry,
    /// The same again over a new connection: the server, or the session on it, is not (any more) the right one.
    Reconnect,
}

/// Whether the line, the pool or the server's load is to blame, not the statement.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    remedy(error) != Remedy::Nothing
}

/// What helps after `error`.
pub(super) fn remedy(error: &sqlx::Error) -> Remedy {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Remedy::Retry,
        sqlx::Error::Database(error) => match error.code() {
            Some(code) if code.len() == 5 => remedy_by_state(&code, error.message()),
            Some(code) => remedy_by_number(&code),
            None => Remedy::Nothing,
        },
        _ => Remedy::Nothing,
    }
}

/// By PostgreSQL's SQLSTATE (its manual, appendix A).
fn remedy_by_state(state: &str, message: &str) -> Remedy {
    match (&state[..2], state) {
        // Serialization and deadlock, resources (connections, memory, disk), a canceled statement.
        ("40" | "53", _) | (_, "57014") => Remedy::Retry,
        // Connection exceptions; a read-only server, as after a failover, and other states that no session of rekey
        // is in; authorization, as after a rotated password; a missing database; shutdown; the server's own I/O.
        ("08" | "25" | "28" | "3D" | "57" | "58", _) => Remedy::Reconnect,
        // A database that admits nobody at the moment, or is being copied; what a standby cannot do.
        (_, "55000" | "55006") => Remedy::Reconnect,
        // A statement that was prepared here is not there, or another's is: a pooler mixed the sessions up.
        (_, "26000" | "42P05") => Remedy::Reconnect,
        // The tables were brought up to another version since it was prepared.
        (_, "0A000") if message.contains("cached plan") => Remedy::Reconnect,
        _ => Remedy::Nothing,
    }
}

/// By SQLite's result code (<https://www.sqlite.org/rescode.html>), whose low byte is the primary one: BUSY, LOCKED,
/// NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL. The write connection is reopened after each.
fn remedy_by_number(code: &str) -> Remedy {
    match code.parse::<u32>().map(|number| number & 0xff) {
        Ok(5 | 6 | 7 | 8 | 10 | 13 | 14 | 15) => Remedy::Retry,
        _ => Remedy::Nothing,
    }
}

/// Why a commit was not appended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// A stream has moved on since the commit was decided: decide again.
    #[error("a stream has moved on since this was decided")]
    Conflict,
    /// Something that must be unique is taken: the constraint's name.
    #[error("{0} is taken")]
    Taken(String),
    /// Too much is waiting already. Nothing was appended; try again later.
    #[error("too many commands are waiting")]
    Busy,
    /// The database does not answer. The commit may or may not be there.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// The database refused this commit.
    #[error("the database refused the commit: {0}")]
    Refused(String),
}

#[cfg(test)]
mod tests;
