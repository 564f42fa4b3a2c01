//! Moves the WAL's pages into the database file beside the commits, and keeps
//! the WAL bounded.
//!
//! A passive checkpoint from a connection of its own does not stop the writer,
//! but as long as somebody writes the WAL never starts over from its
//! beginning. So when it has grown past [`BOUND`], one checkpoint waits for the
//! writer's pause and truncates it. It cannot while somebody reads an older
//! snapshot, and as long as it waits for that reader nobody can write: so it
//! waits for no more than [`PATIENCE`], and tries again when the WAL has grown
//! by another [`BOUND`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::Notify;

use super::sql;

/// Commits between two passive checkpoints.
const EVERY: u32 = 500;
/// Bytes of WAL past which it is truncated: 64 MiB.
const BOUND: u64 = 64 << 20;
/// How long the writer may be held up for a truncation.
const PATIENCE: Duration = Duration::from_millis(100);

/// Asks the checkpointing task to look at the WAL.
#[derive(Clone, Debug)]
pub(crate) struct Checkpointer {
    commits: Arc<AtomicU32>,
    /// Bytes of WAL past which it is due, however few the commits.
    bound: Arc<AtomicU64>,
    /// Whether the WAL holds what must be forgotten.
    forgets: Arc<AtomicBool>,
    wake: Arc<Notify>,
    wal: PathBuf,
    options: Arc<SqliteConnectOptions>,
}

impl Checkpointer {
    pub(super) fn new(database: &Path, options: SqliteConnectOptions) -> Self {
        let mut wal = database.as_os_str().to_owned();
        wal.push("-wal");
        let bound = Arc::new(AtomicU64::new(BOUND));
        let options = Arc::new(options.busy_timeout(PATIENCE));
        let (commits, forgets, wake) = (Arc::default(), Arc::default(), Arc::default());
        Self { commits, bound, forgets, wake, wal: wal.into(), options }
    }

    /// Counts a commit.
    pub(super) fn committed(&self) {
        let is_due = self.commits.fetch_add(1, Ordering::Relaxed) + 1 >= EVERY;
        if is_due || self.size() > self.bound.load(Ordering::Relaxed) {
            self.commits.store(0, Ordering::Relaxed);
            self.wake.notify_one();
        }
    }

    /// Notes a commit that forgets somebody: the WAL is truncated soon.
    pub(super) fn forgotten(&self) {
        self.forgets.store(true, Ordering::Relaxed);
        self.wake.notify_one();
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
        let mut connection = self.options.connect().await?;
        sqlx::query(sql::CHECKPOINT).execute(&mut connection).await?;
        if self.size() > BOUND || self.forgets.swap(false, Ordering::Relaxed) {
            sqlx::query(sql::TRUNCATE_WAL).execute(&mut connection).await?;
            // Not truncated, because somebody reads: it may grow by as much before the next try.
            let left = self.size();
            self.bound.store(left + BOUND, Ordering::Relaxed);
        }
        sqlx::Connection::close(connection).await
    }

    /// The WAL's bytes: a microsecond's question.
    fn size(&self) -> u64 {
        std::fs::metadata(&self.wal).map_or(0, |wal| wal.len())
    }
}
