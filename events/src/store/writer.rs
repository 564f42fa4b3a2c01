//! Group commit: one task per process folds all waiting commits into one
//! transaction. No timer: a batch is whatever arrived while the last one was
//! in flight.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::DatabaseError;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::append::Verdict;
use super::error::StoreError;
use super::loads::Loads;
use super::wakes::Wakes;
use super::{AppendError, Appended, Commit, Store, postgres, sqlite};
use crate::ids::StreamId;

/// Commits that may wait; more are refused with [`AppendError::Busy`].
pub(crate) const QUEUE: usize = 4096;
/// Commits in one transaction.
const BATCH: usize = 512;
/// Pauses before sending the same batch again after the line was lost.
const AGAIN: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(50), Duration::from_millis(250), Duration::from_secs(1)];

/// How long the next batch waits for callers who load first.
const LOADED: Duration = Duration::from_millis(5);

/// A commit with the leaf hashes of its events.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) commit: Commit,
    pub(crate) leaves: Vec<[u8; 32]>,
}

impl Prepared {
    pub(crate) fn new(commit: Commit, log: Uuid, epoch: i32) -> Self {
        let leaves = commit.events.iter().map(|event| event.envelope(log, epoch).leaf()).collect();
        Self { commit, leaves }
    }
}

pub(crate) type Answer = oneshot::Sender<Result<Appended, AppendError>>;

/// The task that appends; build it with its [`super::Log`], then run it.
#[derive(Debug)]
pub struct Writer {
    pub(crate) store: Store,
    pub(crate) epoch: i32,
    pub(crate) queue: mpsc::Receiver<(Prepared, Answer)>,
    pub(crate) later: VecDeque<(Prepared, Answer)>,
    pub(crate) loads: Arc<Loads>,
    pub(crate) wakes: Arc<Wakes>,
}

/// Commits of one transaction, and who waits for them.
#[derive(Default)]
struct Batch {
    commits: Vec<Prepared>,
    answers: Vec<Answer>,
    written: HashSet<StreamId>,
    guarded: HashSet<StreamId>,
}

impl Writer {
    /// Appends until the last [`super::Log`] is gone and nothing waits.
    pub async fn run(mut self) {
        if let Store::Sqlite(database) = &self.store {
            let checkpoints = tokio::spawn(database.checkpointer.clone().run());
            self.append_all().await;
            checkpoints.abort();
        } else {
            self.append_all().await;
        }
    }

    async fn append_all(&mut self) {
        while let Some(batch) = self.gather().await {
            self.append(batch).await;
            self.let_callers_come_back().await;
        }
    }

    /// Else the callers split into camps that take turns, and every batch is
    /// smaller. A file answers soon what they load first; a server may not.
    async fn let_callers_come_back(&self) {
        give_way(|| self.queue.len(), BATCH).await;
        if matches!(self.store, Store::Sqlite(_)) {
            // A few callers less in the next batch, when somebody reads for long: then on another connection.
            let _ = tokio::time::timeout(LOADED, self.loads.answered()).await;
            give_way(|| self.queue.len(), BATCH).await;
        }
    }

    /// Everything that waits, or else the next to come.
    async fn gather(&mut self) -> Option<Batch> {
        let mut batch = Batch::default();
        for _ in 0..self.later.len() {
            if let Some(waiting) = self.later.pop_front() {
                self.later.extend(batch.take(waiting));
            }
        }
        if batch.commits.is_empty() {
            batch.take(self.queue.recv().await?);
        }
        // Those held back wait like any other: past a batch of them, the queue fills up.
        while batch.commits.len() < BATCH && self.later.len() < BATCH {
            let Ok(waiting) = self.queue.try_recv() else { break };
            self.later.extend(batch.take(waiting));
        }
        Some(batch)
    }

    /// Appends a batch. What another's fault held back is sent again; when the
    /// database refuses, the batch is halved until the culprit is alone.
    async fn append(&self, batch: Batch) {
        let mut work = vec![(batch.commits, batch.answers)];
        while let Some((mut commits, mut answers)) = work.pop() {
            match self.send(&commits).await {
                Ok(verdicts) => {
                    let held = self.settle(commits, answers, &verdicts);
                    work.extend((!held.0.is_empty()).then_some(held));
                }
                Err(error) if error.is_passing() || commits.len() == 1 => fail(answers, &error),
                Err(_) => {
                    let half = commits.len() / 2;
                    work.push((commits.split_off(half), answers.split_off(half)));
                    work.push((commits, answers));
                }
            }
        }
    }

    /// Sends a batch; the same again when the line was lost and nobody knows
    /// what became of it: what is already there counts as done.
    async fn send(&self, commits: &[Prepared]) -> Result<Vec<Verdict>, StoreError> {
        let mut result = self.send_once(commits).await;
        for pause in AGAIN {
            match &result {
                Err(error) if error.is_passing() => tracing::warn!(%error, "a batch is sent again"),
                _ => break,
            }
            tokio::time::sleep(pause).await;
            result = self.send_once(commits).await;
        }
        result
    }

