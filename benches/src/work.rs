//! Whole commands: load, decide, append.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rekey_events::account::AccountCommand;
use rekey_events::account::event::Origin;
use rekey_events::env::random;
use rekey_events::{Env, Moment, SystemEnv};
use uuid::Uuid;

use crate::bed::Bed;
use crate::report::{compare, head};
use crate::{Options, ours, peers};

/// Accounts that are there before it begins.
pub const ACCOUNTS: usize = 8000;

/// Whose commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Of accounts that come to be.
    New,
    /// Of accounts that had a command before in this process.
    Known,
    /// Of accounts that this process has not met.
    Unmet,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new accounts",
            Self::Known => "accounts met before",
            Self::Unmet => "accounts not met before",
        }
    }
}

/// What commands on accounts that are there do, and what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Sign-ins are recorded: an event each.
    SignIns,
    /// Links are issued: two events, the second of which ends the link before.
    Links,
    /// The same, with views and the mail that is owed.
    LinksInViews,
}

impl Kept {
    fn title(self) -> &'static str {
        match self {
            Self::SignIns => "Commands",
            Self::Links => "Commands that issue links, events alone",
            Self::LinksInViews => "Commands that change views and owe mails",
        }
    }
}

/// A call to make: to which account, when, what.
pub struct Call {
    pub account: Uuid,
    pub at: Moment,
    pub command: AccountCommand,
}

/// Gives out calls, to accounts in turn.
pub struct Calls {
    pub work: Work,
    kept: Kept,
    accounts: Vec<Uuid>,
    begun: Moment,
    next: AtomicUsize,
    end: AtomicUsize,
}

impl Calls {
    fn new(work: Work, kept: Kept, accounts: &[Uuid]) -> Self {
        let (next, end) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        Self { work, kept, accounts: accounts.to_vec(), begun: SystemEnv.now(), next, end }
    }

    /// From now on each account once, and then no more.
    pub fn once_around(&self) {
        let next = self.next.load(Ordering::Relaxed).next_multiple_of(self.accounts.len());
        self.next.store(next, Ordering::Relaxed);
        self.end.store(next + self.accounts.len(), Ordering::Relaxed);
    }

    /// The next call; none when all had theirs.
    pub fn next(&self) -> Option<Call> {
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        if nth >= self.end.load(Ordering::Relaxed) {
            return None;
        }
        // Two days between an account's commands: limits on links count a day.
        let round = (nth / self.accounts.len()) as u64;
        let at = self.begun.after(Duration::from_secs(2 * 24 * 60 * 60 * round));
        let known = self.accounts[nth % self.accounts.len()];
        Some(match (self.work, self.kept) {
            (Work::New, _) => Call { account: SystemEnv.uuid(), at, command: register() },
            (_, Kept::SignIns) => Call { account: known, at, command: AccountCommand::RecordSignIn },
            (_, Kept::Links | Kept::LinksInViews) => {
                let reset = SystemEnv.uuid().into();
                Call { account: known, at, command: AccountCommand::IssueReset { reset } }
            }
        })
    }
}

/// What every account begins with.
pub fn register() -> AccountCommand {
    let credential = Some(Uuid::from_bytes(random(&SystemEnv)).into());
    AccountCommand::Register { origin: Origin::App, credential, must_change: false }
}

/// Measures commands.
pub async fn measure(bed: &Bed, options: &Options, kept: Kept) {
    head(&format!("{}, {:?}", kept.title(), bed.kind));
    let views = kept == Kept::LinksInViews;
    let accounts: Vec<_> = (0..ACCOUNTS).map(|_| SystemEnv.uuid()).collect();
    for work in [Work::New, Work::Known, Work::Unmet] {
        let is_measured_before = work == Work::New && kept == Kept::Links;
        if is_measured_before || !work.name().contains(&options.only) {
            continue;
        }
        let calls = || Calls::new(work, kept, &accounts);
        let mut contenders = vec![("rekey", ours::commands(bed, calls(), views, &accounts).await)];
        if !options.alone {
            contenders.extend(peers::commands(bed, &calls, views, &accounts, options.pool).await);
        }
        for callers in &options.callers {
            compare(bed, work.name(), *callers, options, &contenders).await;
        }
    }
}

/// Has `call` do something for each account, many at a time.
pub async fn for_each<F>(accounts: &[Uuid], call: impl Fn(Uuid) -> F + Send + Sync + Clone + 'static)
where
    F: Future<Output = ()> + Send,
{
    let accounts: Arc<[Uuid]> = accounts.into();
    let next = Arc::new(AtomicUsize::new(0));
    let worker = || {
        let (accounts, next, call) = (accounts.clone(), next.clone(), call.clone());
        async move {
            while let Some(account) = accounts.get(next.fetch_add(1, Ordering::Relaxed)) {
                call(*account).await;
            }
        }
    };
    let tasks: Vec<_> = (0..64).map(|_| tokio::spawn(worker())).collect();
    for task in tasks {
        task.await.unwrap();
    }
}
