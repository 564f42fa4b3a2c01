//! The one connection that writes, for whoever's turn it is.
//!
//! A pool of one would ask it after each use whether it lives: the next append
//! would wait for two switches of threads.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

/// How long to wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Gives turns; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    options: Arc<SqliteConnectOptions>,
    place: Arc<Mutex<Place>>,
}

/// Where the connection is between turns.
#[derive(Debug)]
pub(crate) enum Place {
    Idle(SqliteConnection),
    /// With a transaction, or closed by one that was left halfway.
    Empty,
    /// Closed for good.
    Closed,
}

/// A turn for statements that stand or fall each by itself; it may end anywhere.
pub(crate) type Turn = OwnedMappedMutexGuard<Place, SqliteConnection>;

/// A turn for a transaction. Unless its [end](Self::end) is told, the connection is
/// closed: whatever was begun is rolled back, and the next turn opens another.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) connection: SqliteConnection,
    place: OwnedMutexGuard<Place>,
}

impl Writing {
    /// Opens the connection.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let place = Mutex::new(Place::Idle(options.connect().await?));
        Ok(Self { options: options.into(), place: place.into() })
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// It does not come for ten seconds, the file cannot be opened, or all was closed.
    pub(crate) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        OwnedMutexGuard::try_map(self.place().await?, Place::idle).map_err(|_| sqlx::Error::PoolClosed)
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// Those of [`turn`](Self::turn).
    pub(crate) async fn transaction(&self) -> Result<Transaction, sqlx::Error> {
        let mut place = self.place().await?;
        match std::mem::replace(&mut *place, Place::Empty) {
            Place::Idle(connection) => Ok(Transaction { connection, place }),
            _ => Err(sqlx::Error::PoolClosed),
        }
    }

    /// The place, with a connection unless it is closed.
    async fn place(&self) -> Result<OwnedMutexGuard<Place>, sqlx::Error> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.place).lock_owned());
        let mut place = place.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        match *place {
            Place::Idle(_) => {}
            Place::Empty => *place = Place::Idle(self.options.connect().await?),
            Place::Closed => return Err(sqlx::Error::PoolClosed),
        }
        Ok(place)
    }

    /// Closes the connection, after what it is at. There are no turns any more.
    pub(crate) async fn close(&self) {
        let place = std::mem::replace(&mut *self.place.lock().await, Place::Closed);
        if let Place::Idle(connection) = place
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }
}

impl Place {
    fn idle(&mut self) -> Option<&mut SqliteConnection> {
        if let Self::Idle(connection) = self { Some(connection) } else { None }
    }
}

impl Transaction {
    /// Ends the turn; the transaction is over.
    pub(crate) fn end(mut self) {
        *self.place = Place::Idle(self.connection);
    }
}
