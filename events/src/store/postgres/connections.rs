//! Connections, lent for one statement each.
//!
//! A pool asks a connection after each use whether it still lives: a second round trip
//! for every statement. Here one that has answered is lent again as it is; any other
//! goes back to the pool, which asks it, and closes it when it is broken or old.

use std::io::ErrorKind;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{
    Describe, Either, Execute, Executor, PgConnection, PgPool, Postgres, SqlSafeStr, SqlStr, Transaction,
};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::sql;
use crate::store::error::{Remedy, remedy};

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

/// What connections are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reading alone: a standby will do.
    Read,
    /// Writing, and reads that decide what is written: never at a server that takes no writes, whose reads may be old.
    Write,
}

/// Connections to one database; an executor of statements.
#[derive(Debug)]
pub(crate) struct Connections {
    pool: PgPool,
    access: Access,
    lent: Semaphore,
    idle: Mutex<Vec<Connection>>,
    /// Counts how often the server turned out not to be the right one (any more): connections from before are closed.
    moves: watch::Sender<u64>,
}

#[derive(Debug)]
struct Connection {
    inner: PoolConnection<Postgres>,
    since: Instant,
    /// How many moves there had been.
    moves: u64,
}

/// A connection that is being made ready. When that fails, or nobody waits for it any more, it is closed: the pool
/// would look at it, and go on using it, or wait for its answer for ever.
struct Unready(Option<PoolConnection<Postgres>>);

impl Drop for Unready {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

/// A connection for one statement. Unless it has [answered](Self::answered), the pool has a look at it.
#[derive(Debug)]
pub(crate) struct Lent<'a> {
    connection: Connection,
    from: &'a Connections,
    _permit: SemaphorePermit<'a>,
}

impl Connections {
    /// Will connect with `options`, as needed; each time the host is looked up again.
    pub(super) fn new(options: PgConnectOptions, access: Access) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections((LENT + OTHERS) as u32)
            .acquire_timeout(PATIENCE)
            // A ping before each use, too, would be a third round trip.
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let (lent, moves) = (Semaphore::new(LENT), watch::Sender::default());
        Self { pool, access, lent, idle: Mutex::default(), moves }
    }

    /// How they connect.
    pub(crate) fn options(&self) -> Arc<PgConnectOptions> {
        self.pool.connect_options()
    }

    /// Changes whenever the server turns out not to be the right one any more.
    pub(crate) fn moves(&self) -> watch::Receiver<u64> {
        self.moves.subscribe()
    }

    /// One from the pool, for several statements, made ready.
    ///
    /// # Errors
    /// None is free for 3 seconds, the database does not answer, or takes no writes where they are needed.
    pub(crate) async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        // Of those that lay idle some may be of a server that is not the right one any more.
        while let Some(idle) = self.pool.try_acquire() {
            if let Ok(ready) = self.make_ready(idle).await {
                return Ok(ready);
            }
        }
        self.make_ready(self.pool.acquire().await?).await
    }

    async fn make_ready(
        &self,
        connection: PoolConnection<Postgres>,
    ) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let mut unready = Unready(Some(connection));
        let statements = match self.access {
            Access::Read => sql::MAKE_READY,
            Access::Write => sql::MAKE_READY_TO_WRITE,
        };
        if let Some(connection) = &mut unready.0 {
            tokio::time::timeout(PATIENCE, connection.execute(statements))
                .await
                .unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        }
        unready.0.take().ok_or(sqlx::Error::PoolClosed)
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
        let connection = self.acquire().await?;
        let begun = tokio::spawn(Transaction::begin(connection, Some(statement.into_sql_str())));
        begun.await.unwrap_or_else(|end| Err(sqlx::Error::Io(end.into())))
    }

    /// Lends one: the one used last.
    ///
    /// # Errors
    /// None is free for 3 seconds, or the database does not answer.
    pub(crate) async fn lend(&self) -> Result<Lent<'_>, sqlx::Error> {
        let lent = async {
            let moves = *self.moves.borrow();
            let permit = self.lent.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
            let connection = match self.young() {
                Some(connection) => connection,
                None => Connection { moves, inner: self.acquire().await?, since: Instant::now() },
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

impl Connection {
    /// Closes it, without a word: the server may not listen.
    fn close(self) {
        drop(self.inner.detach());
    }
}

impl Lent<'_> {
    /// Hands on what it answered, and gives it back if it did.
    pub(crate) fn answered<T>(self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        let mut idle = self.from.idle();
        let is_current = self.connection.moves == *self.from.moves.borrow();
        match &answer {
            // Lent before the server turned out to be the wrong one.
            _ if !is_current => self.connection.close(),
            // Those that are closing wait for it.
            Ok(_) if self.connection.since.elapsed() < AGE && !self.from.lent.is_closed() => {
                idle.push(self.connection);
            }
            // Silent as it is, a connection would never come back from the pool's look at it, and one to the wrong
            // server would: neither are the others to be used.
            Err(error) if is_silence(error) || remedy(error) == Remedy::Reconnect => {
                self.connection.close();
                idle.drain(..).for_each(Connection::close);
                while let Some(pooled) = self.from.pool.try_acquire() {
                    drop(pooled.detach());
                }
                self.from.moves.send_modify(|moves| *moves += 1);
            }
            // What cut this one may have cut them all, and each would cost a statement to find out.
            Err(error) if remedy(error) == Remedy::Retry => idle.clear(),
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
