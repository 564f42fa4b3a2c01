//! Appends alone, against inserts of the same bytes into a table of the same
//! shape: one row per transaction, and 500 rows per transaction as the limit.

use std::sync::Arc;

use futures::future::BoxFuture;
use rekey_events::envelope::NewEvent;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, PgPool, SqlitePool};

use crate::bed::Bed;
use crate::ours::{Appends, event};
use crate::report::{Contenders, compare, head};
use crate::run::Contender;
use crate::{Kind, Options};

/// Rows in a transaction at the limit.
const MANY: usize = 500;

const POSTGRES_TABLE: &str = "
    CREATE SEQUENCE positions;
    CREATE TABLE inserts (LIKE events INCLUDING ALL);
    ALTER TABLE inserts ALTER position SET DEFAULT nextval('positions');";
const SQLITE_TABLE: &str = "
    CREATE TABLE inserts (position INTEGER PRIMARY KEY NOT NULL, epoch INTEGER NOT NULL, stream BLOB NOT NULL,
        version INTEGER NOT NULL, event_id BLOB NOT NULL, type TEXT NOT NULL, schema INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL, payload BLOB NOT NULL, metadata BLOB NOT NULL, leaf BLOB NOT NULL, subject BLOB,
        UNIQUE (stream, version), UNIQUE (event_id));
    CREATE INDEX inserts_subject ON inserts (subject, position) WHERE subject IS NOT NULL;";
const ONE: &str =
    "INSERT INTO inserts (epoch, stream, version, event_id, type, schema, recorded_at, payload, metadata,
        leaf, subject)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const BY_ARRAYS: &str = "INSERT INTO inserts (epoch, stream, version, event_id, type, schema, recorded_at, payload,
        metadata, leaf, subject)
    SELECT 1, * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::integer[], $6::bigint[], $7::bytea[],
        $8::bytea[], $9::bytea[], $10::uuid[])";

/// Binds an event's columns to a statement like [`ONE`].
macro_rules! bind {
    ($query:expr, $event:expr) => {
        $query
            .bind(1)
            .bind($event.stream.0)
            .bind($event.version)
            .bind($event.event_id.0)
            .bind($event.name)
            .bind($event.schema)
            .bind($event.recorded_at.micros())
            .bind($event.payload)
            .bind($event.metadata)
            .bind(vec![7_u8; 32])
            .bind($event.subject.map(|account| account.0))
    };
}

/// Measures appends.
pub async fn measure(bed: &Bed, options: &Options) {
    head(&format!("Appends, {:?}", bed.kind));
    let url = bed.migrated("appends").await;
    let ours: Arc<dyn Contender> = Arc::new(Appends(bed.log(&url).await));
    let bare = match bed.kind {
        Kind::Postgres => on_postgres(&url, options.pool.unwrap_or(32)).await,
        Kind::Sqlite => on_sqlite(&url.replace(".db", "-bare.db")).await,
    };
    let contenders: Contenders = [("rekey", ours)].into_iter().chain(bare).collect();
    for callers in &options.callers {
        // The limit does not know callers: once is enough.
        let compared = if *callers == 64 { &contenders[..] } else { &contenders[..2] };
        compare(bed, "append", *callers, options, compared).await;
    }
}

async fn on_postgres(url: &str, size: u32) -> Contenders {
    let pool =
        PgPoolOptions::new().max_connections(size).test_before_acquire(false).connect(url).await.unwrap();
    sqlx::raw_sql(POSTGRES_TABLE).execute(&pool).await.unwrap();
    vec![
        ("insert", Arc::new(Postgres(pool.clone(), How::Alone))),
        ("500 rows, 500 statements", Arc::new(Postgres(pool.clone(), How::ByStatement))),
        ("500 rows, 1 statement", Arc::new(Postgres(pool, How::AtOnce))),
    ]
}

async fn on_sqlite(url: &str) -> Contenders {
    let options = SqliteConnectOptions::new()
        .filename(url.strip_prefix("sqlite:").unwrap())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    // One connection: more would fight for the file's lock.
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect_with(options).await.unwrap();
    sqlx::raw_sql(SQLITE_TABLE).execute(&pool).await.unwrap();
    vec![
        ("insert", Arc::new(Sqlite(pool.clone(), How::Alone))),
        ("500 rows, 500 statements", Arc::new(Sqlite(pool.clone(), How::ByStatement))),
        ("500 rows, 1 statement", Arc::new(Sqlite(pool, How::AtOnce))),
    ]
}

/// How rows are inserted.
#[derive(Clone, Copy)]
enum How {
    /// One, in a transaction of its own.
    Alone,
    /// Many in a transaction, each by the same prepared statement.
    ByStatement,
    /// Many by one statement.
    AtOnce,
}

impl How {
    fn weight(self) -> f64 {
        if matches!(self, Self::Alone) { 1.0 } else { MANY as f64 }
    }

    /// Batches are sent by one.
    fn callers(self) -> Option<usize> {
        (!matches!(self, Self::Alone)).then_some(1)
    }
}

struct Postgres(PgPool, How);

impl Contender for Postgres {
    fn call(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            let mut connection = self.0.acquire().await.unwrap();
            match self.1 {
                How::Alone => drop(bind!(sqlx::query(ONE), event()).execute(&mut *connection).await.unwrap()),
                How::ByStatement => {
                    let mut transaction = connection.begin().await.unwrap();
                    for _ in 0..MANY {
                        bind!(sqlx::query(ONE), event()).execute(&mut *transaction).await.unwrap();
                    }
                    transaction.commit().await.unwrap();
                }
                How::AtOnce => by_arrays((0..MANY).map(|_| event()).collect())
                    .execute(&mut *connection)
                    .await
                    .map(drop)
                    .unwrap(),
            }
            true
        })
    }

    fn weight(&self) -> f64 {
        self.1.weight()
    }

    fn callers(&self) -> Option<usize> {
        self.1.callers()
    }
}

fn by_arrays(
    events: Vec<NewEvent>,
) -> sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments> {
    sqlx::query(BY_ARRAYS)
        .bind(events.iter().map(|event| event.stream.0).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.version).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.event_id.0).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.name).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.schema).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.recorded_at.micros()).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.payload.clone()).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.metadata.clone()).collect::<Vec<_>>())
        .bind(vec![vec![7_u8; 32]; events.len()])
        .bind(events.iter().map(|event| event.subject.map(|account| account.0)).collect::<Vec<_>>())
}

struct Sqlite(SqlitePool, How);

impl Contender for Sqlite {
    fn call(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            let mut connection = self.0.acquire().await.unwrap();
            match self.1 {
                How::Alone => drop(bind!(sqlx::query(ONE), event()).execute(&mut *connection).await.unwrap()),
                How::ByStatement => {
                    let mut transaction = connection.begin().await.unwrap();
                    for _ in 0..MANY {
                        bind!(sqlx::query(ONE), event()).execute(&mut *transaction).await.unwrap();
                    }
                    transaction.commit().await.unwrap();
                }
                How::AtOnce => {
                    let rows = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"; MANY].join(", ");
                    let columns = ONE.split_once("VALUES").unwrap().0;
                    let mut query = sqlx::query(AssertSqlSafe(format!("{columns} VALUES {rows}")));
                    for _ in 0..MANY {
                        query = bind!(query, event());
                    }
                    query.execute(&mut *connection).await.unwrap();
                }
            }
            true
        })
    }

    fn weight(&self) -> f64 {
        self.1.weight()
    }

    fn callers(&self) -> Option<usize> {
        self.1.callers()
    }
}
