//! Whether a write would work.

use std::io::Write;
use std::path::Path;

use sqlx::Executor;

use super::{Database, sql};

/// Bytes that there must be room for: more than most commits add.
const ROOM: usize = 64 * 1024;

/// Begins to write, and takes it back; then tries whether there is room beside the file. A commit would go to the
/// WAL, which nothing reaches before it, so the room is tried with a file that has no name and is gone at once.
pub(crate) async fn probe(database: &Database) -> Result<(), sqlx::Error> {
    let mut transaction = database.writing.transaction().await?;
    transaction.connection.execute(sql::TRY_TO_WRITE).await?;
    transaction.end();
    let path = database.path.clone();
    let tried = tokio::task::spawn_blocking(move || try_room(&path)).await;
    tried.map_err(std::io::Error::other)?.map_err(sqlx::Error::Io)
}

fn try_room(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::tempfile_in(folder)?.write_all(&[0; ROOM])
}
