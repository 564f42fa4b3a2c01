//! A failed read is an error, never an empty history.

use std::time::Duration;

use futures::future::join_all;
use rekey_events::Env;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::store::{Commit, StoreError};

use crate::bed::Bed;
use crate::facts::{account, event, execute};

pub async fn a_gone_database_is_no_empty_history(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    let (log, _writer) = bed.idle_node().await;
    log.store().close().await;
    let error = log.load::<Account>(id.into()).await.expect_err("no database");
    assert!(error.is_passing(), "{error}");
    assert!(log.store().after(0, 10).await.is_err());
    let written = log.store().renew_lease(bed.env.uuid(), Duration::ZERO, &[]).await;
    assert!(written.is_err_and(|error| error.is_passing()), "closed for good");
    assert!(execute(&bed, &log, id, &AccountCommand::RecordSignIn).await.is_err());
}

pub async fn a_gone_table_is_no_empty_history(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    bed.sql().await.run("ALTER TABLE events RENAME TO elsewhere").await.unwrap();
    let error = bed.log.load::<Account>(id.into()).await.expect_err("no table");
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
    assert!(bed.store.after(0, 10).await.is_err());
}

pub async fn a_stream_with_a_hole_is_damaged(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    let hole = "INSERT INTO events SELECT position + 1, epoch, stream, 3, stream, type, schema, recorded_at, payload,
        metadata, leaf, subject FROM events WHERE position = 1";
    bed.sql().await.run(hole).await.unwrap();
    let error = bed.log.load::<Account>(id.into()).await.expect_err("version 2 is missing");
    assert!(matches!(error, StoreError::Damaged(stream, 2) if stream == id.0), "{error}");
}

/// Trap: streams asked for meanwhile are read by one query, and two may ask for the same.
pub async fn a_stream_asked_for_by_many_at_once_is_whole(bed: Bed) {
    let ids = [account(&bed, &bed.log).await, account(&bed, &bed.log).await];
    let loads = (0..64).map(|nth| bed.log.load::<Account>(ids[nth % 2].into()));
    for loaded in join_all(loads).await {
        let loaded = loaded.unwrap();
        assert!(loaded.state.exists());
        assert_eq!(loaded.version, 1);
    }
}

/// Trap: SQLite reads so many events on another connection.
pub async fn a_long_stream_is_whole(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    let events = (2..=5000).map(|version| event(&bed, id.into(), version)).collect();
    bed.log.append(Commit { events, ..Commit::default() }).await.unwrap();
    assert_eq!(bed.log.load::<Account>(id.into()).await.unwrap().version, 5000);
}
