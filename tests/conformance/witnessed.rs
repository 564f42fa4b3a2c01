//! The sealer and its witnesses: each checkpoint is cosigned, and sealing never waits for whoever is away.

use std::time::Duration;

use rekey::audit::verify::{Report, Trust, database};
use rekey_workers::Sealer;
use rekey_workers::sealer::Delivered;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::bed::Bed;
use crate::seal::{append, key, opened, trust};
use crate::witness::{Mood, TIME, Witness};

const EVERY: Duration = Duration::from_secs(1);

fn log_key() -> String {
    trust(1).keys[0].to_string()
}

async fn witness() -> Witness {
    Witness::of(&log_key(), "witness.example/w1", 7).await
}

fn sealer(bed: &Bed, folder: &TempDir, witness: &Witness) -> Sealer {
    let sealer = Sealer::new(bed.log.clone(), key(), folder.path(), EVERY);
    sealer.with_witness(witness.url(), witness.key()).unwrap()
}

/// Seals what there is; what is published then.
async fn seal(bed: &Bed, sealer: &mut Sealer) -> String {
    sealer.step().await.unwrap();
    bed.store.newest_checkpoint().await.unwrap().unwrap().note
}

async fn verified(bed: &Bed, witnesses: &[&Witness]) -> Report {
    let witnesses = witnesses.iter().map(|witness| witness.key()).collect();
    database(&bed.store, &Trust { witnesses, ..trust(1) }, |_, _| {}).await.unwrap()
}

pub async fn a_checkpoint_is_cosigned(bed: Bed) {
    let (folder, witness) = (tempfile::tempdir().unwrap(), witness().await);
    let mut running = sealer(&bed, &folder, &witness);
    for (events, size) in [(3, 3), (1, 4), (300, 304), (421, 725)] {
        append(&bed, events).await;
        let note = seal(&bed, &mut running).await;
        assert_eq!((witness.key().find(&note).unwrap().time, opened(&note).size), (TIME, size));
        assert_eq!(note.lines().count(), 6, "of other lines none is taken: {note}");
        assert_eq!(std::fs::read_to_string(folder.path().join("checkpoint")).unwrap(), note);
        assert_eq!(witness.size(), size);
    }
    assert_eq!(witness.asked(), ["old 0", "old 3", "old 4", "old 304"]);
    let report = verified(&bed, &[&witness]).await;
    assert!(report.is_well() && report.witnesses[0].at == Ok(TIME), "{report:?}");

    drop(running);
    append(&bed, 1).await;
    let note = seal(&bed, &mut sealer(&bed, &folder, &witness)).await;
    assert!(witness.key().find(&note).is_ok());
    assert_eq!(witness.asked(), ["old 725"], "it is remembered what the witness has seen");
}

pub async fn a_witness_that_is_away_holds_up_nothing(bed: Bed) {
    let (folder, witness) = (tempfile::tempdir().unwrap(), witness().await);
    let mut sealer = sealer(&bed, &folder, &witness);
    append(&bed, 10).await;
    seal(&bed, &mut sealer).await;
    witness.is(Mood::Away);
    append(&bed, 10).await;
    let note = seal(&bed, &mut sealer).await;
    assert!(opened(&note).size == 20 && witness.key().find(&note).is_err(), "{note}");
    assert_eq!(sealer.stats().delivered(), [Delivered { to: "witness", position: 10, failures: 1 }]);
    let report = verified(&bed, &[&witness]).await;
    assert!(report.flaws.is_empty() && !report.is_well() && report.witnesses[0].size == 20, "{report:?}");

    append(&bed, 5).await;
    assert_eq!(opened(&seal(&bed, &mut sealer).await).size, 25);
    assert_eq!(witness.asked(), ["old 0", "old 10"], "it is left alone for a while");
    witness.is(Mood::Well);
    bed.env.advance(Duration::from_secs(10));
    assert_eq!(sealer.step().await.unwrap(), None, "there is nothing more to sign");
    let note = bed.store.newest_checkpoint().await.unwrap().unwrap().note;
    assert!(witness.key().find(&note).is_ok(), "{note}");
    assert_eq!(std::fs::read_to_string(folder.path().join("checkpoint")).unwrap(), note);
    assert_eq!(sealer.stats().delivered(), [Delivered { to: "witness", position: 25, failures: 0 }]);
    assert!(verified(&bed, &[&witness]).await.is_well());
}

