//! The servers start, die and come back; and die with their test.

use std::fs::Permissions;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use rekey_test_support::nats::Nats;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::{Process, Signal};
use rekey_test_support::{ports, tools};
use sqlx::{Connection, PgConnection};

async fn answer(url: &str, query: &'static str) -> i32 {
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("an answer")
}

async fn run(url: &str, statement: &'static str) {
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    sqlx::query(statement).execute(&mut connection).await.expect("no error");
}

fn listening(port: u16) -> bool {
    TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_ok()
}

/// Whether the process runs; one that is dead and not yet reaped does not.
fn alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|text| !text.contains("State:\tZ"))
}

#[tokio::test]
async fn databases_of_the_shared_server_are_separate() {
    let server = Postgres::shared().await;
    let (one, two) = (server.database("twin").await, server.database("twin").await);
    run(&one, "CREATE TABLE only_here (id int)").await;
    let count = "SELECT count(*)::int FROM pg_tables WHERE tablename = 'only_here'";
    assert_eq!((answer(&one, count).await, answer(&two, count).await), (1, 0));
}

#[tokio::test]
async fn a_durable_server_keeps_its_commits_through_a_kill_and_a_stop() {
    let mut server = Postgres::start_durable().await;
    let url = server.database("kept").await;
    assert_eq!(answer(&url, "SELECT (current_setting('fsync') = 'on')::int").await, 1);
    run(&url, "CREATE TABLE kept AS SELECT 42 AS value").await;
    let mut open = PgConnection::connect(&url).await.unwrap();
    server.kill().await;
    assert!(open.ping().await.is_err(), "a killed server answers");
    server.start_again().await;
    assert_eq!(answer(&url, "SELECT value FROM kept").await, 42);
    server.stop().await;
    assert!(PgConnection::connect(&url).await.is_err(), "a stopped server answers");
    server.start_again().await;
    assert_eq!(answer(&url, "SELECT value FROM kept").await, 42);
}

#[tokio::test]
async fn nats_comes_back_on_its_port_with_its_folder() {
    let mut server = Nats::start().await;
    let port = server.url().rsplit_once(':').unwrap().1.parse().unwrap();
    assert!(listening(port));
    assert!(server.storage().join("jetstream").is_dir(), "JetStream is off");
    server.kill().await;
    assert!(!listening(port));
    server.start_again().await;
    assert!(listening(port));
    server.stop().await;
    assert!(!listening(port));
}

#[tokio::test]
async fn a_process_is_heard_stopped_and_its_exit_status_known() {
    let mut process = Process::spawn(
        Command::new("sh").args(["-c", "echo from $WHO; echo bad >&2; sleep 60 & wait"]).env("WHO", "us"),
    );
    assert_eq!(process.wait_for_line("from").await, "from us");
    assert_eq!(process.wait_for_line("bad").await, "bad");
    process.signal(Signal::STOP);
    process.signal(Signal::CONT);
    process.sigterm();
    assert!(!process.wait().await.success());
    let mut ends = Process::spawn(Command::new("sh").args(["-c", "exit 7"]));
    assert_eq!(ends.wait().await.code(), Some(7));
}

#[tokio::test]
async fn a_server_is_ready_when_readyz_says_so() {
    let port = ports::free();
    let page = tempfile::tempdir().unwrap();
    std::fs::write(page.path().join("readyz"), "ok").unwrap();
    let mut server = Process::spawn(
        Command::new("python3")
            .args(["-m", "http.server", "--bind", "127.0.0.1", &port.to_string()])
            .current_dir(page.path()),
    );
    server.wait_for_readyz(SocketAddr::from(([127, 0, 0, 1], port))).await;
}

#[tokio::test]
#[should_panic(expected = "last words")]
async fn a_process_that_ends_too_early_shows_its_last_words() {
    let mut process = Process::spawn(Command::new("sh").args(["-c", "echo last words >&2"]));
    process.wait_for_line("never said").await;
}

#[tokio::test]
async fn aiosmtpd_is_there_for_tests() {
    let mut python = Process::spawn(
        Command::new("python3")
            .args(["-c", "import aiosmtpd; print(aiosmtpd.__file__)"])
            .env("PYTHONPATH", tools::python_packages()),
    );
    assert!(python.wait().await.success(), "run scripts/install-test-tools\n{}", python.stderr());
}

/// SIGKILL leaves no time to clean up: the server and the command must end all the same.
#[tokio::test]
async fn with_postgres_leaves_nothing_running_when_it_is_killed() {
    // Its folders stay behind: here they go with ours, which the server's user may enter.
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_with-postgres"));
    command.args(["sh", "-c", "echo server $$ ${REKEY_TEST_POSTGRES##*:}; exec sleep 60"]);
    let mut process = Process::spawn(command.env("TMPDIR", folder.path()));
    let line = process.wait_for_line("server").await;
    let numbers = Vec::from_iter(line.split(' ').skip(1).map(|word| word.parse::<u32>().unwrap()));
    let port = numbers[1].try_into().unwrap();
    assert!(alive(numbers[0]) && listening(port));
    process.sigkill().await;
    while alive(numbers[0]) || listening(port) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn with_postgres_ends_as_its_command_ends() {
    let mut process =
        Process::spawn(Command::new(env!("CARGO_BIN_EXE_with-postgres")).args(["sh", "-c", "exit 7"]));
    assert_eq!(process.wait().await.code(), Some(7));
    let mut process = Process::spawn(Command::new(env!("CARGO_BIN_EXE_with-postgres")).args([
        "sh",
        "-c",
        "echo up; exec sleep 60",
    ]));
    process.wait_for_line("up").await;
    process.sigterm();
    assert_eq!(process.wait().await.code(), Some(1));
}
