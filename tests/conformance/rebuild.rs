//! Views rebuilt beside the live ones, while all goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use rekey_events::account::{Account, AccountCommand as C};
use rekey_events::store::StoreError;
use rekey_events::store::rebuild::Rebuilt;
use rekey_events::{AccountId, Env, ResetId};
use tokio::task::JoinHandle;

use crate::bed::Bed;
use crate::facts::{REGISTER, account, execute};
use crate::replay::assert_views;

/// More than a transaction of the rebuild writes, and than it reads while the head is held.
const MANY: usize = 1_200;

/// Somebody who appends: an account, a link to it, and so on.
struct Caller {
    stop: Arc<AtomicBool>,
    appended: JoinHandle<i64>,
}

impl Caller {
    async fn start(bed: &Bed) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (seen, node, env) = (stop.clone(), bed.another_node().await, bed.env.clone());
        let context = bed.context();
        let appended = tokio::spawn(async move {
            let before = node.store().last_position().await.unwrap();
            while !seen.load(Ordering::Relaxed) {
                let id = AccountId::new(&*env);
                node.begin::<Account>(&context, id.into(), &REGISTER, |_, _, _| {}).await.unwrap();
                let issue = C::IssueReset { reset: ResetId(env.uuid()) };
                node.execute::<Account>(&context, id.into(), &issue, |_, _, _| {}).await.unwrap();
            }
            node.store().last_position().await.unwrap() - before
        });
        Self { stop, appended }
    }

    /// How many events it appended.
    async fn stop(self) -> i64 {
        self.stop.store(true, Ordering::Relaxed);
        self.appended.await.unwrap()
    }
}

/// Accounts with links and mails, of which one is claimed; the last account.
async fn populate(bed: &Bed, accounts: usize) -> AccountId {
    let mut last = account(bed, &bed.log).await;
    execute(bed, &bed.log, last, &C::IssueReset { reset: ResetId(bed.env.uuid()) }).await.unwrap();
    assert_eq!(bed.store.claim_mails(bed.env.uuid(), bed.env.now(), 1).await.unwrap().len(), 1);
    for _ in 0..accounts {
        last = account(bed, &bed.log).await;
        execute(bed, &bed.log, last, &C::IssueReset { reset: ResetId(bed.env.uuid()) }).await.unwrap();
    }
    last
}

/// Makes the live views wrong, in a way that is seen again.
async fn spoil(bed: &Bed) {
    let mut sql = bed.sql().await;
    sql.run("UPDATE accounts SET permissions = 'spoilt'; DELETE FROM resets").await.unwrap();
}

async fn spoilt(bed: &Bed) -> i64 {
    bed.sql().await.number("SELECT count(*) FROM accounts WHERE permissions = 'spoilt'").await
}

async fn second_set(bed: &Bed) -> i64 {
    let count = "SELECT (SELECT count(*) FROM accounts_next) + (SELECT count(*) FROM resets_next)
                      + (SELECT count(*) FROM mails_next)";
    bed.sql().await.number(count).await
}

async fn rebuild(bed: &Bed) -> Result<Rebuilt, StoreError> {
    bed.store.rebuild_views(|_, _| {}).await
}

pub async fn views_are_rebuilt_while_the_log_goes_on(bed: Bed) {
    populate(&bed, MANY).await;
    // The second time it goes the other way round.
    for _ in 0..2 {
        spoil(&bed).await;
        let (before, caller) = (bed.store.last_position().await.unwrap(), Caller::start(&bed).await);
        let rebuilt = rebuild(&bed).await.unwrap();
        let appended = caller.stop().await;
        println!("{rebuilt:?}, {appended} events came meanwhile");
        assert_views(&bed).await;
        assert_eq!(bed.store.last_position().await.unwrap(), before + appended, "none of its own");
        assert!(appended > 0 && rebuilt.position >= before);
        assert_eq!(second_set(&bed).await, 0);
        let claimed = "SELECT count(*) FROM mails WHERE claimed_by IS NOT NULL";
        assert_eq!(bed.sql().await.number(claimed).await, 1, "who is at a mail is carried over");
    }
    // Nobody had to start again for it.
    let id = account(&bed, &bed.log).await;
    execute(&bed, &bed.log, id, &C::IssueReset { reset: ResetId(bed.env.uuid()) }).await.unwrap();
    assert_views(&bed).await;
}

