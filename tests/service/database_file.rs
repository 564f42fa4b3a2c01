//! One process at a time uses an SQLite database, whatever the file is called.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use rekey_test_support::process::Process;
use serde_json::json;

use crate::bed::KEY;
use crate::mail_cli::said;
use crate::served::{Served, announced, program};

/// Has `rekey.toml` name another database.
fn rename_database(folder: &Path, url: &str) {
    let config = fs::read_to_string(folder.join("rekey.toml")).unwrap();
    let lines = config.lines().map(|line| match line.starts_with("url = ") {
        true => format!("url = {url:?}\n"),
        false => format!("{line}\n"),
    });
    fs::write(folder.join("rekey.toml"), lines.collect::<String>()).unwrap();
}

#[tokio::test]
async fn a_second_process_is_refused_by_whatever_name_of_the_file() {
    let mut served = Served::on_sqlite().await;
    let folder = served.folder.path().to_owned();
    let (database, aliases) = (folder.join("rekey.db"), folder.join("aliases"));
    fs::create_dir(&aliases).unwrap();
    symlink(&database, aliases.join("symlink.db")).unwrap();
    symlink(&folder, aliases.join("folder")).unwrap();
    fs::hard_link(&database, aliases.join("hardlink.db")).unwrap();
    for name in [
        "rekey.db",
        "aliases/symlink.db",
        "aliases/folder/rekey.db",
        "aliases/../rekey.db",
        "aliases/hardlink.db",
    ] {
        rename_database(&folder, &format!("sqlite:{}", folder.join(name).display()));
        for arguments in [&["serve"][..], &["work", "--listen", "127.0.0.1:0"]] {
            let refused = said(&program(&folder, arguments)).await;
            assert_eq!(refused.code, Some(1), "{name}: {refused:?}");
            assert!(refused.err.contains("another rekey process uses the database"), "{name}: {refused:?}");
        }
    }
    // The first one is none the worse for it.
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    served.api.command(KEY, "register-account", body).await.expect(201);
    served.process.sigterm();
    assert!(served.process.wait().await.success());
    fs::remove_file(aliases.join("hardlink.db")).unwrap();
    rename_database(&folder, &format!("sqlite:{}", aliases.join("symlink.db").display()));
    let mut second = Process::spawn(&program(&folder, &["serve"]));
    let api = announced(&mut second, "listening").await;
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    api.command(KEY, "register-account", body).await.assert_problem(409, "username-taken");
}

/// Closing a file would end them (fcntl(2)): then another program could empty the WAL under us.
#[tokio::test]
async fn our_lock_and_those_of_sqlite_are_held_side_by_side() {
    let served = Served::on_sqlite().await;
    served.api.get("", "/readyz").await.expect(200);
    let inode = format!(":{} ", fs::metadata(served.folder.path().join("rekey.db")).unwrap().ino());
    let locks = fs::read_to_string("/proc/locks").unwrap();
    let kinds: Vec<_> = locks.lines().filter(|line| line.contains(&inode)).collect();
    for kind in ["FLOCK", "POSIX"] {
        assert!(kinds.iter().any(|line| line.contains(kind)), "no {kind} in {kinds:?}");
    }
}

/// Those that only read, or write a row, go by SQLite's own locks.
#[tokio::test]
async fn commands_for_operators_work_beside_the_server() {
    let served = Served::on_sqlite().await;
    let body = json!({ "username": "ana", "email": "ana@example.org", "origin": "app" });
    served.api.command(KEY, "register-account", body).await.expect(201);
    for arguments in [
        &["backup", "copy.db"][..],
        &["audit", "replay"],
        &["audit", "log"],
        &["mail", "list"],
        &["views", "rebuild"],
    ] {
        let done = served.run(arguments).await;
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
    }
    served.api.get("", "/readyz").await.expect(200);
}

#[tokio::test]
async fn an_address_that_other_programs_take_is_refused_with_what_to_write() {
    let served = Served::on_sqlite().await;
    let folder = served.folder.path();
    for (url, words) in [
        ("sqlite://x.db", "write sqlite:x.db"),
        ("sqlite:///data/x.db", "sqlite:/data/x.db"),
        ("sqlite::memory:", "in memory"),
        ("sqlite:x.db?mode=rwc", "no parameters"),
        ("file:x.db", "write sqlite:x.db"),
        ("mysql://db/rekey", "PostgreSQL"),
    ] {
        rename_database(folder, url);
        for arguments in [&["serve"][..], &["migrate"], &["backup", "copy.db"], &["mail", "list"]] {
            let refused = said(&program(folder, arguments)).await;
            assert!(
                refused.code == Some(1) && refused.err.contains(words),
                "{url} {arguments:?}: {refused:?}"
            );
        }
    }
    let made: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!made.iter().any(|name| name.to_str().unwrap().contains("x.db")), "{made:?}");
}
