//! The one connection that writes, for whoever's turn it is.
//!
//! A pool of one would ask it after each use whether it lives: the next append
//! would wait for two switches of threads.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long to wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Gives turns; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    options: Arc<SqliteConnectOptions>,
    connection: Arc<Mutex<Option<SqliteConnection>>>,
}

/// A turn. Who does not [give back](Turn::give_back) the connection closes it:
/// whatever was begun on it is rolled back, and the next turn opens another.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) connection: SqliteConnection,
    place: OwnedMutexGuard<Option<SqliteConnection>>,
}

impl Writing {
    /// Opens the connection.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Mutex::new(Some(options.connect().await?));
        Ok(Self { options: options.into(), connection: connection.into() })
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// It does not come for ten seconds, or the file cannot be opened.
    pub(crate) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.connection).lock_owned());
        let mut place = place.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let connection = match place.take() {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Turn { connection, place })
    }

    /// Closes the connection, after what it is at.
    pub(crate) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }
}

impl Turn {
    /// Ends the turn; nothing is left open on the connection.
    pub(crate) fn give_back(mut self) {
        *self.place = Some(self.connection);
    }
}