pub async fn a_witness_that_cannot_be_reached_holds_up_nothing(bed: Bed) {
    let (folder, witness) = (tempfile::tempdir().unwrap(), witness().await);
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}/add-checkpoint", door.local_addr().unwrap()).parse().unwrap();
    drop(door);
    let sealer = Sealer::new(bed.log.clone(), key(), folder.path(), EVERY);
    let mut sealer = sealer.with_witness(nobody, witness.key()).unwrap();
    append(&bed, 10).await;
    assert_eq!(opened(&seal(&bed, &mut sealer).await).size, 10);
    assert_eq!(sealer.stats().delivered()[0].failures, 1);
}

pub async fn a_witness_that_has_seen_more_tells_from_where(bed: Bed) {
    let (folder, witness) = (tempfile::tempdir().unwrap(), witness().await);
    append(&bed, 10).await;
    seal(&bed, &mut sealer(&bed, &folder, &witness)).await;
    append(&bed, 10).await;
    // All that was remembered is lost.
    let empty = tempfile::tempdir().unwrap();
    let note = seal(&bed, &mut sealer(&bed, &empty, &witness)).await;
    assert!(witness.key().find(&note).is_ok());
    assert_eq!(witness.asked(), ["old 0", "old 0", "old 10"]);
}

pub async fn a_false_cosignature_is_not_kept(bed: Bed) {
    let (folder, witness) = (tempfile::tempdir().unwrap(), witness().await);
    let mut sealer = sealer(&bed, &folder, &witness);
    witness.is(Mood::False);
    append(&bed, 10).await;
    let note = seal(&bed, &mut sealer).await;
    assert!(opened(&note).size == 10 && note.lines().count() == 5, "{note}");
    // A line that was put in afterwards does not pass either.
    let line = note.lines().last().unwrap().replace("login.example.org/log/1", "witness.example/w1");
    assert!(witness.key().find(&format!("{note}{line}\n")).is_err());
    witness.is(Mood::Well);
    bed.env.advance(Duration::from_secs(10));
    assert!(
        witness.key().find(&seal(&bed, &mut sealer).await).is_ok(),
        "it asks again from where the witness is"
    );
}

/// The same key signs another history, as whoever runs the log could.
pub async fn a_fork_is_not_cosigned(bed: Bed) {
    let (folder, witness) = (tempfile::tempdir().unwrap(), witness().await);
    append(&bed, 10).await;
    seal(&bed, &mut sealer(&bed, &folder, &witness)).await;
    let (fork, elsewhere) = (Bed::sqlite().await, tempfile::tempdir().unwrap());
    let mut forger = sealer(&fork, &elsewhere, &witness);
    for (events, asked) in
        [(5, &["old 0", "old 0"][..]), (5, &["old 0", "old 10"]), (7, &["old 0", "old 10"])]
    {
        // Shorter, as long, longer.
        append(&fork, events).await;
        fork.env.advance(Duration::from_secs(600));
        let note = seal(&fork, &mut forger).await;
        assert!(witness.key().find(&note).is_err(), "{note}");
        assert_eq!(witness.asked(), asked);
    }
    assert_eq!((witness.size(), forger.stats().delivered()[0].failures), (10, 3));
    assert!(!verified(&fork, &[&witness]).await.is_well() && verified(&bed, &[&witness]).await.is_well());
}

pub async fn of_two_witnesses_each_counts(bed: Bed) {
    let (folder, one) = (tempfile::tempdir().unwrap(), witness().await);
    let other = Witness::of(&log_key(), "other.example/w", 8).await;
    let mut sealer = sealer(&bed, &folder, &one).with_witness(other.url(), other.key()).unwrap();
    other.is(Mood::Away);
    append(&bed, 10).await;
    let note = seal(&bed, &mut sealer).await;
    assert!(one.key().find(&note).is_ok() && other.key().find(&note).is_err());
    assert!(verified(&bed, &[&one]).await.is_well() && !verified(&bed, &[&one, &other]).await.is_well());
    other.is(Mood::Well);
    bed.env.advance(Duration::from_secs(10));
    let note = seal(&bed, &mut sealer).await;
    assert!(one.key().find(&note).is_ok() && other.key().find(&note).is_ok(), "{note}");
    assert!(verified(&bed, &[&one, &other]).await.is_well());
}

pub async fn a_witness_that_knows_us_not_holds_up_nothing(bed: Bed) {
    let (folder, witness) = (tempfile::tempdir().unwrap(), witness().await);
    let stranger = Witness::of(&crate::seal::key().verifier().to_string(), "other.example/w", 8).await;
    witness.is(Mood::Strange);
    let mut sealer = sealer(&bed, &folder, &witness).with_witness(stranger.url(), stranger.key()).unwrap();
    append(&bed, 10).await;
    assert_eq!(opened(&seal(&bed, &mut sealer).await).size, 10);
    assert_eq!((witness.asked().len(), stranger.asked().len(), stranger.size()), (1, 1, 0));
}
