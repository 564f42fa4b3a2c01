//! What the connection that writes outlives.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Database, frozen};
use crate::env::{Env, SystemEnv};
use crate::envelope::NewEvent;
use crate::ids::{EventId, StreamId};
use crate::store::{Appended, Commit, Log, Store};

/// A commit that begins a stream.
fn begin() -> Commit {
    let event = NewEvent {
        stream: StreamId(SystemEnv.uuid()),
        version: 1,
        event_id: EventId::new(&SystemEnv),
        name: "SignedIn",
        schema: 1,
        recorded_at: SystemEnv.now(),
        payload: b"{}".to_vec(),
        metadata: b"{}".to_vec(),
        subject: None,
    };
    Commit { events: vec![event], ..Commit::default() }
}

async fn run(database: &Database, statement: &'static str) {
    sqlx::query(statement).execute(&mut *database.writing.turn().await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_commit_sent_again_leaves_the_connection_open() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate(Uuid::from_u128(7)).await.unwrap();
    let (log, writer) = Log::open(store.clone(), Arc::new(SystemEnv)).await.unwrap();
    tokio::spawn(writer.run());
    let Store::Sqlite(database) = &store else { unreachable!("a file") };
    // Another connection would not have it.
    run(database, "CREATE TEMP TABLE mark (x)").await;
    let commit = begin();
    for before in [false, true, true] {
        assert_eq!(log.append(commit.clone()).await.unwrap(), Appended { position: 1, before });
    }
    run(database, "SELECT * FROM mark").await;
}

/// Without the WAL: after a quiet moment nothing is there alone.
#[tokio::test]
async fn what_was_committed_is_soon_in_the_file_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("rekey.db"), folder.path().join("copy.db"));
    let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    store.migrate(Uuid::from_u128(7)).await.unwrap();
    let Store::Sqlite(database) = &store else { unreachable!("a file") };
    let position = async || {
        std::fs::copy(&path, &copy).unwrap();
        let alone = Store::open_unchanging(&copy).await.unwrap();
        let position = alone.last_position().await.unwrap();
        alone.close().await;
        position
    };
    assert_eq!(position().await, 0, "the tables are there as soon as they are made");
    run(database, "UPDATE log_head SET position = 3").await;
    assert_eq!(position().await, 0);
    let checkpointer = database.checkpointer.clone().catching_up_every(Duration::from_millis(1));
    let checkpoints = tokio::spawn(checkpointer.run());
    let caught_up = async {
        while position().await != 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), caught_up).await.expect("the file to catch up");
    checkpoints.abort();
}

/// Even a copy whose header says that it has no WAL.
#[tokio::test]
async fn a_file_that_is_opened_to_read_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("rekey.db"), folder.path().join("copy.db"));
    let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    store.migrate(Uuid::from_u128(7)).await.unwrap();
    let Store::Sqlite(database) = &store else { unreachable!("a file") };
    let copied = sqlx::query("VACUUM INTO ?").bind(copy.to_str().unwrap());
    copied.execute(&mut *database.writing.turn().await.unwrap()).await.unwrap();
    let before = std::fs::read(&copy).unwrap();
    let read = Store::open_to_read(&format!("sqlite:{}", copy.display())).await.unwrap();
    assert_eq!(read.head().await.unwrap().log, Uuid::from_u128(7));
    assert!(read.begin_epoch().await.is_err());
    read.close().await;
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    assert!(Store::open_to_read(&format!("sqlite:{}", folder.path().join("none").display())).await.is_err());
    assert!(!folder.path().join("none").exists());
}

/// In a folder where nothing can be made; that a test run by root cannot have.
#[tokio::test]
async fn a_frozen_file_is_read_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ba%ck#up?.db");
    let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    store.migrate(Uuid::from_u128(7)).await.unwrap();
    let (log, writer) = Log::open(store.clone(), Arc::new(SystemEnv)).await.unwrap();
    let writing = tokio::spawn(writer.run());
    log.append(begin()).await.unwrap();
    drop(log);
    writing.await.unwrap();
    store.close().await;
    for path in [path.clone(), format!("/{}", path.display()).into()] {
        let store = Store::Sqlite(frozen(&path).await.unwrap());
        assert_eq!(store.scan(0, 1).next().await.unwrap().unwrap().len(), 1);
        store.close().await;
    }
    let beside: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(beside, [path]);
}
