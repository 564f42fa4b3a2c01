//! A stretch of the log, read on a thread of its own: sqlx would send each row from one thread to another.

use std::ffi::{OsStr, OsString};
use std::mem::take;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use rusqlite::{Connection, OpenFlags, Row};
use uuid::Uuid;

use super::{Database, sql};
use crate::envelope::StoredEvent;
use crate::ids::{AccountId, EventId, StreamId};
use crate::moment::Moment;
use crate::store::StoreError;
use crate::store::scan::{BATCH, Batches, Stretch};

/// Reads the stretch, and hands it over in batches.
pub(crate) async fn scan(database: &Database, stretch: &Stretch<'_>) -> Result<(), StoreError> {
    let (file, batches) = (uri(database), stretch.batches.clone());
    let (after, until) = (stretch.after, stretch.until);
    let reading = tokio::task::spawn_blocking(move || read(&file, after, until, &batches));
    let read =
        reading.await.map_err(|_| StoreError::Unusable("reading the log was broken off".to_owned()))?;
    read.map_err(|error| StoreError::Unusable(format!("the log cannot be read: {error}")))
}

/// The file as SQLite takes it with options (<https://www.sqlite.org/uri.html>).
fn uri(database: &Database) -> OsString {
    // With an empty authority, for a path that begins with two slashes.
    let mut uri = if database.path.is_absolute() { b"file://".to_vec() } else { b"file:".to_vec() };
    for byte in database.path.as_os_str().as_bytes() {
        match byte {
            b'%' | b'?' | b'#' => uri.extend(format!("%{byte:02x}").into_bytes()),
            byte => uri.push(*byte),
        }
    }
    if database.is_frozen {
        uri.extend(b"?immutable=1");
    }
    OsString::from_vec(uri)
}

fn read(file: &OsStr, after: i64, until: i64, batches: &Batches) -> rusqlite::Result<()> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(file, flags)?;
    let mut statement = connection.prepare(sql::SCAN)?;
    let mut rows = statement.query([after, until])?;
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(row) = rows.next()? {
        batch.push(event(row)?);
        if batch.len() == BATCH && batches.blocking_send(Ok(take(&mut batch))).is_err() {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        // Nobody may want it any more.
        let _ = batches.blocking_send(Ok(batch));
    }
    Ok(())
}

/// The event of a row. What is of another kind or size than we write was altered: it is read as what we never
/// write, so that its leaf is not the one it has.
fn event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        position: row.get(0)?,
        epoch: row.get(1).unwrap_or(i32::MIN),
        stream: StreamId(uuid(row, 2).unwrap_or_default()),
        version: row.get(3).unwrap_or(i64::MIN),
        event_id: EventId(uuid(row, 4).unwrap_or_default()),
        name: row.get(5).unwrap_or_default(),
        schema: row.get(6).unwrap_or(i32::MIN),
        recorded_at: Moment::from_micros(row.get(7).unwrap_or(i64::MIN)),
        payload: bytes(row, 8).to_vec(),
        metadata: bytes(row, 9).to_vec(),
        leaf: bytes(row, 10).try_into().unwrap_or_default(),
        subject: uuid(row, 11).ok().map(AccountId),
    })
}

fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

fn bytes<'r>(row: &'r Row<'_>, column: usize) -> &'r [u8] {
    row.get_ref(column).ok().and_then(|value| value.as_bytes().ok()).unwrap_or_default()
}
