//! A database of the test's own, and a log on it.

use std::sync::Arc;

use rekey_events::env::ManualEnv;
use rekey_events::store::{Context, Log, Store};
use rekey_events::{Env, Moment};
use rekey_test_support::postgres::Postgres;
use tempfile::TempDir;
use uuid::Uuid;

/// What lives as long as the test does.
enum Home {
    Folder(#[expect(dead_code, reason = "held, so that the folder stays")] TempDir),
    Server(#[expect(dead_code, reason = "held, so that the server stays")] Arc<Postgres>),
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

    pub fn context(&self) -> Context {
        Context::new(&*self.env, "anyone")
    }
}

async fn start(store: &Store, env: Arc<dyn Env>) -> Log {
    let (log, writer) = Log::open(store.clone(), env).await.unwrap();
    tokio::spawn(writer.run());
    log
}
