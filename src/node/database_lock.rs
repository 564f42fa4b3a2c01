//! The lock on an SQLite database: one process at a time serves or works on it.

use std::fs::{File, TryLockError};
use std::mem::ManuallyDrop;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::BuildError;

/// Held by this process until it is [released](Self::release), or until the process ends.
///
/// The lock is on the file itself, so that a symbolic or hard link is no second database. It is one of `flock(2)`, which
/// on Linux is independent of the POSIX locks that SQLite sets on the same file. But closing any descriptor
/// of a file ends all POSIX locks that the process has on it (<https://www.sqlite.org/howtocorrupt.html>,
/// section 2.2): so the descriptor stays open as long as a connection may be.
#[derive(Debug)]
pub(super) struct DatabaseLock(ManuallyDrop<File>);

impl DatabaseLock {
    /// Locks the file at `path`, which is made if there is none.
    ///
    /// # Errors
    /// Another process holds it, or it cannot be opened.
    pub(super) fn take(path: &Path) -> Result<Self, BuildError> {
        let name = path.display().to_string();
        let named = |error| BuildError::File(name.clone(), error);
        let file = File::options().append(true).create(true).mode(0o600).open(path).map_err(named)?;
        // On an error nobody has a connection yet.
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BuildError::Held(name)),
            Err(TryLockError::Error(error)) => return Err(named(error)),
        }
        if file.metadata().map_err(named)?.nlink() > 1 {
            tracing::warn!(
                path = name,
                "the database file has several names (hard links): its WAL is beside one of them only; \
                 always use the same name, or remove the others"
            );
        }
        Ok(Self(ManuallyDrop::new(file)))
    }

    /// Ends the lock. All connections to the file must be closed.
    pub(super) fn release(self) {
        drop(ManuallyDrop::into_inner(self.0));
    }
}
