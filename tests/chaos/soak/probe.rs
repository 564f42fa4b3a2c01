//! Whether the machine itself stands still: a row of a database of its own, on
//! the server that all use, is written again and again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rekey_test_support::sql::Sql;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::journal::now;
use super::spans::Span;

/// Between two commits.
const PACE: Duration = Duration::from_millis(100);
/// From when on a gap is told, µs.
const STALL: i64 = 1_000_000;

/// Writes until it is stopped.
pub struct Probe {
    stalls: Arc<Mutex<Vec<Span>>>,
    running: JoinHandle<()>,
}

impl Probe {
    /// On this database.
    pub async fn start(database: String) -> Self {
        let mut sql = Sql::connect(&database).await;
        sql.run("CREATE TABLE beat (at bigint); INSERT INTO beat VALUES (0)").await.unwrap();
        let stalls = Arc::new(Mutex::new(Vec::new()));
        let running = tokio::spawn(write(database, Arc::clone(&stalls)));
        Self { stalls, running }
    }

    /// From when until when nothing was committed.
    pub fn stop(self) -> Vec<Span> {
        self.running.abort();
        let stalls = self.stalls.lock().unwrap();
        stalls.clone()
    }
}

async fn write(database: String, stalls: Arc<Mutex<Vec<Span>>>) {
    let (mut last, mut session) = (now(), None);
    let mut beats = tokio::time::interval(PACE);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        session = beat(&database, session.take()).await;
        if session.is_some() {
            let before = std::mem::replace(&mut last, now());
            if last - before > STALL {
                stalls.lock().unwrap().push((before, last));
            }
        }
    }
}

/// Commits once; the session, unless it has ended.
async fn beat(database: &str, session: Option<Sql>) -> Option<Sql> {
    let mut session = match session {
        Some(session) => session,
        None => Sql::try_connect(database).await.ok()?,
    };
    session.run("UPDATE beat SET at = at + 1").await.ok()?;
    Some(session)
}
