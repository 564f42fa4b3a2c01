//! Views rebuilt by a process that is killed, while others write.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::env::random;
use rekey_events::store::{Context, Log, Store};
use rekey_events::{AccountId, Env, ResetId, SystemEnv};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::process::Process;
use tokio::task::JoinHandle;
use uuid::Uuid;

const ACCOUNTS: usize = 1_500;
const KILLS: u32 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_killed_again_and_again_leaves_the_views_right() {
    let folder = tempfile::tempdir().unwrap();
    kill_again_and_again(&format!("sqlite:{}", folder.path().join("rekey.db").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_killed_again_and_again_on_postgresql_leaves_the_views_right() {
    let server = Postgres::start_durable().await;
    kill_again_and_again(&server.database("rebuilt").await).await;
}

async fn kill_again_and_again(url: &str) {
    let store = Store::open(url).await.unwrap();
    store.migrate(Uuid::from_u128(7)).await.unwrap();
    let (log, writer) = Log::open(store.clone(), Arc::new(SystemEnv)).await.unwrap();
    tokio::spawn(writer.run());
    for _ in 0..ACCOUNTS {
        live(&log).await;
    }
    let begun = Instant::now();
    rebuild(url).await;
    let took = begun.elapsed();
    let (stop, appending) = append(log);
    for kill in 0..KILLS {
        let mut process = start(url);
        // The moment of a kill is to be any: so it sleeps.
        tokio::time::sleep(took.mul_f64(f64::from(dice()) / 256.0)).await;
        process.sigkill().await;
        assert_right(&store, &format!("after {kill} kills")).await;
    }
    rebuild(url).await;
    stop.store(true, Ordering::Relaxed);
    let appended = appending.await.unwrap();
    println!("{KILLS} kills within {took:?}; {appended} accounts came meanwhile");
    assert!(appended > 0);
    assert_right(&store, "at last").await;
}

fn dice() -> u8 {
    random::<1>(&SystemEnv as &dyn Env)[0]
}

/// Appends until told to stop, and says how many accounts.
fn append(log: Log) -> (Arc<AtomicBool>, JoinHandle<usize>) {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let appending = tokio::spawn(async move {
        let mut appended = 0;
        while !stopped.load(Ordering::Relaxed) {
            live(&log).await;
            appended += 1;
        }
        appended
    });
    (stop, appending)
}

/// An account, and a mail owed to it.
async fn live(log: &Log) {
    let (id, context) = (AccountId::new(&SystemEnv), Context::new(&SystemEnv, "anyone"));
    let register = AccountCommand::Register { origin: Origin::App, credential: None, must_change: false };
    log.begin::<Account>(&context, id.into(), &register, |_, _, _| {}).await.unwrap();
    let issue = AccountCommand::IssueReset { reset: ResetId(SystemEnv.uuid()) };
    log.execute::<Account>(&context, id.into(), &issue, |_, _, _| {}).await.unwrap();
}

fn start(url: &str) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
    command.args(["views", "rebuild", "--database", url]);
    Process::spawn(&command)
}

async fn rebuild(url: &str) {
    let mut process = start(url);
    let status = process.wait().await;
    assert!(status.success(), "{status}\n{}", process.stderr());
}

async fn assert_right(store: &Store, when: &str) {
    let compared = store.compare_views(|_, _| {}).await.unwrap();
    assert_eq!((compared.differences, compared.and_more), (Vec::new(), false), "{when}");
}
