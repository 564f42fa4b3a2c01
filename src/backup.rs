//! Backups of an SQLite database: copies that are known to be good.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rekey_events::store::{Head, Store, StoreError};
use tempfile::TempPath;
use uuid::Uuid;

use crate::audit::verify::{Trust, VerifyError, database};

/// What SQLite puts beside a database: left from another file of that name, it would be taken for the backup's.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Why there is no backup. Nothing is left under its name.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file of that name, or what belongs to one, is there.
    #[error("{0} exists already: name another file, or remove it first")]
    Exists(PathBuf),
    /// The copy cannot be written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The database cannot be read, or the copy not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy cannot be read back.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The copy is not good, hence the database is not.
    #[error("no backup was made, because the copy is wrong, and so is the database: {0}. See docs/audit.md")]
    Wrong(String),
}

/// A backup that was verified.
#[derive(Clone, Copy, Debug)]
pub struct Backup {
    /// The log that it holds.
    pub log: Uuid,
    /// The log's epoch.
    pub epoch: i32,
    /// The position of the last event; 0 when there is none.
    pub position: i64,
    /// The file's bytes.
    pub bytes: u64,
}

/// Copies the database into the new file `to`, also while others write to it, and verifies the copy. It holds all that was
/// committed before this was called. `went_on` hears of positions that were verified, and of the last one.
///
/// # Errors
/// See [`BackupError`].
pub async fn back_up(store: &Store, to: &Path, went_on: impl Fn(i64, i64)) -> Result<Backup, BackupError> {
    refuse_existing(to)?;
    let named = |error| BackupError::File(to.to_owned(), error);
    let before = store.head().await?;
    let copy = unnamed(to).map_err(named)?;
    store.copy_to(&copy).await?;
    let head = verify(&copy, before, went_on).await?;
    let bytes = keep(copy, to).map_err(named)?;
    Ok(Backup { log: head.log, epoch: head.epoch, position: head.position, bytes })
}

fn refuse_existing(to: &Path) -> Result<(), BackupError> {
    let beside = BESIDE.iter().map(|ending| {
        let mut name = to.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    });
    match std::iter::once(to.to_owned()).chain(beside).find(|path| path.symlink_metadata().is_ok()) {
        Some(path) => Err(BackupError::Exists(path)),
        None => Ok(()),
    }
}

/// An empty file beside `to`, readable by its owner only; removed when dropped.
fn unnamed(to: &Path) -> io::Result<TempPath> {
    let name = to.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    let made =
        tempfile::Builder::new().prefix(&format!(".{name}.")).suffix(".part").tempfile_in(folder(to))?;
    Ok(made.into_temp_path())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Reads all of the copy; how far its log is.
async fn verify(copy: &Path, before: Head, went_on: impl Fn(i64, i64)) -> Result<Head, BackupError> {
    let store = Store::open_unchanging(copy).await?;
    let found = faults(&store, before, went_on).await;
    let head = store.head().await;
    store.close().await;
    match found? {
        faults if faults.is_empty() => Ok(head?),
        faults => Err(BackupError::Wrong(faults.join("; "))),
    }
}

async fn faults(store: &Store, before: Head, went_on: impl Fn(i64, i64)) -> Result<Vec<String>, BackupError> {
    let mut faults = store.file_faults().await?;
    if !faults.is_empty() {
        return Ok(faults);
    }
    let report = database(store, &Trust::default(), &went_on).await?;
    faults.extend(report.flaws.iter().map(ToString::to_string));
    match store.compare_views(&went_on).await {
        Ok(compared) if compared.is_same() => {}
        Ok(_) => faults.push("the views are not what the log makes of them".to_owned()),
        Err(StoreError::Replay(error)) if error.is_damage() => faults.push(error.to_string()),
        Err(error) => return Err(error.into()),
    }
    let head = store.head().await?;
    if head.log != before.log || head.position < before.position {
        faults.push(format!("it ends at position {}, and the log is longer", head.position));
    }
    Ok(faults)
}

/// Gives the copy its name, once the disk has it; its bytes.
fn keep(copy: TempPath, to: &Path) -> io::Result<u64> {
    let file = File::open(&copy)?;
    file.sync_all()?;
    let bytes = file.metadata()?.len();
    copy.persist_noclobber(to).map_err(|refused| refused.error)?;
    File::open(folder(to))?.sync_all()?;
    Ok(bytes)
}
