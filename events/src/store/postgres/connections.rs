//! Connections, lent for one statement each.
//!
//! A pool asks a connection after each use whether it still lives: a second round trip
//! for every statement. Here one that has answered is lent again as it is; any other
//! goes back to the pool, which asks it, and closes it when it is broken or old.

use std::io::ErrorKind;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr, Transaction};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::store::error::is_passing;

/// Connections to lend.
const LENT: usize = 14;
/// More, for whoever asks the pool itself: transactions of several statements, migrations.
const OTHERS: usize = 2;
/// How long to wait for one. A batch is sent five times: still an answer within the 30 s of a request.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long to wait for an answer: a server that went away without a word, or a line that lost its state, gives
/// none. Longer than whatever we ask takes, shorter than a request has.
const ANSWER: Duration = Duration::from_secs(15);
/// After this time the pool is to look at it again.
const AGE: Duration = Duration::from_secs(300);

/// Connections to one database; an executor of statements.
#[derive(Debug)]
pub(crate) struct Connections {
    pool: PgPool,
    lent: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct Connection {
    inner: PoolConnection<Postgres>,
    since: Instant,
}

/// A connection for one statement. Unless it has [answered](Self::answered), the pool has a look at it.
#[derive(Debug)]
pub(crate) struct Lent<'a> {
    connection: Connection,
    from: &'a Connections,
    _permit: SemaphorePermit<'a>,
}

impl Connections {
    /// Connects with `options`.
    pub(super) async fn open(options: PgConnectOptions) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections((LENT + OTHERS) as u32)
            .acquire_timeout(PATIENCE)
            // A ping before each use, too, would be a third round trip.
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self { pool, lent: Semaphore::new(LENT), idle: Mutex::default() })
    }

    /// The pool they are of.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction of several statements, by this one. Its beginning outlives whoever no longer waits for
    /// it: one that is cut off, sqlx gives back open, and what the next one writes there is never committed.
    ///
    /// # Errors
    /// None is free for 3 seconds, or the database does not answer.
    pub(crate) async fn begin(
        &self,
        statement: &'static str,
    ) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(statement).await });
        begun.await.unwrap_or_else(|end| Err(sqlx::Error::Io(end.into())))
    }

    /// Lends one: the one used last.
    ///
    /// # Errors
    /// None is free for 3 seconds, or the database does not answer.
    pub(crate) async fn lend(&self) -> Result<Lent<'_>, sqlx::Error> {
        let lent = async {
            let permit = self.lent.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
            let connection = match self.young() {
                Some(connection) => connection,
                None => Connection { inner: self.pool.acquire().await?, since: Instant::now() },
            };
            Ok(Lent { connection, from: self, _permit: permit })
        };
        tokio::time::timeout(PATIENCE, lent).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// An idle one. Those that were not looked at for long may be dead: back to the pool with them.
    fn young(&self) -> Option<Connection> {
        let mut idle = self.idle();
        while let Some(connection) = idle.pop() {
            if connection.since.elapsed() < AGE {
                return Some(connection);
            }
        }
        None
    }

    /// Closes them, after what they are at.
    pub(crate) async fn close(&self) {
        self.lent.close();
        self.idle().clear();
        self.pool.close().await;
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent<'_> {
    /// Hands on what it answered, and gives it back if it did.
    pub(crate) fn answered<T>(self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        let mut idle = self.from.idle();
        match &answer {
            // Those that are closing wait for it.
            Ok(_) if self.connection.since.elapsed() < AGE && !self.from.lent.is_closed() => {
                idle.push(self.connection);
            }
            // Silent as it is, a connection would never come back from the pool's look at it: neither would the others.
            Err(error) if is_silence(error) => {
                drop(self.connection.inner.detach());
                idle.drain(..).for_each(|other| drop(other.inner.detach()));
            }
            // What cut this one may have cut them all, and each would cost a statement to find out.
            Err(error) if is_passing(error) => idle.clear(),
            _ => {}
        }
        answer
    }
}

/// What is answered in time, or [`ANSWER`] long nothing.
async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let silence = |_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into()));
    tokio::time::timeout(ANSWER, answer).await.unwrap_or_else(silence)
}

fn is_silence(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == ErrorKind::TimedOut)
}

impl Deref for Lent<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection.inner
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection.inner
    }
}

impl<'c> Executor<'c> for &'c Connections {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let all = async move {
            let mut lent = self.lend().await?;
            let all = in_time(lent.fetch_many(query).try_collect()).await;
            let all: Vec<_> = lent.answered(all)?;
            Ok(stream::iter(all).map(Ok))
        };
        all.try_flatten_stream().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let row = async move {
            let mut lent = self.lend().await?;
            let row = in_time(lent.fetch_optional(query)).await;
            lent.answered(row)
        };
        row.boxed()
    }

    fn prepare_with<'e>(
        self,
        text: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        async move { self.pool.prepare_with(text, parameters).await }.boxed()
    }

    fn describe<'e>(self, text: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        async move { self.pool.describe(text).await }.boxed()
    }
}
