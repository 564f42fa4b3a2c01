//! Stopping: gently at the first signal, at once at the second.

use std::error::Error;
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

/// SIGTERM and SIGINT, which from now on this process obeys: also as the first process of a container (PID 1), for
/// which signals without a handler are ignored.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Begins to listen to them. What comes before [`until_stopped`](Self::until_stopped) is not lost.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Self { terminate: signal(terminate)?, interrupt: signal(interrupt)? })
    }

    /// Runs `work` until it ends by itself or is stopped by a signal: the first lets it finish what is in progress, a
    /// server after its `drain`; the second does not wait.
    ///
    /// # Errors
    /// The work fails.
    pub(crate) async fn until_stopped<E>(
        mut self,
        stop: CancellationToken,
        drain: Option<Drain>,
        work: impl Future<Output = Result<(), E>>,
    ) -> Result<ExitCode, E> {
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => return done.map(|()| ExitCode::SUCCESS),
            () = self.next() => {}
        }
        tokio::spawn(async move {
            if let Some(drain) = drain {
                drain.wait().await;
            }
            stop.cancel();
        });
        tokio::select! {
            done = &mut work => done.map(|()| ExitCode::SUCCESS),
            () = self.next() => Ok(ExitCode::from(LEFT_AT_ONCE)),
        }
    }

    async fn next(&mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}

/// What `work` comes to; nothing when a signal comes first. It is dropped then, and cleans up behind it.
///
/// # Errors
/// Signals cannot be listened for.
pub(super) async fn unless_stopped<T>(work: impl Future<Output = T>) -> std::io::Result<Option<T>> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        done = work => Ok(Some(done)),
        () = signals.next() => Ok(None),
    }
}

/// Runs a command that ends by itself, or at the first signal: also as PID 1, where a signal without a handler is
/// ignored. What it was at is left, as it would be without a handler.
///
/// # Errors
/// The command fails.
pub(super) async fn until_signal(
    command: impl Future<Output = Result<ExitCode, Box<dyn Error>>>,
) -> Result<ExitCode, Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        done = command => done,
        // Threads that read a database are not waited for.
        () = signals.next() => std::process::exit(LEFT_AT_ONCE.into()),
    }
}
