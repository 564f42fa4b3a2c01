//! Stopping: gently at the first signal, at once at the second.

use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How a server prepares to stop.
#[derive(Clone, Debug)]
pub(crate) struct Drain {
    /// Cancelled by the first signal: it still serves, and is no longer ready.
    pub(crate) begun: CancellationToken,
    /// How long it goes on serving.
    pub(crate) delay: Duration,
}

impl Drain {
    async fn wait(&self) {
        self.begun.cancel();
        tracing::info!(seconds = self.delay.as_secs(), "stopping soon; no longer ready");
        tokio::time::sleep(self.delay).await;
    }
}

/// The exit code after the second signal: what was in hand was left.
const LEFT_AT_ONCE: u8 = 130;

/// Runs `work` until it ends by itself or is stopped by SIGTERM or SIGINT: the
/// first lets it finish what it has in hand, a server after its `drain`; the second does not wait.
///
/// # Errors
/// The work fails.
pub(crate) async fn until_stopped<E>(
    stop: CancellationToken,
    drain: Option<Drain>,
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
        () = either(&mut terminate, &mut interrupt) => {}
    }
    tokio::spawn(async move {
        if let Some(drain) = drain {
            drain.wait().await;
        }
        stop.cancel();
    });
    tokio::select! {
        done = &mut work => done.map(|()| ExitCode::SUCCESS),
        () = either(&mut terminate, &mut interrupt) => Ok(ExitCode::from(LEFT_AT_ONCE)),
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! { _ = one.recv() => {}, _ = other.recv() => {} }
}
