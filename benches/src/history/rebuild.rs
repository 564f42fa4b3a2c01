//! Rebuilding the views of a long log while others append, and while it is killed again and again.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::env::random;
use rekey_events::store::{Context, Log, Store};
use rekey_events::{AccountId, Env, SystemEnv};
use rekey_test_support::process::Process;
use tokio::task::JoinSet;

/// Who append, one command after the other.
const CALLERS: usize = 8;
/// What each does between two: some thousand commands a second in all are asked for.
const PAUSE: Duration = Duration::from_millis(5);
/// How often the rebuild is killed.
const KILLS: u32 = 10;

/// Those who append meanwhile.
struct Callers {
    stop: Arc<AtomicBool>,
    tasks: JoinSet<Vec<Duration>>,
}

impl Callers {
    async fn start(url: &str) -> Self {
        let store = Store::open(url).await.unwrap();
        let (log, writer) = Log::open(store, Arc::new(SystemEnv)).await.unwrap();
        tokio::spawn(writer.run());
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        for _ in 0..CALLERS {
            let (log, stop) = (log.clone(), stop.clone());
            tasks.spawn(async move {
                let mut waits = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    register(&log).await;
                    waits.push(begun.elapsed());
                    tokio::time::sleep(PAUSE).await;
                }
                waits
            });
        }
        Self { stop, tasks }
    }

    /// How many commands there were, the median of what they took, and the longest.
    async fn stop(mut self) -> (usize, Duration, Duration) {
        self.stop.store(true, Ordering::Relaxed);
        let mut waits = Vec::new();
        while let Some(those) = self.tasks.join_next().await {
            waits.extend(those.unwrap());
        }
        waits.sort_unstable();
        (waits.len(), waits[waits.len() / 2], waits[waits.len() - 1])
    }
}

/// Fails when it is not appended.
async fn register(log: &Log) {
    let id = AccountId::new(&SystemEnv);
    let command = AccountCommand::Register { origin: Origin::App, credential: None, must_change: false };
    let context = Context::new(&SystemEnv, "anyone");
    log.begin::<Account>(&context, id.into(), &command, |_, _, _| {}).await.unwrap();
}

/// Rebuilds by the real program; how long that took.
async fn rebuild(program: &Path, url: &str) -> Duration {
    let begun = Instant::now();
    let mut process = start(program, url);
    let status = process.wait().await;
    assert!(status.success(), "{status}\n{}", process.stderr());
    print!("{}", process.stdout());
    begun.elapsed()
}

fn start(program: &Path, url: &str) -> Process {
    let mut command = std::process::Command::new(program);
    command.args(["views", "rebuild", "--database", url]);
    Process::spawn(&command)
}

/// Fails unless the live views are what the log makes of them.
async fn assert_right(store: &Store) {
    let compared = store.compare_views(|_, _| {}).await.unwrap();
    assert!(compared.differences.is_empty() && !compared.and_more, "{compared:?}");
}

fn told((commands, median, longest): (usize, Duration, Duration)) -> String {
    let millis = |span: Duration| span.as_secs_f64() * 1000.0;
    format!("{commands} commands, median {:.1} ms, longest {:.0} ms", millis(median), millis(longest))
}

/// The log has no views yet: they are made, then made again while others append, then killed.
pub async fn measure(program: &Path, store: &Store, url: &str) {
    println!("made: {:.1} s", rebuild(program, url).await.as_secs_f64());
    assert_right(store).await;

    let callers = Callers::start(url).await;
    let took = rebuild(program, url).await;
    println!("made again: {:.1} s; beside it: {}", took.as_secs_f64(), told(callers.stop().await));
    assert_right(store).await;

    let callers = Callers::start(url).await;
    tokio::time::sleep(took).await;
    println!("as long without it: {}", told(callers.stop().await));

    let callers = Callers::start(url).await;
    for kill in 1..=KILLS {
        let mut process = start(program, url);
        let drawn = u64::from_be_bytes(random(&SystemEnv as &dyn Env));
        tokio::time::sleep(took.mul_f64((drawn % 1000) as f64 / 1000.0)).await;
        process.sigkill().await;
        assert_right(store).await;
        println!("killed {kill} times: the live views are right");
    }
    println!("beside the kills: {}", told(callers.stop().await));
    rebuild(program, url).await;
    assert_right(store).await;
}
