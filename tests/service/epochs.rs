//! Another epoch of the log begins, as after a restore: whoever remembers the one before stops, and says so.

use std::process::Command;

use rekey_events::seal::VerifierKey;
use rekey_test_support::process::Process;

use crate::served::{Served, announced, program};
use crate::site::Site;

/// What it says.
async fn another_epoch(command: &Command) -> String {
    let mut begun = Process::spawn(command);
    assert!(begun.wait().await.success(), "{}", begun.stderr());
    assert!(begun.stdout().starts_with("Epoch 2 begins after position "), "{}", begun.stdout());
    begun.stdout()
}

async fn stops_loudly(mut process: Process, words: &str) {
    let status = process.wait().await;
    assert_eq!(status.code(), Some(1), "{}", process.stderr());
    assert!(process.stderr().contains(words), "{}", process.stderr());
}

const WORDS: &str = "the log is in epoch 2 now";

#[tokio::test]
async fn every_process_of_an_epoch_that_is_over_stops() {
    let site = Site::new().await;
    let serving = site.serve().await;
    serving.asked("ana").await;
    let mut running = vec![serving];
    for role in ["issuer", "mailer", "sweeper"] {
        running.push(site.work(&[role]).await);
    }
    for one in &running {
        one.ready().await;
    }
    let mut reader = Process::spawn(&site.command(&["audit", "log", "--follow"]));
    reader.wait_for_line("asked for a reset link").await;
    another_epoch(&site.command(&["log", "new-epoch"])).await;
    for one in running {
        stops_loudly(one.process, WORDS).await;
    }
    stops_loudly(reader, WORDS).await;
    // The next ones know it.
    let again = site.serve().await;
    again.ready().await;
    again.asked("ben").await;
    again.stops().await;
}

#[tokio::test]
async fn the_one_process_of_an_embedded_database_stops_and_starts_again() {
    let served = Served::on_sqlite().await;
    let said = another_epoch(&program(served.folder.path(), &["log", "new-epoch"])).await;
    let (_, key) = said.trim_end().rsplit_once(' ').unwrap();
    assert!(key.parse::<VerifierKey>().unwrap().name().ends_with("/2"), "{said}");
    stops_loudly(served.process, WORDS).await;
    let mut again = Process::spawn(&program(served.folder.path(), &["serve"]));
    announced(&mut again, "listening").await.get("", "/readyz").await.expect(200);
    again.sigterm();
    assert!(again.wait().await.success(), "{}", again.stderr());
}
