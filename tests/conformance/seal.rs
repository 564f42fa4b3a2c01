//! The sealer on the stored log: it signs what was appended, and nothing that was changed since.

use std::time::Duration;

use rekey::audit::proof::{ProofError, prove};
use rekey::audit::verify::{Report, Trust, database};
use rekey_events::Env;
use rekey_events::seal::{Checkpoint, Flaw, SigningKey, origin, proof};
use rekey_events::store::seal::CheckpointRow;
use rekey_events::store::{AppendError, Commit};
use rekey_test_support::sql::Sql;
use rekey_workers::Sealer;
use rekey_workers::sealer::{MemoryError, SealError};
use tempfile::TempDir;

use crate::bed::Bed;
use crate::facts::{event, stream};

pub const NAME: &str = "login.example.org/log";
const EVERY: Duration = Duration::from_secs(1);

pub fn key() -> SigningKey {
    SigningKey::new(NAME, [5; 32]).unwrap()
}

fn sealer(bed: &Bed, folder: &TempDir) -> Sealer {
    Sealer::new(bed.log.clone(), key(), folder.path(), EVERY)
}

/// Appends so many events to a stream of their own.
pub async fn append(bed: &Bed, events: i64) {
    let stream = stream(bed);
    let events = (1..=events).map(|version| event(bed, stream, version)).collect();
    bed.log.append(Commit { events, ..Commit::default() }).await.unwrap();
}

pub fn trust(epoch: i32) -> Trust {
    Trust { keys: vec![key().named(&origin(NAME, epoch)).unwrap().verifier()], ..Trust::default() }
}

pub fn opened(note: &str) -> Checkpoint {
    Checkpoint::open(note, &trust(1).keys[0]).unwrap()
}

async fn verified(bed: &Bed) -> Report {
    database(&bed.store, &trust(1), |_, _| {}).await.unwrap()
}

/// As a database's administrator can: past every trigger.
pub async fn tamper(bed: &Bed, statement: &str) {
    bed.sql().await.tamper(statement).await.unwrap();
}

async fn run(sql: &mut Sql, statement: &str) {
    sql.run(statement).await.unwrap();
}

pub async fn what_was_appended_is_signed_and_proven(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    let mut sealer = sealer(&bed, &folder);
    assert_eq!(sealer.step().await.unwrap(), None);
    append(&bed, 300).await;
    let first = opened(&sealer.step().await.unwrap().unwrap());
    append(&bed, 421).await;
    let note = sealer.step().await.unwrap().unwrap();
    let second = opened(&note);
    assert_eq!((first.size, second.size), (300, 721));
    assert_eq!(sealer.step().await.unwrap(), None, "there is nothing more to sign");
    assert_eq!(std::fs::read_to_string(folder.path().join("checkpoint")).unwrap(), note);
    assert_eq!(bed.store.newest_checkpoint().await.unwrap().unwrap().note, note);

    let stretches = proof::consistency(first.size, second.size).unwrap();
    let hashes = bed.store.tree_hashes(&stretches).await.unwrap();
    assert!(proof::continues((first.size, &first.root), (second.size, &second.root), &hashes));
    for event in bed.store.after(0, 721).await.unwrap() {
        let index = event.position.cast_unsigned() - 1;
        let hashes = bed.store.tree_hashes(&proof::inclusion(index, 721).unwrap()).await.unwrap();
        assert!(proof::includes(&second.root, 721, index, &event.leaf, &hashes), "{index}");
    }
    let report = verified(&bed).await;
    assert_eq!((report.events, report.checkpoints, report.sealed, report.is_well()), (721, 2, 721, true));
}

pub async fn a_sealer_goes_on_where_the_last_one_stopped(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    append(&bed, 10).await;
    sealer(&bed, &folder).step().await.unwrap();
    append(&bed, 7).await;
    let mut next = sealer(&bed, &folder);
    assert_eq!(opened(&next.step().await.unwrap().unwrap()).size, 17);
    let mut another = sealer(&bed, &folder);
    let refused = another.step().await.unwrap_err();
    assert!(
        matches!(refused, SealError::Memory(MemoryError::Held(_))) && refused.is_passing(),
        "one for a log"
    );
    drop(next);
    assert_eq!(another.step().await.unwrap(), None, "it takes over");
    assert!(verified(&bed).await.is_well());
}

