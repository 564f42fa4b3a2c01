//! Commits made by hand, accounts by command.

use std::pin::pin;
use std::task::{Poll, Waker};

use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand, AccountRefusal, SecondFactorProof, UsernameProof};
use rekey_events::envelope::{Metadata, NewEvent, StoredEvent, canonical};
use rekey_events::rows::{Change, PersonRow};
use rekey_events::store::{AppendError, Appended, CommandError, Commit, Done, Guard, Log, Store};
use rekey_events::{AccountId, CredentialId, Env, EventId, ResetId, StreamId};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::bed::Bed;

pub const REGISTER: AccountCommand =
    AccountCommand::Register { origin: Origin::App, credential: None, must_change: false };

pub type Outcome = Result<Appended, AppendError>;
pub type Answer = Result<Done<Account>, CommandError<AccountRefusal>>;

pub fn stream(bed: &Bed) -> StreamId {
    StreamId(bed.env.uuid())
}

pub fn event(bed: &Bed, stream: StreamId, version: i64) -> NewEvent {
    let metadata = Metadata { actor: "anyone".to_owned(), correlation: Uuid::from_u128(1), causation: None };
    NewEvent {
        stream,
        version,
        event_id: EventId::new(&*bed.env),
        name: "SignedIn",
        schema: 1,
        recorded_at: bed.env.now(),
        payload: br#"{"channel":"desktop","second_factor":null}"#.to_vec(),
        metadata: canonical(&metadata).unwrap(),
        subject: None,
    }
}

/// One event.
pub fn write(bed: &Bed, stream: StreamId, version: i64) -> Commit {
    Commit { events: vec![event(bed, stream, version)], ..Commit::default() }
}

/// One event that begins a stream.
pub fn begin(bed: &Bed) -> Commit {
    write(bed, stream(bed), 1)
}

pub fn guarding(mut commit: Commit, stream: StreamId, version: i64) -> Commit {
    commit.guards.push(Guard { stream, version });
    commit
}

pub fn changing(mut commit: Commit, changes: impl IntoIterator<Item = Change>) -> Commit {
    commit.changes.extend(changes);
    commit
}

pub fn person(account_id: AccountId, username: &str) -> PersonRow {
    PersonRow {
        account_id,
        username: username.to_owned(),
        username_key: username.to_owned(),
        email: format!("{username}@example.org"),
        email_key: format!("{username}@example.org"),
        display_name: username.to_owned(),
        language: None,
        zone: None,
    }
}

/// Puts a commit into the log's queue, now, and waits for the answer in a task.
pub fn enqueue(log: &Log, commit: Commit) -> JoinHandle<Outcome> {
    let log = log.clone();
    let mut append = Box::pin(async move { log.append(commit).await });
    match append.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => tokio::spawn(std::future::ready(outcome)),
        Poll::Pending => tokio::spawn(append),
    }
}

/// Puts a commit into the log's queue, and leaves; whether the queue took it.
pub fn enqueue_and_leave(log: &Log, commit: Commit) -> bool {
    let append = pin!(log.append(commit));
    append.poll(&mut std::task::Context::from_waker(Waker::noop())).is_pending()
}

/// Puts the commits into one queue, then lets the writer run: one batch, as far as they go together.
pub async fn together(bed: &Bed, commits: Vec<Commit>) -> Vec<Outcome> {
    let (log, writer) = bed.idle_node().await;
    let waiting: Vec<_> = commits.into_iter().map(|commit| enqueue(&log, commit)).collect();
    tokio::spawn(writer.run());
    all(waiting).await
}

pub async fn all<T>(tasks: Vec<JoinHandle<T>>) -> Vec<T> {
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

pub async fn account(bed: &Bed, log: &Log) -> AccountId {
    let id = AccountId::new(&*bed.env);
    log.begin::<Account>(&bed.context(), id.into(), &REGISTER, |_, _, _| {}).await.unwrap();
    id
}

pub async fn execute(bed: &Bed, log: &Log, id: AccountId, command: &AccountCommand) -> Answer {
    log.execute::<Account>(&bed.context(), id.into(), command, |_, _, _| {}).await
}

/// A use of a link by its owner.
pub fn complete(bed: &Bed, reset: ResetId) -> AccountCommand {
    AccountCommand::CompleteReset {
        reset,
        username: UsernameProof::Matches,
        credential: CredentialId(bed.env.uuid()),
        needs_second_factor: false,
        second_factor: SecondFactorProof::None,
    }
}

/// The whole log after a position.
pub async fn log_after(store: &Store, mut position: i64) -> Vec<StoredEvent> {
    let mut events = Vec::new();
    loop {
        let page = store.after(position, 1000).await.unwrap();
        let Some(last) = page.last() else { return events };
        position = last.position;
        events.extend(page);
    }
}

/// Fails unless the log's positions are 1, 2, 3, …
pub async fn assert_gapless(store: &Store) -> Vec<StoredEvent> {
    let events = log_after(store, 0).await;
    for (position, event) in (1..).zip(&events) {
        assert_eq!(event.position, position);
    }
    assert_eq!(store.last_position().await.unwrap(), i64::try_from(events.len()).unwrap());
    events
}
