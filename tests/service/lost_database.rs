//! A database that is gone, or empty, where there was a log: another one is not begun in its place.

use std::fs;
use std::path::Path;
use std::process::Command;

use rekey_events::Env;
use rekey_events::env::SystemEnv;
use rekey_events::store::Store;
use rekey_test_support::ports;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use serde_json::json;

use crate::bed::{KEY, PUBLIC, until};
use crate::document::ID;
use crate::mail_cli::said;
use crate::served::{Served, program, set_up};

/// A log with an event, which was sealed and noted beside the keys; then the server is stopped.
async fn used(mut served: Served) -> Served {
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    served.api.command(KEY, "register-account", body).await.expect(201);
    let folder = served.folder.path();
    until("a sealed log", async || folder.join("seal/checkpoint").exists()).await;
    until("a noted log", async || folder.join("keys.toml.used").exists()).await;
    served.process.sigterm();
    assert!(served.process.wait().await.success());
    served
}

/// Every way of beginning a log.
const WAYS: [&[&str]; 4] = [
    &["serve"],
    &["migrate"],
    &["work", "--listen", "127.0.0.1:0"],
    &["admin", "bootstrap", "--username", "root", "--email", "root@example.org"],
];

async fn assert_refused(folder: &Path, words: &str) {
    for arguments in WAYS {
        let refused = said(&program(folder, arguments)).await;
        assert_eq!(refused.code, Some(1), "{arguments:?}: {refused:?}");
        for words in [words, "there was a log before", "Restore a backup", "a new seal folder"] {
            assert!(refused.err.contains(words), "{arguments:?}: {words} in {refused:?}");
        }
    }
}

fn remove_database(folder: &Path) {
    for name in ["rekey.db", "rekey.db-wal", "rekey.db-shm"] {
        let _ = fs::remove_file(folder.join(name));
    }
}

#[tokio::test]
async fn no_log_is_begun_beside_a_used_seal_folder() {
    let served = used(Served::on_sqlite().await).await;
    let folder = served.folder.path();
    fs::remove_file(folder.join("keys.toml.used")).unwrap();
    remove_database(folder);
    assert_refused(folder, "seal has a checkpoint over 1 events").await;
    assert!(!folder.join("rekey.db").exists(), "refused before anything is made");
}

#[tokio::test]
async fn no_log_is_begun_beside_a_used_key_file() {
    let served = used(Served::on_sqlite().await).await;
    let folder = served.folder.path();
    fs::remove_dir_all(folder.join("seal")).unwrap();
    // What another program, or `touch`, leaves.
    remove_database(folder);
    fs::write(folder.join("rekey.db"), "").unwrap();
    assert_refused(folder, "keys.toml.used names log ").await;
    // With new keys and a new folder it is a new log.
    fs::remove_file(folder.join("keys.toml")).unwrap();
    let mut generate = Command::new(env!("CARGO_BIN_EXE_rekey"));
    let generated = said(generate.args(["keys", "generate", "keys.toml"]).current_dir(folder)).await;
    assert_eq!(generated.code, Some(0), "{generated:?}");
    let begun = served.shows(&["migrate"]).await;
    assert!(begun.contains("position 0"), "{begun}");
}

/// A copy from before the first event has tables, and a log without events.
#[tokio::test]
async fn a_log_without_events_is_not_gone_on_with_beside_what_was_sealed() {
    let served = used(Served::on_sqlite().await).await;
    let folder = served.folder.path();
    remove_database(folder);
    let store = Store::open(&served.url).await.unwrap();
    store.migrate(SystemEnv.uuid()).await.unwrap();
    store.close().await;
    assert_refused(folder, "holds no events").await;
}

/// A sibling: the database of a server that was made again.
#[tokio::test]
async fn on_postgresql_no_log_is_begun_where_there_was_one() {
    let server = Postgres::shared().await;
    let served = used(Served::on_postgres(&server).await).await;
    let folder = served.folder.path();
    let config = fs::read_to_string(folder.join("rekey.toml")).unwrap();
    let other = server.database("made_again").await;
    fs::write(folder.join("rekey.toml"), config.replace(&served.url, &other)).unwrap();
    assert_refused(folder, "postgres://… holds no events").await;
}

#[tokio::test]
async fn the_demonstration_does_not_begin_another_log_either() {
    let folder = tempfile::tempdir().unwrap();
    let dev = |address: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
        command.args(["dev", "--listen", address, "--data"]).arg(folder.path().join("data"));
        command
    };
    let address = format!("127.0.0.1:{}", ports::free());
    let mut first = Process::spawn(&dev(&address));
    first.wait_for_readyz(address.parse().unwrap()).await;
    until("a noted log", async || folder.path().join("data/keys.toml.used").exists()).await;
    first.sigterm();
    assert!(first.wait().await.success());
    remove_database(&folder.path().join("data"));
    let refused = said(&dev(&address)).await;
    assert!(refused.code == Some(1) && refused.err.contains("there was a log before"), "{refused:?}");
}

/// What only reads or changes a database makes none.
#[tokio::test]
async fn a_missing_database_is_not_made_by_those_who_look_for_it() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
    let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
    set_up(folder.path(), &url, PUBLIC, false, &sink);
    for arguments in
        [&["log", "new-epoch"][..], &["mail", "requeue", ID], &["views", "rebuild"], &["backup", "copy.db"]]
    {
        let refused = said(&program(folder.path(), arguments)).await;
        assert!(
            refused.code == Some(1) && refused.err.contains("there is no database"),
            "{arguments:?}: {refused:?}"
        );
        assert!(!folder.path().join("rekey.db").exists(), "{arguments:?}");
    }
}

/// A first start, and one that was stopped before anything happened, begin their log.
#[tokio::test]
async fn unused_files_are_no_trace_of_a_log() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
    let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
    set_up(folder.path(), &url, PUBLIC, false, &sink);
    for _ in 0..2 {
        let migrated = said(&program(folder.path(), &["migrate"])).await;
        assert_eq!(migrated.code, Some(0), "{migrated:?}");
        remove_database(folder.path());
    }
}

/// What people do although they should not: copy the file and nothing else.
#[tokio::test]
async fn a_copy_of_the_bare_file_has_all_but_the_last_seconds() {
    let served = Served::on_sqlite().await;
    let copy = served.folder.path().join("copy.db");
    let copied = async || {
        fs::copy(served.folder.path().join("rekey.db"), &copy).unwrap();
        let store = Store::open_unchanging(&copy).await.unwrap();
        let position = store.last_position().await;
        store.close().await;
        // While pages are moved, the copy may be torn.
        position.unwrap_or(-1)
    };
    assert_eq!(copied().await, 0, "the tables are there from the first moment");
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    served.api.command(KEY, "register-account", body).await.expect(201);
    until("the event in the file", async || copied().await == 1).await;
}