pub async fn what_was_changed_is_not_signed(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    let mut sealer = sealer(&bed, &folder);
    append(&bed, 10).await;
    sealer.step().await.unwrap();
    append(&bed, 10).await;
    tamper(&bed, "UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 15").await;
    let refused = sealer.step().await.unwrap_err();
    assert!(matches!(refused, SealError::Flaw(Flaw::Altered(15))) && !refused.is_passing(), "{refused}");
    assert_eq!(bed.store.newest_checkpoint().await.unwrap().unwrap().size, 10);
    assert_eq!(verified(&bed).await.flaws, [Flaw::Altered(15)]);
}

pub async fn a_log_that_was_cut_is_not_signed(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    let mut sealer = sealer(&bed, &folder);
    append(&bed, 20).await;
    sealer.step().await.unwrap();
    tamper(&bed, "DELETE FROM events WHERE position > 15").await;
    run(&mut bed.sql().await, "UPDATE log_head SET position = 15").await;
    let refused = sealer.step().await.unwrap_err();
    assert!(matches!(refused, SealError::Flaw(Flaw::Cut { end: 15, size: 20 })), "{refused}");
    assert_eq!(verified(&bed).await.flaws, [Flaw::Cut { end: 15, size: 20 }]);
}

pub async fn an_event_with_another_leaf_is_found_by_what_was_signed(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    let mut sealer = sealer(&bed, &folder);
    append(&bed, 12).await;
    sealer.step().await.unwrap();
    append(&bed, 8).await;
    sealer.step().await.unwrap();
    // Whoever knows how leaves are made makes one that fits.
    let mut changed = bed.store.after(14, 1).await.unwrap().remove(0);
    changed.version += 1000;
    let leaf = hex::encode(changed.envelope(bed.log.id()).leaf());
    let leaf =
        if bed.url.starts_with("sqlite") { format!("x'{leaf}'") } else { format!("'\\x{leaf}'::bytea") };
    tamper(&bed, &format!("UPDATE events SET version = version + 1000, leaf = {leaf} WHERE position = 15"))
        .await;
    assert_eq!(verified(&bed).await.flaws, [Flaw::Root { size: 20, held: 12 }]);
}

pub async fn a_folder_of_another_key_is_refused(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    append(&bed, 3).await;
    sealer(&bed, &folder).step().await.unwrap();
    let other = SigningKey::new(NAME, [6; 32]).unwrap();
    let mut other = Sealer::new(bed.log.clone(), other, folder.path(), EVERY);
    for spoil in [false, true] {
        if spoil {
            std::fs::write(folder.path().join("tree.json"), "{}").unwrap();
            other = sealer(&bed, &folder);
        }
        let refused = other.step().await.unwrap_err();
        assert!(matches!(refused, SealError::Memory(MemoryError::Strange(..))) && !refused.is_passing());
    }
}

pub async fn another_epoch_is_another_tree(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    append(&bed, 5).await;
    sealer(&bed, &folder).step().await.unwrap();
    assert_eq!(bed.store.begin_epoch().await.unwrap(), 2);
    let refused =
        bed.log.append(Commit { events: vec![event(&bed, stream(&bed), 1)], ..Commit::default() }).await;
    assert!(matches!(refused, Err(AppendError::Refused(_))), "{refused:?}");
    let log = bed.another_node().await;
    let mut next = Sealer::new(log, key(), folder.path(), EVERY);
    let checkpoint = Checkpoint::open(&next.step().await.unwrap().unwrap(), &trust(2).keys[0]).unwrap();
    assert_eq!((checkpoint.origin, checkpoint.size), (origin(NAME, 2), 5));
    let by_the_old_key = verified(&bed).await;
    assert_eq!((by_the_old_key.checkpoints, by_the_old_key.strange), (1, 1));
    run(&mut bed.sql().await, "UPDATE log_head SET epoch = 1").await;
    assert!(matches!(next.step().await, Err(SealError::Epoch { log: 1, sealed: 2 })));
}

pub async fn of_earlier_checkpoints_one_an_hour_is_kept(bed: Bed) {
    let now = bed.env.now();
    let minutes_ago = |minutes: u64| now.before(Duration::from_secs(minutes * 60)).micros();
    // Two days ago six an hour for two hours; then some that are younger than a day.
    let earlier = (0..12).map(|nth| 48 * 60 - 10 * nth);
    let times: Vec<_> = earlier.chain([90, 80, 70]).map(minutes_ago).collect();
    for (signed_at, size) in times.iter().copied().zip(1..) {
        let row = CheckpointRow { epoch: 1, size, note: String::new(), signed_at };
        bed.store.keep_checkpoint(&row).await.unwrap();
    }
    bed.store.forget_old(now, Duration::ZERO).await.unwrap();
    let left = bed.store.checkpoints(100).await.unwrap();
    assert_eq!(left.iter().map(|row| row.size).collect::<Vec<_>>(), [15, 14, 13, 12, 6]);
}

