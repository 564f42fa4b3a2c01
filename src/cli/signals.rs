//! Stopping: gently at the first signal, at once at the second.

use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The exit code after the second signal: what was in hand was left.
const LEFT_AT_ONCE: u8 = 130;

/// Runs `work` until it ends by itself or is stopped by SIGTERM or SIGINT: the
/// first lets it finish what it has in hand, the second does not wait.
///
/// # Errors
/// The work fails.
pub(crate) async fn until_stopped<E>(
    stop: CancellationToken,
    work: impl Future<Output = Result<(), E>>,
) -> Result<ExitCode, E>
where
    E: From<std::io::Error>,
{
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return done.map(|()| ExitCode::SUCCESS),
        () = either(&mut terminate, &mut interrupt) => stop.cancel(),
    }
    tokio::select! {
        done = &mut work => done.map(|()| ExitCode::SUCCESS),
        () = either(&mut terminate, &mut interrupt) => Ok(ExitCode::from(LEFT_AT_ONCE)),
    }
}

/// What `work` comes to; nothing when SIGTERM or SIGINT comes first. It is dropped then, and cleans up behind it.
///
/// # Errors
/// Signals cannot be listened for.
pub(super) async fn unless_stopped<T>(work: impl Future<Output = T>) -> std::io::Result<Option<T>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        done = work => Ok(Some(done)),
        () = either(&mut terminate, &mut interrupt) => Ok(None),
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! { _ = one.recv() => {}, _ = other.recv() => {} }
}
