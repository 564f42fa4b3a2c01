//! A breath between two looks at the database: what comes meanwhile shares the
//! next one's transaction. Who has rested looks at once.

use std::time::{Duration, Instant};

/// How long it takes.
pub(crate) const BREATH: Duration = Duration::from_millis(10);

/// Waits until a breath after `began`.
pub(crate) async fn breathe(began: Instant) {
    tokio::time::sleep_until((began + BREATH).into()).await;
}