    async fn send_once(&self, commits: &[Prepared]) -> Result<Vec<Verdict>, StoreError> {
        let appended = match &self.store {
            Store::Sqlite(database) => sqlite::append(database, self.epoch, commits).await,
            Store::Postgres(database) => postgres::append(database, self.epoch, commits).await,
        };
        match appended {
            Ok(Some(head)) => Ok(Verdict::appended(head, commits.iter().map(|one| one.commit.events.len()))),
            Ok(None) => Ok(Verdict::of(commits.len(), &self.find_wrong(commits).await?)),
            Err(error) if is_there(&error) => match self.find_wrong(commits).await?.as_slice() {
                [] => Err(error.into()),
                wrong => Ok(Verdict::of(commits.len(), wrong)),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Asks what is wrong, once something is known to be. It stays so: streams
    /// only grow.
    async fn find_wrong(&self, commits: &[Prepared]) -> Result<Vec<(i64, i64)>, StoreError> {
        let wrong = match &self.store {
            Store::Sqlite(database) => sqlite::find_wrong(database, commits).await,
            Store::Postgres(database) => postgres::find_wrong(database, commits).await,
        };
        wrong.map_err(StoreError::from)
    }

    /// Answers those whose verdict is final, and gives back the others.
    fn settle(
        &self,
        commits: Vec<Prepared>,
        answers: Vec<Answer>,
        verdicts: &[Verdict],
    ) -> (Vec<Prepared>, Vec<Answer>) {
        let mut held = (Vec::new(), Vec::new());
        for ((prepared, answer), verdict) in commits.into_iter().zip(answers).zip(verdicts) {
            // Appended before may mean: by us, and the answer was lost. So wake for either.
            if matches!(verdict, Verdict::Appended(_) | Verdict::Before(_)) {
                prepared.commit.changes.iter().for_each(|change| self.wakes.committed(change));
            }
            let result = match *verdict {
                Verdict::Appended(position) => Ok(Appended { position, before: false }),
                Verdict::Before(position) => Ok(Appended { position, before: true }),
                Verdict::Stale => Err(AppendError::Conflict),
                Verdict::HeldBack => {
                    held.0.push(prepared);
                    held.1.push(answer);
                    continue;
                }
            };
            // Nobody listens when the caller has gone; the commit stands.
            let _ = answer.send(result);
        }
        held
    }
}

impl Batch {
    /// Takes a commit in, or gives it back when it relies on a stream that the
    /// batch writes, or writes one the batch relies on: then it must wait.
    fn take(&mut self, (prepared, answer): (Prepared, Answer)) -> Option<(Prepared, Answer)> {
        let writes: HashSet<_> = prepared.commit.events.iter().map(|event| event.stream).collect();
        let guards: HashSet<_> = prepared.commit.guards.iter().map(|guard| guard.stream).collect();
        let clash =
            writes.iter().any(|stream| self.written.contains(stream) || self.guarded.contains(stream))
                || guards.iter().any(|stream| self.written.contains(stream));
        if clash {
            return Some((prepared, answer));
        }
        self.written.extend(writes);
        self.guarded.extend(guards);
        self.commits.push(prepared);
        self.answers.push(answer);
        None
    }
}

/// Lets those who were answered together come back with what they ask next:
/// gives way for as long as more have come meanwhile, up to `most`.
pub(super) async fn give_way(waiting: impl Fn() -> usize, most: usize) {
    let mut before = 0;
    loop {
        tokio::task::yield_now().await;
        match waiting() {
            more if more > before && more < most => before = more,
            _ => return,
        }
    }
}

/// Whether an event's id or version is taken: by another's, or by the same commit, sent before.
fn is_there(error: &sqlx::Error) -> bool {
    let is_among_events = |cause: &dyn DatabaseError| {
        cause.is_unique_violation() && ["event_id", "version"].iter().any(|name| taken(cause).contains(name))
    };
    sqlite::is_there(error) || error.as_database_error().is_some_and(is_among_events)
}

/// What is taken. PostgreSQL names the constraint, SQLite the column, in its message.
fn taken(cause: &dyn DatabaseError) -> &str {
    cause.constraint().unwrap_or(cause.message())
}

fn fail(answers: Vec<Answer>, error: &StoreError) {
    let error = describe(error);
    if !matches!(error, AppendError::Taken(_)) {
        tracing::error!(%error, commits = answers.len(), "commits were not appended");
    }
    for answer in answers {
        let _ = answer.send(Err(error.clone()));
    }
}

fn describe(error: &StoreError) -> AppendError {
    match error {
        StoreError::Refused(sqlx::Error::Database(cause)) if cause.is_unique_violation() => {
            let name = taken(&**cause);
            let known = ["people", "idempotency"].into_iter().find(|table| name.contains(table));
            AppendError::Taken(match known {
                Some("people") => "username".to_owned(),
                Some("idempotency") => "idempotency key".to_owned(),
                _ => name.to_owned(),
            })
        }
        StoreError::Unavailable(_) => AppendError::Unavailable(error.to_string()),
        other => AppendError::Refused(other.to_string()),
    }
}
