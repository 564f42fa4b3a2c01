//! rekey's own log.

use std::sync::Arc;

use futures::future::BoxFuture;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::envelope::NewEvent;
use rekey_events::store::{Commit, Context, Log};
use rekey_events::{Env, Moment, Rules, StreamId, SystemEnv};
use tokio::sync::RwLock;
use uuid::Uuid;

use crate::bed::Bed;
use crate::run::Contender;
use crate::subjects::EventsAlone;
use crate::work::{Call, Calls, Work, for_each, register};

/// Commands through [`Log::begin`] and [`Log::execute`].
struct Commands {
    calls: Calls,
    views: bool,
    log: RwLock<Log>,
}

/// A contender with `accounts` in its database.
pub async fn commands(bed: &Bed, calls: Calls, views: bool, accounts: &[Uuid]) -> Arc<dyn Contender> {
    let log = bed.log(&bed.migrated("ours").await).await;
    let begin = {
        let log = log.clone();
        move |account| {
            let log = log.clone();
            async move { carry_out(&log, views, Work::New, account, SystemEnv.now(), &register()).await }
        }
    };
    for_each(accounts, begin).await;
    Arc::new(Commands { calls, views, log: RwLock::new(log) })
}

async fn carry_out(log: &Log, views: bool, work: Work, account: Uuid, at: Moment, command: &AccountCommand) {
    if views {
        record::<Account>(log, work, account, at, command).await;
    } else {
        record::<EventsAlone>(log, work, account, at, command).await;
    }
}

async fn record<R: Rules<Command = AccountCommand>>(
    log: &Log,
    work: Work,
    account: Uuid,
    at: Moment,
    command: &AccountCommand,
) {
    let mut context = Context::new(&SystemEnv, "anyone");
    context.at = at;
    let done = if work == Work::New {
        log.begin::<R>(&context, StreamId(account), command, |_, _, _| {}).await
    } else {
        log.execute::<R>(&context, StreamId(account), command, |_, _, _| {}).await
    };
    done.unwrap().position.unwrap();
}

impl Contender for Commands {
    /// A new handle remembers nothing.
    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if self.calls.work == Work::Unmet {
                let store = self.log.read().await.store().clone();
                let (log, writer) = Log::open(store, Arc::new(SystemEnv)).await.unwrap();
                tokio::spawn(writer.run());
                *self.log.write().await = log;
                self.calls.once_around();
            }
        })
    }

    fn call(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            let Some(Call { account, at, command }) = self.calls.next() else { return false };
            let log = self.log.read().await.clone();
            carry_out(&log, self.views, self.calls.work, account, at, &command).await;
            true
        })
    }
}

/// An event of the usual size, the first of a new stream.
pub fn event() -> NewEvent {
    NewEvent {
        stream: StreamId::new(&SystemEnv),
        version: 1,
        event_id: rekey_events::EventId::new(&SystemEnv),
        name: "PasswordSet",
        schema: 1,
        recorded_at: SystemEnv.now(),
        payload:
            br#"{"channel":"app","credential":"0198a5b2-6f3e-7c41-9d52-7f1b2c3d4e5f","must_change":false}"#
                .into(),
        metadata: br#"{"actor":"anyone","correlation":"0198a5b2-6f3e-7c41-9d52-7f1b2c3d4e5f"}"#.into(),
        subject: Some(rekey_events::AccountId::new(&SystemEnv)),
    }
}

/// Appends alone: [`Log::append`] of one event.
pub struct Appends(pub Log);

impl Contender for Appends {
    fn call(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            let commit = Commit { events: vec![event()], ..Commit::default() };
            self.0.append(commit).await.unwrap();
            true
        })
    }
}
