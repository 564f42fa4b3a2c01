//! `rekey backup`, beside a running `rekey serve` and after it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rekey::audit::verify::{Trust, database};
use rekey_events::seal::origin;
use rekey_events::store::Store;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::sql::Sql;
use serde_json::json;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::bed::{KEY, until};
use crate::mail_cli::said;
use crate::served::{Served, announced, program, seal_key};

/// Backups that are made under load.
const ROUNDS: usize = 20;
/// Callers that register people meanwhile.
const CALLERS: usize = 4;

/// Registers one after the other until told to stop, and counts what was acknowledged.
async fn register(api: Api, caller: usize, acknowledged: Arc<AtomicUsize>, stop: Arc<AtomicBool>) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("p{caller}x{number}");
        let body = json!({ "username": name, "email": format!("{name}@example.org"), "origin": "app" });
        api.command(KEY, "register-account", body).await.expect(201);
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
}

/// Judged by others than `rekey backup`: the log is as it was sealed, the views are what it folds to; how many people there are.
async fn judged(copy: &Path) -> usize {
    let url = format!("sqlite:{}", copy.display());
    let store = Store::open_to_read(&url).await.unwrap();
    let key = seal_key().named(&origin("login.example.org/log", 1)).unwrap().verifier();
    let trust = Trust { keys: vec![key], ..Trust::default() };
    let report = database(&store, &trust, |_, _| {}).await.unwrap();
    assert_eq!((report.flaws.len(), report.strange), (0, 0), "{:?}", report.flaws);
    let compared = store.compare_views(|_, _| {}).await.unwrap();
    assert!(compared.is_same(), "{compared:?}");
    store.close().await;
    let people = Sql::connect(&url).await.number("SELECT count(*) FROM people").await;
    usize::try_from(people).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_backups_under_load_verify_and_hold_all_that_was_acknowledged_before() {
    let served = Served::on_sqlite().await;
    let (acknowledged, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let api = Api::at(format!("http://{}", served.api.address()));
        callers.spawn(register(api, caller, acknowledged.clone(), stop.clone()));
    }
    let mut last = 0;
    for round in 0..ROUNDS {
        until("more people", async || acknowledged.load(Ordering::SeqCst) > last).await;
        let before = acknowledged.load(Ordering::SeqCst);
        let copy = served.folder.path().join(format!("copy-{round}.db"));
        let shown = served.shows(&["backup", copy.to_str().unwrap()]).await;
        assert!(shown.contains("Verified: ") && shown.contains("keys.toml"), "{shown}");
        last = judged(&copy).await;
        assert!(last >= before, "{last} of {before} people are in round {round}'s copy");
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
    println!("{last} people in the last copy");
    assert!(judged(&served.folder.path().join("rekey.db")).await >= last);
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_is_for_its_owner_only() {
    let served = Served::on_sqlite().await;
    let copy = served.folder.path().join("copy.db");
    served.shows(&["backup", "copy.db"]).await;
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let made = fs::read(&copy).unwrap();
    let again = served.run(&["backup", "copy.db"]).await;
    assert!(again.code == Some(1) && again.err.contains("copy.db exists already"), "{again:?}");
    assert_eq!(fs::read(&copy).unwrap(), made);
    // Nor the database itself; nor beside the WAL of another one, which SQLite would take for the backup's.
    fs::write(served.folder.path().join("other.db-wal"), "left").unwrap();
    for (name, words) in [
        ("rekey.db", "rekey.db exists already"),
        ("other.db", "other.db-wal exists already"),
        ("none/copy.db", "none/copy.db"),
    ] {
        let refused = served.run(&["backup", name]).await;
        assert!(refused.code == Some(1) && refused.err.contains(words), "{refused:?}");
    }
    assert_eq!(parts(served.folder.path()), ["copy.db"]);
}

/// What backups left in the folder, in whatever state.
fn parts(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".part") || name.starts_with("copy")).collect()
}

/// rekey where no file may be longer than 32 KiB, which is less than an empty database has.
fn on_a_full_disk(folder: &Path, before: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit -f 64; {before} exec \"$0\" backup copy.db --config rekey.toml");
    command.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_rekey")).current_dir(folder);
    command
}

