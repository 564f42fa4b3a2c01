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

/// Whether the line, the pool or the server's load is to blame, not the statement.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL: connection exceptions (08), resources (53), operator
        // intervention (57), serialisation and deadlock (40).
        // SQLite: BUSY (5), LOCKED (6), IOERR (10), FULL (13), CANTOPEN (14) and their kin.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| match code.parse::<u32>() {
            Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 10 | 13 | 14),
            _ => ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)),
        }),
        _ => false,
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