pub async fn a_rebuild_left_halfway_leaves_the_live_views(bed: Bed) {
    populate(&bed, MANY).await;
    spoil(&bed).await;
    let (all, end) = (spoilt(&bed).await, bed.store.last_position().await.unwrap());
    for tenth in 1..=10 {
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let went_on = move |position, _| {
            if position >= end * tenth / 10 {
                let _ = tell.send(());
            }
        };
        tokio::select! {
            biased;
            _ = told.recv() => {}
            done = bed.store.rebuild_views(went_on) => panic!("{done:?}"),
        }
        assert_eq!(spoilt(&bed).await, all);
    }
    rebuild(&bed).await.unwrap();
    assert_views(&bed).await;
}

pub async fn the_views_are_rebuilt_by_one_at_a_time(bed: Bed) {
    account(&bed, &bed.log).await;
    let (store, (tell, told), (go_on, may_go_on)) = (bed.store.clone(), mpsc::channel(), mpsc::channel());
    let first = tokio::spawn(async move {
        store
            .rebuild_views(move |_, _| {
                tell.send(()).unwrap();
                tokio::task::block_in_place(|| may_go_on.recv().unwrap());
            })
            .await
    });
    tokio::task::block_in_place(|| told.recv().unwrap());
    let second = rebuild(&bed).await.unwrap_err().to_string();
    assert_eq!(second, "the views are being rebuilt already");
    go_on.send(()).unwrap();
    first.await.unwrap().unwrap();
    rebuild(&bed).await.unwrap();
}

/// On PostgreSQL: names do not swap under somebody who reads, and nobody who appends waits for that.
pub async fn who_reads_at_length_puts_off_the_swap_and_nothing_else(bed: Bed) {
    account(&bed, &bed.log).await;
    let mut reader = bed.sql().await;
    reader.run("BEGIN").await.unwrap();
    assert_eq!(reader.number("SELECT count(*) FROM accounts").await, 1);
    let store = bed.store.clone();
    let rebuilding = tokio::spawn(async move { store.rebuild_views(|_, _| {}).await });
    let waits = "SELECT count(*) FROM pg_locks WHERE relation = 'accounts'::regclass AND NOT granted";
    let mut other = bed.sql().await;
    // It has tried twice: the first time it gave up.
    let caller = Caller::start(&bed).await;
    for _ in 0..2 {
        while other.number(waits).await == 0 {}
        while other.number(waits).await > 0 {}
    }
    assert!(!rebuilding.is_finished());
    reader.run("COMMIT").await.unwrap();
    rebuilding.await.unwrap().unwrap();
    assert!(caller.stop().await > 0);
    assert_views(&bed).await;
}

/// On SQLite, where they are written twice.
pub async fn both_sets_of_views_are_alike(bed: Bed) {
    let mut sql = bed.sql().await;
    for view in ["accounts", "resets", "mails"] {
        let of = async |sql: &mut rekey_test_support::sql::Sql, table: &str| {
            let made = format!(
                "SELECT sql FROM sqlite_schema WHERE tbl_name = '{table}' AND sql IS NOT NULL ORDER BY sql"
            );
            let made = sql.rows(&made).await.unwrap().concat().join("\n");
            let words = made.lines().filter(|line| !line.trim_start().starts_with("--"));
            words.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
        };
        let next = of(&mut sql, &format!("{view}_next")).await;
        assert_eq!(next.replace("_next", ""), of(&mut sql, view).await);
    }
}
