//! The line to the server is cut, again and again.

use std::sync::Arc;

use crate::bed::Bed;
use crate::restart::Callers;

const CUTS: usize = 40;

/// Trap: nobody knows what became of a commit whose connection was lost.
pub async fn cut_connections_lose_and_double_nothing(bed: Bed) {
    let bed = Arc::new(bed);
    let callers = Callers::start(&bed);
    let mut sql = bed.sql().await;
    for cut in 1..=CUTS {
        callers.until_acknowledged(cut * 50).await;
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sql.rows(others).await.unwrap();
    }
    callers.until_acknowledged((CUTS + 1) * 50).await;
    callers.stop_and_check(&bed).await;
}
