//! A database that is there and is of no use: read-only, with another password, renamed, full. It is told as what it
//! is, 503 and not ready, and is served again as soon as it can be: by new connections, at the first request.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use rekey_test_support::smtp::SmtpSink;
use rekey_test_support::sql::Sql;
use serde_json::json;

use crate::api::{Api, Reply};
use crate::bed::{Bed, KEY, PUBLIC, until};
use crate::served::{announced, program, set_up};
use crate::site::Site;

fn assert_unavailable(what: &str, reply: &Reply) {
    assert_eq!(reply.status, 503, "{what}: {reply:?}");
    assert!(["uncertain", "unavailable"].contains(&reply.kind().as_str()), "{what}: {reply:?}");
    assert!(reply.header("retry-after").parse::<u32>().is_ok(), "{what}: {reply:?}");
}

/// Neither written nor read, and not ready.
async fn is_unavailable(what: &str, bed: &Bed, session: &str) {
    let asked = bed.ask("ana", "ana@example.org").await;
    let (listed, ready) = tokio::join!(bed.api.get(session, "/v1/sessions"), bed.api.get("", "/readyz"));
    for reply in [&asked, &listed, &ready] {
        assert_unavailable(what, reply);
    }
    bed.api.get("", "/healthz").await.expect(200);
}

/// All of it, at the first request.
async fn is_served(what: &str, bed: &Bed, session: &str) {
    let ready = bed.api.get("", "/readyz").await;
    assert_eq!(ready.status, 200, "{what}: {ready:?}");
    bed.api.get(session, "/v1/sessions").await.expect(200);
    let asked = bed.ask("ana", "ana@example.org").await;
    assert_eq!(asked.status, 202, "{what}: {asked:?}");
}

/// What happens to a database, and how it is undone, as statements; `DB` stands for its name.
const OUTAGES: [(&str, &[&str], &[&str]); 5] = [
    (
        "read-only (25006)",
        &["ALTER DATABASE DB SET default_transaction_read_only = on"],
        &["ALTER DATABASE DB RESET default_transaction_read_only"],
    ),
    ("a user who may not log in (28000)", &["ALTER ROLE service NOLOGIN"], &["ALTER ROLE service LOGIN"]),
    (
        "no connections allowed (55000)",
        &["ALTER DATABASE DB ALLOW_CONNECTIONS false"],
        &["ALTER DATABASE DB ALLOW_CONNECTIONS true"],
    ),
    (
        "no such database (3D000)",
        &["ALTER DATABASE DB ALLOW_CONNECTIONS false", CUT, "ALTER DATABASE DB RENAME TO away"],
        &["ALTER DATABASE away RENAME TO DB", "ALTER DATABASE DB ALLOW_CONNECTIONS true"],
    ),
    (
        "too many connections (53300)",
        &["ALTER ROLE service CONNECTION LIMIT 0"],
        &["ALTER ROLE service CONNECTION LIMIT -1"],
    ),
];

/// Ends the connections of the service.
const CUT: &str = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'service'";

/// A node whose user is none of the server's administrators; the server, and the name of the database.
async fn as_service() -> (Postgres, Bed, String) {
    let server = Postgres::start().await;
    let url = server.database("outages").await;
    let (_, name) = url.rsplit_once('/').unwrap();
    let mut sql = Sql::connect(&server.url()).await;
    for statement in ["CREATE ROLE service LOGIN", &format!("ALTER DATABASE {name} OWNER TO service")] {
        sql.run(statement).await.unwrap();
    }
    let bed = Bed::at(&url.replace("//rekey@", "//service@")).await;
    (server, bed, name.to_owned())
}

