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

/// While somebody reads at length (a dump, say) the WAL must grow; but nobody waits for the reader.
pub async fn a_held_snapshot_stalls_nobody(bed: Bed) {
    bed.log.append(large(&bed)).await.unwrap();
    let mut reader = bed.sql().await;
    reader.run("BEGIN").await.unwrap();
    let seen = reader.number("SELECT count(*) FROM events").await;
    append(&bed, BOUND / MIB).await;
    let slowest = slowest_small_appends(&bed, 600).await;
    println!("slowest append beside a held snapshot: {slowest:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    assert_eq!(reader.number("SELECT count(*) FROM events").await, seen);
    reader.run("COMMIT").await.unwrap();
    let mut appends = 0;
    while wal(&bed) > BOUND && appends < 2_000 {
        appends += 1;
        bed.log.append(write(&bed, stream(&bed), 1)).await.unwrap();
    }
    assert!(wal(&bed) <= BOUND, "{} MiB, {appends} commits after the reader has gone", wal(&bed) / MIB);
    assert_gapless(&bed.store).await;
}

async fn slowest_small_appends(bed: &Bed, count: usize) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..count {
        let begun = Instant::now();
        bed.log.append(write(bed, stream(bed), 1)).await.unwrap();
        slowest = slowest.max(begun.elapsed());
    }
    slowest
}
