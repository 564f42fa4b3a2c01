//! Waiting for something to be so.

use std::time::Duration;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(10);

/// Looks again and again until there is something to see; fails after a minute.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, look).await
}

/// The same with a patience of its own.
pub async fn until_within<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut glances = tokio::time::interval(GLANCE);
    let seen = async {
        loop {
            glances.tick().await;
            if let Some(seen) = look().await {
                return seen;
            }
        }
    };
    let seen = tokio::time::timeout(patience, seen).await;
    seen.unwrap_or_else(|_| panic!("{} s have passed without {what}", patience.as_secs()))
}
