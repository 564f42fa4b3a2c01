//! SQLite's write-ahead log is checkpointed beside the commits, and bounded all the same.

use std::fs;
use std::time::{Duration, Instant};

use rekey_events::store::Commit;

use crate::bed::Bed;
use crate::facts::{assert_gapless, event, stream, write};

const MIB: u64 = 1 << 20;
/// Past 64 MiB it is truncated; the writer goes on while that is prepared.
const BOUND: u64 = 128 * MIB;
const WRITTEN: u64 = 256;
/// How long a try to truncate holds up a commit: now and then one, not each.
const HELD_UP: Duration = Duration::from_millis(100);
/// How much longer a commit may take that a shared disk is slow for.
const STALLED: Duration = Duration::from_secs(5);
/// For a disk of ten mebibytes a second.
const PATIENCE: Duration = Duration::from_secs(60);

fn wal(bed: &Bed) -> u64 {
    let path = bed.url.strip_prefix("sqlite:").unwrap();
    fs::metadata(format!("{path}-wal")).unwrap().len()
}

/// A commit of one mebibyte.
fn large(bed: &Bed) -> Commit {
    let mut event = event(bed, stream(bed), 1);
    event.payload = format!("{{\"x\":\"{}\"}}", "x".repeat(MIB as usize)).into_bytes();
    Commit { events: vec![event], ..Commit::default() }
}

/// Appends that many mebibytes; the largest size of the WAL seen meanwhile.
async fn append(bed: &Bed, mebibytes: u64) -> u64 {
    let mut largest = 0;
    for _ in 0..mebibytes {
        bed.log.append(large(bed)).await.unwrap();
        largest = largest.max(wal(bed));
    }
    largest
}

pub async fn the_wal_is_bounded(bed: Bed) {
    let largest = append(&bed, WRITTEN).await;
    println!("{WRITTEN} MiB appended, the WAL never above {} MiB", largest / MIB);
    assert!(largest <= BOUND, "{} MiB", largest / MIB);
}

/// While somebody reads at length (a dump, say) the WAL must grow; but nobody waits for the reader,
/// and once it has gone the WAL is truncated.
pub async fn a_held_snapshot_stalls_nobody(bed: Bed) {
    bed.log.append(large(&bed)).await.unwrap();
    let alone = small_appends(&bed).await;
    let mut reader = bed.sql().await;
    reader.run("BEGIN").await.unwrap();
    let seen = reader.number("SELECT count(*) FROM events").await;
    append(&bed, BOUND / MIB).await;
    let beside = small_appends(&bed).await;
    println!("an append beside a held snapshot: {beside:?}, alone: {alone:?}");
    assert!(beside.median < alone.median + HELD_UP / 2, "{beside:?}, alone {alone:?}");
    assert!(beside.slowest < alone.slowest + STALLED, "{beside:?}, alone {alone:?}");
    assert_eq!(reader.number("SELECT count(*) FROM events").await, seen);
    reader.run("COMMIT").await.unwrap();
    truncated(&bed).await;
    assert_gapless(&bed.store).await;
}

/// Goes on appending until the WAL is within its bound: to copy its pages takes as long as the disk takes.
async fn truncated(bed: &Bed) {
    let begun = Instant::now();
    while wal(bed) > BOUND {
        bed.log.append(write(bed, stream(bed), 1)).await.unwrap();
        assert!(begun.elapsed() < PATIENCE, "{} MiB after the reader has gone", wal(bed) / MIB);
    }
}

/// How long appends took: half of them at most the median, as a shared disk is slow now and
/// then whoever reads.
#[derive(Debug)]
struct Taken {
    median: Duration,
    slowest: Duration,
}

async fn small_appends(bed: &Bed) -> Taken {
    let mut taken = Vec::new();
    for _ in 0..301 {
        let begun = Instant::now();
        bed.log.append(write(bed, stream(bed), 1)).await.unwrap();
        taken.push(begun.elapsed());
    }
    taken.sort_unstable();
    Taken { median: taken[taken.len() / 2], slowest: taken[taken.len() - 1] }
}