async fn run(server: &Postgres, name: &str, statements: &[&str]) {
    let mut sql = Sql::connect(&server.url()).await;
    for statement in statements {
        sql.rows(&statement.replace("DB", name)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_no_use_is_answered_503_and_served_again_at_the_first_request() {
    let (server, bed, name) = as_service().await;
    let (_, session) = bed.signed_in("ana").await;
    for (what, breaks, mends) in OUTAGES {
        run(&server, &name, breaks).await;
        run(&server, &name, &[CUT]).await;
        is_unavailable(what, &bed, &session).await;
        run(&server, &name, mends).await;
        is_served(what, &bed, &session).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_was_rotated_is_answered_503_until_it_is_right_again() {
    let (server, bed, name) = as_service().await;
    let (_, session) = bed.signed_in("ana").await;
    let rules = server.folder().unwrap().join("data/pg_hba.conf");
    let trusting = fs::read_to_string(&rules).unwrap();
    // We send none: any password is another one.
    fs::write(&rules, format!("host all service 127.0.0.1/32 scram-sha-256\n{trusting}")).unwrap();
    let password = ["ALTER ROLE service PASSWORD 'another'", "SELECT pg_reload_conf()"];
    run(&server, &name, &password).await;
    let mut sql = Sql::connect(&server.url()).await;
    until("the new rule", async || {
        let rules = "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'scram-sha-256'";
        sql.number(rules).await == 1 && Sql::try_connect(&bed.url).await.is_err()
    })
    .await;
    run(&server, &name, &[CUT]).await;
    is_unavailable("another password (28P01)", &bed, &session).await;
    fs::write(&rules, trusting).unwrap();
    run(&server, &name, &["SELECT pg_reload_conf()"]).await;
    until("the old rule", async || Sql::try_connect(&bed.url).await.is_ok()).await;
    is_served("another password (28P01)", &bed, &session).await;
}

/// Demoted in its place: no connection is cut, and each would still answer reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_connection_to_a_server_that_turned_read_only_is_used_again() {
    let server = Postgres::start().await;
    let bed = Bed::of(&server).await;
    let (_, session) = bed.signed_in("ana").await;
    let mut sql = Sql::connect(&server.url()).await;
    let (_, name) = bed.url.rsplit_once('/').unwrap();
    let ours = format!("SELECT pid FROM pg_stat_activity WHERE datname = '{name}'");
    let before: Vec<String> = sql.rows(&ours).await.unwrap().concat();
    assert!(!before.is_empty());
    sql.run("ALTER SYSTEM SET default_transaction_read_only = on").await.unwrap();
    sql.rows("SELECT pg_reload_conf()").await.unwrap();
    until("not ready", async || bed.api.get("", "/readyz").await.status == 503).await;
    is_unavailable("read-only in its place", &bed, &session).await;
    until("the end of all connections", async || {
        sql.number(&format!("SELECT count(*) FROM pg_stat_activity WHERE pid IN ({})", before.join(", ")))
            .await
            == 0
    })
    .await;
    sql.run("ALTER SYSTEM RESET default_transaction_read_only").await.unwrap();
    sql.rows("SELECT pg_reload_conf()").await.unwrap();
    until("ready", async || bed.api.get("", "/readyz").await.status == 200).await;
    is_served("writable in its place", &bed, &session).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_of_a_read_only_database_is_not_ready() {
    let site = Site::new().await;
    let (serving, working) = (site.serve().await, site.work(&["sweeper"]).await);
    working.ready().await;
    let (server, name) = site.url.rsplit_once('/').unwrap();
    let mut sql = Sql::connect(&format!("{server}/postgres")).await;
    sql.run(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await.unwrap();
    let cut =
        format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'");
    sql.rows(&cut).await.unwrap();
    // First over a connection that was cut, then over new ones.
    for running in [&serving, &working, &serving, &working, &serving, &working] {
        assert_unavailable("a worker", &running.api.get("", "/readyz").await);
    }
    sql.run(&format!("ALTER DATABASE {name} RESET default_transaction_read_only")).await.unwrap();
    for running in [serving, working] {
        running.api.get("", "/readyz").await.expect(200);
        running.stops().await;
    }
}

/// `rekey serve` on SQLite, whose folder is a small file system of its own.
struct OnSmallDisk {
    _process: Process,
    api: Api,
    /// That folder, as it is seen from outside of the process.
    outside: PathBuf,
    _sink: SmtpSink,
    _folder: tempfile::TempDir,
}

impl OnSmallDisk {
    async fn start() -> Self {
        let (folder, sink) = (tempfile::tempdir().unwrap(), SmtpSink::start().await.unwrap());
        let inside = folder.path().join("disk");
        fs::create_dir(&inside).unwrap();
        let url = format!("sqlite:{}", inside.join("rekey.db").display());
        set_up(folder.path(), &url, PUBLIC, false, &sink);
        let serve = program(folder.path(), &["serve"]);
        let mount = "mount -t tmpfs -o size=8m tmpfs \"$0\" && exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", mount]).arg(&inside);
        command.arg(serve.get_program()).args(serve.get_args());
        let mut process = Process::spawn(&command);
        let api = announced(&mut process, "listening").await;
        let outside = Path::new("/proc").join(process.pid().to_string()).join("root");
        let outside = outside.join(inside.strip_prefix("/").unwrap());
        Self { _process: process, api, outside, _sink: sink, _folder: folder }
    }

    async fn register(&self, name: &str) -> Reply {
        let body = json!({ "username": name, "email": format!("{name}@example.org"), "origin": "app" });
        self.api.command(KEY, "register-account", body).await
    }

    /// Fills it to the last byte.
    fn fill(&self) {
        let ballast = self.outside.join("ballast");
        let full = [1024 * 1024, 4096, 1].into_iter().all(|size| {
            let grow = || fs::File::options().append(true).create(true).open(&ballast);
            (0..).map(|_| std::io::Write::write_all(&mut grow()?, &vec![0; size])).any(|done| done.is_err())
        });
        assert!(full);
    }
}

#[tokio::test]
async fn on_a_full_disk_it_is_not_ready_and_answers_503_until_there_is_room() {
    let disk = OnSmallDisk::start().await;
    disk.register("before").await.expect(201);
    disk.fill();
    assert_unavailable("a full disk", &disk.api.get("", "/readyz").await);
    // What its files have room for is still taken.
    let mut taken = 0;
    until("an end of the room", async || {
        taken += 1;
        let reply = disk.register(&format!("n{taken}")).await;
        assert!([201, 503].contains(&reply.status), "{reply:?}");
        reply.status == 503
    })
    .await;
    disk.api.get("", "/healthz").await.expect(200);
    fs::remove_file(disk.outside.join("ballast")).unwrap();
    disk.api.get("", "/readyz").await.expect(200);
    disk.register("after").await.expect(201);
}
