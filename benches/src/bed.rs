//! Where a measurement takes place: a server or a folder of its own, on the
//! disk of the temporary folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use rekey_events::SystemEnv;
use rekey_events::store::{Log, Store};
use rekey_test_support::postgres::Postgres;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::process::Command;
use uuid::Uuid;

use crate::Kind;

/// A server that syncs, or a folder.
pub struct Bed {
    pub kind: Kind,
    server: Option<Postgres>,
    folder: TempDir,
    count: AtomicUsize,
    /// The largest WAL seen of our SQLite databases, in bytes.
    wal: Arc<AtomicU64>,
}

impl Bed {
    pub async fn new(kind: Kind) -> Self {
        let server = match kind {
            Kind::Postgres => Some(Postgres::start_durable().await),
            Kind::Sqlite => None,
        };
        let folder = tempfile::tempdir().unwrap();
        Self { kind, server, folder, count: AtomicUsize::new(0), wal: Arc::default() }
    }

    /// The URL of a new, empty database; a path after `sqlite:`.
    pub async fn database(&self, name: &str) -> String {
        match &self.server {
            Some(server) => server.database(name).await,
            None => {
                let number = self.count.fetch_add(1, Ordering::Relaxed);
                format!("sqlite:{}", self.folder.path().join(format!("{name}-{number}.db")).display())
            }
        }
    }

    /// The URL of a database with our tables.
    pub async fn migrated(&self, name: &str) -> String {
        let url = self.database(name).await;
        let store = Store::open(&url).await.unwrap();
        store.migrate(Uuid::from_u128(7)).await.unwrap();
        store.close().await;
        url
    }

    /// A log on the database at `url`.
    pub async fn log(&self, url: &str) -> Log {
        let store = Store::open(url).await.unwrap();
        let (log, writer) = Log::open(store, Arc::new(SystemEnv)).await.unwrap();
        tokio::spawn(writer.run());
        if let Some(path) = url.strip_prefix("sqlite:") {
            tokio::spawn(watch(PathBuf::from(format!("{path}-wal")), self.wal.clone()));
        }
        log
    }

    /// Brings to the disk what is still to be written: a server's dirty pages
    /// would else be charged to whoever has the next turn.
    pub async fn settle(&self) {
        if let Some(server) = &self.server {
            let mut connection = PgConnection::connect(&server.url()).await.unwrap();
            sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await.unwrap();
        }
        assert!(Command::new("sync").status().await.unwrap().success());
    }

    /// Prints how large the WAL became.
    pub fn report_wal(&self) {
        if self.kind == Kind::Sqlite {
            println!("\nlargest WAL: {:.0} MiB", self.wal.load(Ordering::Relaxed) as f64 / 1048576.0);
        }
    }
}

async fn watch(wal: PathBuf, largest: Arc<AtomicU64>) {
    while Path::new(&wal).exists() {
        largest.fetch_max(wal.metadata().map_or(0, |wal| wal.len()), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
