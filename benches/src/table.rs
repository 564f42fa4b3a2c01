//! Whether it matters how much is in the table already.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use rekey_events::store::Log;
use sqlx::{Connection, PgConnection, SqliteConnection};

use tokio::sync::{Mutex, RwLock};

use crate::bed::Bed;
use crate::ours::Appends;
use crate::report::{Contenders, compare, head};
use crate::run::{Contender, turn};
use crate::{Kind, Options};

/// A million events of older streams, each the first of its own.
const POSTGRES_MILLION: &str = "
    INSERT INTO events SELECT n, 1, lpad(to_hex(n), 32, '0')::uuid, 1, ('e' || lpad(to_hex(n), 31, '0'))::uuid, 'PasswordSet', 1, n,
        convert_to(repeat('p', 90), 'UTF8'), convert_to(repeat('m', 72), 'UTF8'), sha256(int8send(n)),
        ('a' || lpad(to_hex(n), 31, '0'))::uuid
    FROM generate_series(1, 1000000) n;
    UPDATE log_head SET position = 1000000;
    VACUUM ANALYZE events;";
const SQLITE_MILLION: &str = "
    BEGIN;
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000)
    INSERT INTO events SELECT n, 1, CAST(printf('%016d', n) AS BLOB), 1, CAST(printf('e%015d', n) AS BLOB),
        'PasswordSet', 1, n, randomblob(90), randomblob(72), randomblob(32), CAST(printf('a%015d', n) AS BLOB)
    FROM numbers;
    UPDATE log_head SET position = 1000000;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE);";
/// The log refuses to be emptied, but to who may take its guard away.
const POSTGRES_EMPTY: &str = "
    ALTER TABLE events DISABLE TRIGGER USER; TRUNCATE events; ALTER TABLE events ENABLE TRIGGER USER;
    UPDATE log_head SET position = 0;";

/// Measures appends to an empty, a full and an emptied table, at 64 callers.
pub async fn measure(bed: &Bed, options: &Options) {
    head(&format!("Appends to a table just made, of a million rows, just truncated; {:?}", bed.kind));
    let full = bed.migrated("full").await;
    run(bed.kind, &full, POSTGRES_MILLION, SQLITE_MILLION).await;
    let mut contenders: Contenders = vec![
        ("1 M events", Arc::new(Appends(bed.log(&full).await))),
        ("just made", Arc::new(JustMade::new(bed, options.rounds).await)),
    ];
    if bed.kind == Kind::Postgres {
        contenders.push(("just truncated", truncated(bed).await));
    }
    compare(bed, "append", 64, options, &contenders).await;
}

async fn run(kind: Kind, url: &str, on_postgres: &'static str, on_sqlite: &'static str) {
    match kind {
        Kind::Postgres => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            for statement in on_postgres.split_inclusive(';') {
                sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
            }
        }
        Kind::Sqlite => {
            let mut connection = SqliteConnection::connect(url).await.unwrap();
            sqlx::raw_sql(on_sqlite).execute(&mut connection).await.unwrap();
        }
    }
}

/// Appends to a new database in each turn.
struct JustMade {
    waiting: Mutex<Vec<Log>>,
    current: RwLock<Option<Appends>>,
}

impl JustMade {
    async fn new(bed: &Bed, turns: usize) -> Self {
        let mut logs = Vec::new();
        for _ in 0..turns {
            logs.push(bed.log(&bed.migrated("made").await).await);
        }
        Self { waiting: Mutex::new(logs), current: RwLock::default() }
    }
}

impl Contender for JustMade {
    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(async { *self.current.write().await = self.waiting.lock().await.pop().map(Appends) })
    }

    fn call(&self) -> BoxFuture<'_, bool> {
        Box::pin(async { self.current.read().await.as_ref().unwrap().call().await })
    }
}

/// Appends to a table that is emptied before each turn.
struct Truncated {
    url: String,
    appends: Appends,
}

/// One whose connections made their plans while the table was full.
async fn truncated(bed: &Bed) -> Arc<dyn Contender> {
    let url = bed.migrated("truncated").await;
    run(bed.kind, &url, POSTGRES_MILLION, SQLITE_MILLION).await;
    let appends = Arc::new(Appends(bed.log(&url).await));
    let met: Arc<dyn Contender> = appends.clone();
    turn(bed, &met, 64, Duration::from_secs(2)).await;
    Arc::new(Truncated { url, appends: Appends(appends.0.clone()) })
}

impl Contender for Truncated {
    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(run(Kind::Postgres, &self.url, POSTGRES_EMPTY, ""))
    }

    fn call(&self) -> BoxFuture<'_, bool> {
        self.appends.call()
    }
}
