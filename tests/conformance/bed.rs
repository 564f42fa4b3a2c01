//! A database of the test's own, and a log on it.

use std::sync::Arc;

use rekey_events::env::ManualEnv;
use rekey_events::store::{Context, Log, Store, Writer};
use rekey_events::{Env, Moment};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::sql::Sql;
use tempfile::TempDir;
use uuid::Uuid;

/// What lives as long as the test does.
enum Home {
    Folder(#[expect(dead_code, reason = "held, so that the folder stays")] TempDir),
    Server(#[expect(dead_code, reason = "held, so that the server stays")] Arc<Postgres>),
    Elsewhere,
}

/// A database, a log on it, a clock set by hand.
pub struct Bed {
    pub url: String,
    pub store: Store,
    pub log: Log,
    pub env: Arc<ManualEnv>,
    _home: Home,
}

impl Bed {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
        Self::on(url, Home::Folder(folder)).await
    }

    pub async fn postgres() -> Self {
        let server = Postgres::shared().await;
        let url = server.database("conformance").await;
        Self::on(url, Home::Server(server)).await
    }

    /// On a server that the test itself keeps, to do things to it.
    pub async fn of(server: &Postgres) -> Self {
        let url = server.database("conformance").await;
        Self::on(url, Home::Elsewhere).await
    }

    async fn on(url: String, home: Home) -> Self {
        let env = Arc::new(ManualEnv::new(Moment::from_micros(1_767_225_600_000_000), 1));
        let store = Store::open(&url).await.unwrap();
        store.migrate(Uuid::from_u128(7)).await.unwrap();
        let log = start(&store, env.clone()).await;
        Self { url, store, log, env, _home: home }
    }

    /// Another node on the same database.
    pub async fn another_node(&self) -> Log {
        let store = Store::open(&self.url).await.unwrap();
        start(&store, self.env.clone()).await
    }

    /// Another node, whose writer the test runs when it likes.
    pub async fn idle_node(&self) -> (Log, Writer) {
        let store = Store::open(&self.url).await.unwrap();
        Log::open(store, self.env.clone()).await.unwrap()
    }

    /// A connection past rekey.
    pub async fn sql(&self) -> Sql {
        Sql::connect(&self.url).await
    }

    pub fn context(&self) -> Context {
        Context::new(&*self.env, "anyone")
    }
}

async fn start(store: &Store, env: Arc<dyn Env>) -> Log {
    let (log, writer) = Log::open(store.clone(), env).await.unwrap();
    tokio::spawn(writer.run());
    log
}