#[tokio::test]
async fn a_disk_that_is_full_midway_leaves_no_half_backup() {
    let served = Served::on_sqlite().await;
    let full = said(&on_a_full_disk(served.folder.path(), "trap '' XFSZ;")).await;
    assert!(full.code == Some(1) && full.err.contains("cannot be made"), "{full:?}");
    assert_eq!(parts(served.folder.path()), Vec::<String>::new());
    // The kernel ends it at the same write: killed midway, it leaves nothing under the name that was asked for.
    let killed = said(&on_a_full_disk(served.folder.path(), "")).await;
    assert_eq!(killed.code, None, "{killed:?}");
    assert!(!served.folder.path().join("copy.db").exists());
    served.shows(&["backup", "copy.db"]).await;
    served.api.get("", "/readyz").await.expect(200);
}

#[tokio::test]
async fn a_database_that_is_not_what_its_log_says_is_not_backed_up_silently() {
    let mut served = Served::on_sqlite().await;
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    served.api.command(KEY, "register-account", body).await.expect(201);
    served.process.sigterm();
    assert!(served.process.wait().await.success());
    served.shows(&["backup", "good.db"]).await;
    let mut sql = Sql::connect(&served.url).await;
    for (statement, words) in [
        ("UPDATE accounts SET must_change = NOT must_change", "the views are not what the log makes of them"),
        ("UPDATE events SET payload = CAST('{}' AS BLOB)", "no backup was made"),
    ] {
        sql.tamper(statement).await.unwrap();
        let refused = served.run(&["backup", "copy.db"]).await;
        assert!(refused.code == Some(1) && refused.err.contains(words), "{statement}: {refused:?}");
        assert_eq!(parts(served.folder.path()), Vec::<String>::new());
    }
}

#[tokio::test]
async fn on_postgresql_backup_names_its_own_tools() {
    let served = Served::on_postgres(&*Postgres::shared().await).await;
    let refused = served.run(&["backup", "copy.db"]).await;
    assert!(refused.code == Some(1) && refused.err.contains("pg_dump"), "{refused:?}");
    assert!(!served.folder.path().join("copy.db").exists());
}

/// As docs/operations.md says, command by command.
#[tokio::test]
async fn a_backup_is_restored_as_the_document_says() {
    let mut served = Served::on_sqlite().await;
    let folder = served.folder.path().to_owned();
    let person =
        |name: &str| json!({ "username": name, "email": format!("{name}@example.org"), "origin": "app" });
    served.api.command(KEY, "register-account", person("ana")).await.expect(201);
    served.shows(&["backup", "backup.db"]).await;
    served.api.command(KEY, "register-account", person("ben")).await.expect(201);
    until("a sealed log", async || {
        let metrics = served.api.get(KEY, "/metrics").await.expect(200).text;
        metrics.contains("rekey_log_sealed_position 2\n")
    })
    .await;
    served.process.sigkill().await;

    for name in ["rekey.db", "rekey.db-wal", "rekey.db-shm"] {
        fs::rename(folder.join(name), folder.join(format!("lost-{name}"))).unwrap();
    }
    fs::copy(folder.join("backup.db"), folder.join("rekey.db")).unwrap();
    let begun = served.shows(&["log", "new-epoch"]).await;
    assert!(begun.starts_with("Epoch 2 begins after position 1."), "{begun}");
    let mut again = Process::spawn(&program(&folder, &["serve"]));
    let api = announced(&mut again, "listening").await;
    api.command(KEY, "register-account", person("ana")).await.assert_problem(409, "username-taken");
    api.command(KEY, "register-account", person("ben")).await.expect(201);
    until("a log that is sealed again", async || {
        let metrics = api.get(KEY, "/metrics").await.expect(200).text;
        metrics.contains("rekey_log_sealed_position 2\n")
    })
    .await;
    again.sigterm();
    assert!(again.wait().await.success(), "{}", again.stderr());
    let key = folder.join("seal.key.pub");
    let epoch = seal_key().named(&origin("login.example.org/log", 2)).unwrap().verifier();
    fs::write(&key, epoch.to_string()).unwrap();
    let verified = served.shows(&["audit", "verify", "--key", "seal.key.pub"]).await;
    assert!(verified.contains("Verified: nothing up to position 2"), "{verified}");
}
