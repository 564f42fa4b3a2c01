//! Moves the WAL's pages into the database file beside the commits, and keeps
//! the WAL bounded.
//!
//! A passive checkpoint from a connection of its own does not stop the writer,
//! but as long as somebody writes the WAL never starts over from its
//! beginning. So when it has grown past [`BOUND`], one checkpoint waits for the
//! writer's pause and truncates it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::Notify;

use super::sql;

/// Commits between two passive checkpoints.
const EVERY: u32 = 500;
/// Bytes of WAL past which it is truncated: 64 MiB.
const BOUND: u64 = 64 << 20;

/// Asks the checkpointing task to look at the WAL.
#[derive(Clone, Debug)]
pub(crate) struct Checkpointer {
    commits: Arc<AtomicU32>,
    wake: Arc<Notify>,
    wal: PathBuf,
    options: SqliteConnectOptions,
}

impl Checkpointer {
    pub(super) fn new(database: &Path, options: SqliteConnectOptions) -> Self {
        let mut wal = database.as_os_str().to_owned();
        wal.push("-wal");
        Self { commits: Arc::default(), wake: Arc::default(), wal: wal.into(), options }
    }

    /// Counts a commit.
    pub(super) fn committed(&self) {
        if self.commits.fetch_add(1, Ordering::Relaxed) + 1 >= EVERY {
            self.commits.store(0, Ordering::Relaxed);
            self.wake.notify_one();
        }
    }

    /// Checkpoints whenever it is due; ends with its task.
    pub(crate) async fn run(self) {
        loop {
            self.wake.notified().await;
            if let Err(error) = self.checkpoint().await {
                tracing::warn!(%error, "a checkpoint of the WAL failed; it is tried again after {EVERY} commits");
            }
        }
    }

    async fn checkpoint(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.options.clone().connect().await?;
        sqlx::query(sql::CHECKPOINT).execute(&mut connection).await?;
        let size = tokio::fs::metadata(&self.wal).await.map_or(0, |wal| wal.len());
        if size > BOUND {
            sqlx::query(sql::TRUNCATE_WAL).execute(&mut connection).await?;
        }
        sqlx::Connection::close(connection).await
    }
}
