//! A process killed while it writes.
//!
//! The process is this test program again, told by its environment to run
//! [`append_until_killed`], which tells on its standard output what it was
//! told by the log.

use std::env;
use std::process::Command;
use std::sync::Arc;

use rekey_events::account::{Account, AccountCommand};
use rekey_events::store::{Context, Log, Store};
use rekey_events::{AccountId, Env, EventId, ResetId, SystemEnv};
use rekey_test_support::process::Process;

use crate::bed::Bed;
use crate::facts::{REGISTER, assert_gapless, log_after};
use crate::replay::assert_views;

const DATABASE: &str = "REKEY_TEST_APPEND_TO";
const WRITERS: usize = 8;
/// At most so many lines before a process is killed.
const LINES: usize = 250;

pub async fn a_killed_writer_loses_nothing_it_acknowledged(bed: Bed) {
    let kills = if matches!(bed.store, Store::Sqlite(_)) { 50 } else { 20 };
    let mut acknowledged = 0;
    for _ in 0..kills {
        let before = bed.store.last_position().await.unwrap();
        let told = run_and_kill(&bed).await;
        acknowledged += told.len();
        check(&bed, before, &told).await;
    }
    let stored = assert_gapless(&bed.store).await.len();
    assert_views(&bed).await;
    println!("{kills} kills: {acknowledged} acknowledged, {stored} events stored, none missing, none twice");
}

/// Every acknowledged event is where it was said to be, without a gap, and the views are the fold.
async fn check(bed: &Bed, before: i64, told: &[(i64, EventId)]) {
    let events = log_after(&bed.store, before).await;
    for (position, event) in (before + 1..).zip(&events) {
        assert_eq!(event.position, position);
    }
    assert_eq!(bed.store.last_position().await.unwrap(), before + events.len() as i64);
    for (position, id) in told {
        let at = usize::try_from(position - before - 1).unwrap();
        assert_eq!(events.get(at).map(|event| event.event_id), Some(*id), "acknowledged at {position}");
    }
    assert_views(bed).await;
}

/// Positions and events that a writing process told of before it was killed.
async fn run_and_kill(bed: &Bed) -> Vec<(i64, EventId)> {
    let mut random = [0; 2];
    SystemEnv.fill(&mut random);
    let lines = usize::from(u16::from_be_bytes(random)) % LINES;
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "killed::append_until_killed", "--ignored", "--nocapture"]);
    command.env(DATABASE, marked(bed));
    let mut process = Process::spawn(&command);
    process.wait_for_line(&format!("acknowledged {lines} ")).await;
    process.sigkill().await;
    until_gone(bed).await;
    process.stdout().split_inclusive('\n').filter_map(acknowledgement).collect()
}

const MARK: &str = "to_be_killed";

/// The database's address; on PostgreSQL with a name by which to know the process' sessions.
fn marked(bed: &Bed) -> String {
    let name = if matches!(bed.store, Store::Sqlite(_)) {
        String::new()
    } else {
        format!("?application_name={MARK}")
    };
    format!("{}{name}", bed.url)
}

/// PostgreSQL finishes what it was asked before it notices that nobody is there to hear the answer.
async fn until_gone(bed: &Bed) {
    let left = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{MARK}'
        AND datname = current_database()"
    );
    let mut sql = bed.sql().await;
    while matches!(bed.store, Store::Postgres(_)) && sql.number(&left).await > 0 {
        tokio::task::yield_now().await;
    }
}

/// Of a complete line `acknowledged N POSITION ID`, the last two.
fn acknowledgement(line: &str) -> Option<(i64, EventId)> {
    let fields = line.strip_suffix('\n')?.strip_prefix("acknowledged ")?;
    let (position, id) = fields.split_once(' ')?.1.split_once(' ')?;
    Some((position.parse().unwrap(), id.parse().unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run, and killed, by a_killed_writer_loses_nothing_it_acknowledged"]
async fn append_until_killed() {
    let Ok(url) = env::var(DATABASE) else { return };
    let store = Store::open(&url).await.unwrap();
    let (log, writer) = Log::open(store, Arc::new(SystemEnv)).await.unwrap();
    tokio::spawn(writer.run());
    let writers: Vec<_> = (0..WRITERS).map(|_| tokio::spawn(append_for_ever(log.clone()))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

/// An account, a sign-in, a link and its mail; and again.
async fn append_for_ever(log: Log) {
    loop {
        let id = AccountId::new(log.env());
        let context = Context::new(log.env(), "system:test");
        let done = log.begin::<Account>(&context, id.into(), &REGISTER, |_, _, _| {}).await.unwrap();
        tell(done.position.unwrap(), done.first.unwrap());
        let link = AccountCommand::IssueReset { reset: ResetId::new(log.env()) };
        for command in [AccountCommand::RecordSignIn, link] {
            let done = log.execute::<Account>(&context, id.into(), &command, |_, _, _| {}).await.unwrap();
            // The mail's event comes after the link's.
            let mails = i64::from(matches!(command, AccountCommand::IssueReset { .. }));
            tell(done.position.unwrap() - mails, done.first.unwrap());
        }
    }
}

fn tell(position: i64, id: EventId) {
    use std::io::Write;
    use std::sync::Mutex;
    static TOLD: Mutex<usize> = Mutex::new(0);
    let mut told = TOLD.lock().unwrap();
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {} {position} {id}", *told).unwrap();
    out.flush().unwrap();
    *told += 1;
}