/// As an old backup does that lives on: soon it is longer than what was signed.
pub async fn a_log_that_was_restored_and_lives_on_is_not_signed(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    let mut running = sealer(&bed, &folder);
    append(&bed, 20).await;
    running.step().await.unwrap();
    tamper(&bed, "DELETE FROM events WHERE position > 15").await;
    run(&mut bed.sql().await, "UPDATE log_head SET position = 15").await;
    append(&bed, 10).await;
    assert!(matches!(running.step().await, Err(SealError::Flaw(Flaw::Root { size: 20, held: 0 }))));
    drop(running);
    let refused = sealer(&bed, &folder).step().await.unwrap_err();
    assert!(matches!(refused, SealError::Flaw(Flaw::Root { size: 20, held: 0 })), "{refused}");
    // Nor where the folder was lost, and the database has what was signed.
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(
        sealer(&bed, &empty).step().await,
        Err(SealError::Flaw(Flaw::Root { size: 20, held: 0 }))
    ));
    assert_eq!(bed.store.newest_checkpoint().await.unwrap().unwrap().size, 20);
}

/// A signed event that was changed is found at the next start.
pub async fn what_was_changed_after_it_was_signed_stops_the_next_start(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    append(&bed, 20).await;
    sealer(&bed, &folder).step().await.unwrap();
    tamper(&bed, "UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 7").await;
    append(&bed, 1).await;
    let refused = sealer(&bed, &folder).step().await.unwrap_err();
    assert!(matches!(refused, SealError::Flaw(Flaw::Altered(7))), "{refused}");
    assert!(matches!(prove(&bed.store, 7).await, Err(ProofError::Broken(7))));
    assert!(prove(&bed.store, 8).await.is_ok());
}

pub async fn a_head_that_counts_what_is_not_there_is_told(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    let mut sealer = sealer(&bed, &folder);
    append(&bed, 20).await;
    sealer.step().await.unwrap();
    run(&mut bed.sql().await, "UPDATE log_head SET position = 25").await;
    let missing = Flaw::Head { said: 25, first: 1, last: 20 };
    let refused = sealer.step().await.unwrap_err();
    assert!(matches!(&refused, SealError::Flaw(flaw) if *flaw == missing), "{refused}");
    assert_eq!(verified(&bed).await.flaws, [missing]);
    run(&mut bed.sql().await, "UPDATE log_head SET position = 20").await;
    assert!(verified(&bed).await.is_well());
    tamper(&bed, "UPDATE events SET position = 0 WHERE position = 1").await;
    let expected = [
        Flaw::Position { after: 0, found: 2 },
        Flaw::Head { said: 20, first: 0, last: 20 },
        Flaw::Cut { end: 19, size: 20 },
    ];
    assert_eq!(verified(&bed).await.flaws, expected);
}

/// SQLite takes any kind of value into any column: what is none of ours is told by its position.
pub async fn a_value_of_another_kind_is_told_as_altered(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    append(&bed, 20).await;
    sealer(&bed, &folder).step().await.unwrap();
    let altered = [
        "epoch = 'x'",
        "stream = 'x'",
        "version = 'x'",
        "event_id = 5",
        "type = x'00'",
        "schema = 2.5",
        "recorded_at = 'x'",
        "payload = 5",
        "metadata = 2.5",
        "leaf = 'x'",
    ];
    for (position, what) in (1..).zip(altered) {
        tamper(&bed, &format!("UPDATE events SET {what} WHERE position = {position}")).await;
        let report = verified(&bed).await;
        assert!(report.flaws.contains(&Flaw::Altered(position)), "{what}: {report:?}");
    }
}

/// While others append, what is verified is of one moment.
pub async fn a_log_that_grows_is_verified(bed: Bed) {
    let folder = tempfile::tempdir().unwrap();
    append(&bed, 20).await;
    sealer(&bed, &folder).step().await.unwrap();
    let growing = async {
        for _ in 0..100 {
            append(&bed, 1).await;
        }
    };
    let verifying = async {
        for _ in 0..25 {
            let report = verified(&bed).await;
            assert!(report.is_well(), "{report:?}");
        }
    };
    tokio::join!(growing, verifying);
}
