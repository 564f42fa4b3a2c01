//! Load, decide, append: how a command is carried out.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::reads::Folded;
use super::streams::{Loaded, Slot};
use super::{AppendError, Appended, Commit, Guard, Log, StoreError};
use crate::aggregate::{EventKind, Rules};
use crate::env::Env;
use crate::envelope::{Metadata, NewEvent, canonical, payload};
use crate::fact;
use crate::ids::{AccountId, EventId, MailId, StreamId};
use crate::mail::Mail;
use crate::moment::Moment;
use crate::rows::{Change, OriginRow};

/// How often a command is decided after conflicts: some three seconds long.
const TRIES: u32 = 32;
/// Conflicts in a row before it waits between them.
const FREE_TRIES: u32 = 3;
/// The longest wait.
const LONGEST_PAUSE: Duration = Duration::from_millis(128);

/// Where a call came from; kept in the vault, beside its events.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The source address.
    pub source: String,
    /// The user agent.
    pub user_agent: String,
}

/// What surrounds a command.
#[derive(Clone, Debug)]
pub struct Context {
    /// The moment of it.
    pub at: Moment,
    /// Who, and as part of what.
    pub metadata: Metadata,
    /// Where the call came from, when it came from outside.
    pub origin: Option<Origin>,
    /// When given, the ids of the events follow from it: the same call made
    /// twice is recorded once.
    pub seed: Option<[u8; 32]>,
}

impl Context {
    /// A call by `actor`, now, that nothing led to.
    #[must_use]
    pub fn new(env: &dyn Env, actor: impl Into<String>) -> Self {
        let metadata = Metadata { actor: actor.into(), correlation: env.uuid(), causation: None };
        Self { at: env.now(), metadata, origin: None, seed: None }
    }
}

/// What a command did.
#[derive(Clone, Debug)]
pub struct Done<R: Rules> {
    /// What was recorded; nothing when it was already so.
    pub events: Vec<R::Event>,
    /// The id of the first event.
    pub first: Option<EventId>,
    /// The stream's state after it.
    pub state: R,
    /// The position of the last event, when something was recorded.
    pub position: Option<i64>,
    /// Whether an earlier call with the same seed had been recorded: then that
    /// one counts, and not what is in `events`.
    pub before: bool,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<E: std::error::Error> {
    /// The rules say no.
    #[error(transparent)]
    Refused(E),
    /// The commit was not appended.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The stream could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A commit in the making.
#[derive(Debug)]
pub struct Draft<'a> {
    log: &'a Log,
    context: &'a Context,
    metadata: Vec<u8>,
    commit: Commit,
}

impl<'a> Draft<'a> {
    /// An empty one.
    #[must_use]
    pub fn new(log: &'a Log, context: &'a Context) -> Self {
        let metadata = canonical(&context.metadata).unwrap_or_default();
        Self { log, context, metadata, commit: Commit::default() }
    }

    /// Adds events to `stream`, which is at `version`; `after` is its state
    /// after them. Views change and mails are owed with them.
    pub fn record<R: Rules>(&mut self, stream: StreamId, version: i64, after: &R, events: &[R::Event]) {
        let mut last = version;
        for event in events {
            last += 1;
            self.push(stream, last, event, after.subject(stream));
        }
        self.commit.changes.extend(after.rows(stream, last, events));
        for command in R::owes(stream, self.context.at, events) {
            self.begin::<Mail>(MailId::new(self.log.env()).into(), &command);
        }
    }

    /// Adds a new stream, begun by `command`.
    pub fn begin<R: Rules>(&mut self, stream: StreamId, command: &R::Command) {
        let mut state = R::default();
        if let Ok(events) = state.decide(self.context.at, command) {
            events.iter().for_each(|event| state.apply(self.context.at, event));
            self.record(stream, 0, &state, &events);
        }
    }

    /// Adds a new stream of one event that nothing is ever decided on.
    pub fn note<E: EventKind>(&mut self, stream: StreamId, event: &E) {
        self.push(stream, 1, event, None);
    }

    /// Adds a change to the vault.
    pub fn change(&mut self, change: Change) {
        self.commit.changes.push(change);
    }

    /// Relies on `stream` being at `version`.
    pub fn guard(&mut self, stream: StreamId, version: i64) {
        self.commit.guards.push(Guard { stream, version });
    }

    /// The id of the first event, once there is one.
    #[must_use]
    pub fn first(&self) -> Option<EventId> {
        self.commit.events.first().map(|event| event.event_id)
    }

    fn push<E: EventKind>(&mut self, stream: StreamId, version: i64, event: &E, subject: Option<AccountId>) {
        self.commit.events.push(NewEvent {
            stream,
            version,
            event_id: self.next_id(),
            name: event.type_name(),
            schema: event.schema(),
            recorded_at: self.context.at,
            // Events are made of strings, integers and lists: always JSON.
            payload: payload(event).unwrap_or_default(),
            metadata: self.metadata.clone(),
            subject,
        });
    }

    fn next_id(&self) -> EventId {
        let Some(seed) = self.context.seed else { return EventId::new(self.log.env()) };
        let nth = self.commit.events.len() as u64;
        let hash = Sha256::new().chain_update(seed).chain_update(nth.to_be_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        EventId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Appends it.
    ///
    /// # Errors
    /// See [`AppendError`].
    pub async fn append(mut self) -> Result<Appended, AppendError> {
        if let (Some(origin), Some(event_id)) = (&self.context.origin, self.first()) {
            self.commit.changes.push(Change::PutOrigin(OriginRow {
                event_id,
                source: origin.source.clone(),
                user_agent: origin.user_agent.clone(),
                recorded_at: self.context.at.micros(),
            }));
        }
        self.log.append(self.commit).await
    }
}

impl Log {
    /// Carries out `command` on `stream`. `also` adds to the commit what goes
    /// with the events decided: changes to the vault, events of other streams.
    ///
    /// A refusal, and an "already so", are decided on the stream as it is in
    /// the database, never on what this node remembers of it.
    ///
    /// # Errors
    /// The rules refuse, or the database does not answer.
    pub async fn execute<R: Rules>(
        &self,
        context: &Context,
        stream: StreamId,
        command: &R::Command,
        also: impl Fn(&R, &[R::Event], &mut Draft<'_>) + Send,
    ) -> Result<Done<R>, CommandError<R::Refusal>> {
        let slot = self.streams().slot(stream);
        let mut slot = slot.lock_owned().await;
        let mut tried = None;
        for tries in 0..TRIES {
            let (loaded, fresh) = self.remembered::<R>(&slot, stream).await?;
            if tried == Some(loaded.version) {
                // This stream has not moved: it was a guard, and deciding again would not help.
                break;
            }
            match loaded.state.decide(context.at, command) {
                Ok(events) if events.is_empty() && fresh => return Ok(Done::already(loaded)),
                Err(refusal) if fresh => return Err(CommandError::Refused(refusal)),
                Err(_) => slot.forget(),
                Ok(events) if events.is_empty() => slot.forget(),
                Ok(events) => match self.commit(context, stream, &loaded, events, &also).await {
                    Ok(done) => {
                        slot.remember(&done, loaded.version);
                        return Ok(done);
                    }
                    Err(AppendError::Conflict) => {
                        slot.forget();
                        tried = Some(loaded.version);
                        tokio::time::sleep(pause(tries)).await;
                    }
                    Err(error) => {
                        slot.forget();
                        return Err(error.into());
                    }
                },
            }
        }
        Err(AppendError::Conflict.into())
    }

    /// Begins `stream` with `command`: nothing is loaded, because nothing is there.
    ///
    /// # Errors
    /// The rules refuse, the stream exists, or the database does not answer.
    pub async fn begin<R: Rules>(
        &self,
        context: &Context,
        stream: StreamId,
        command: &R::Command,
        also: impl Fn(&R, &[R::Event], &mut Draft<'_>) + Send,
    ) -> Result<Done<R>, CommandError<R::Refusal>> {
        let loaded = Loaded::<R>::default();
        let events = loaded.state.decide(context.at, command).map_err(CommandError::Refused)?;
        let done = self.commit(context, stream, &loaded, events, &also).await?;
        self.streams().slot(stream).lock().await.remember(&done, 0);
        Ok(done)
    }

    /// Carries out `command` on `stream` as `loaded`, and on nothing newer: when
    /// the stream has moved on, that is a conflict. `also` as in [`Log::execute`].
    ///
    /// # Errors
    /// The rules refuse, the stream has moved on, or the database does not answer.
    pub async fn execute_on<R: Rules>(
        &self,
        context: &Context,
        stream: StreamId,
        loaded: &Loaded<R>,
        command: &R::Command,
        also: impl Fn(&R, &[R::Event], &mut Draft<'_>) + Send,
    ) -> Result<Done<R>, CommandError<R::Refusal>> {
        let events = loaded.state.decide(context.at, command).map_err(CommandError::Refused)?;
        if events.is_empty() {
            return Ok(Done::already(loaded.clone()));
        }
        Ok(self.commit(context, stream, loaded, events, &also).await?)
    }

    /// A stream's state as it is in the database.
    ///
    /// # Errors
    /// The database does not answer, or the stream holds what is no event of `R`.
    pub async fn load<R: Rules>(&self, stream: StreamId) -> Result<Loaded<R>, StoreError> {
        fold(&self.events_of(stream).await?)
    }

    /// What this node remembers of the stream, or else what the database has;
    /// and whether it is the latter.
    async fn remembered<R: Rules>(
        &self,
        slot: &Slot,
        stream: StreamId,
    ) -> Result<(Loaded<R>, bool), StoreError> {
        match slot.get::<R>() {
            Some(loaded) => Ok((loaded.clone(), false)),
            None => Ok((self.load(stream).await?, true)),
        }
    }

    async fn commit<R: Rules>(
        &self,
        context: &Context,
        stream: StreamId,
        loaded: &Loaded<R>,
        events: Vec<R::Event>,
        also: &(impl Fn(&R, &[R::Event], &mut Draft<'_>) + Send),
    ) -> Result<Done<R>, AppendError> {
        let mut state = loaded.state.clone();
        events.iter().for_each(|event| state.apply(context.at, event));
        let mut draft = Draft::new(self, context);
        draft.record(stream, loaded.version, &state, &events);
        also(&state, &events, &mut draft);
        let first = draft.first();
        let Appended { position, before } = draft.append().await?;
        Ok(Done { events, first, state, position: Some(position), before })
    }
}

impl<R: Rules> Done<R> {
    fn already(loaded: Loaded<R>) -> Self {
        Self { events: Vec::new(), first: None, state: loaded.state, position: None, before: false }
    }
}

impl Slot {
    /// Takes in what `done` left, on top of `version`.
    fn remember<R: Rules>(&mut self, done: &Done<R>, version: i64) {
        if done.before {
            self.forget();
        } else {
            let version = version + i64::try_from(done.events.len()).unwrap_or(i64::MAX);
            self.set(Loaded { state: done.state.clone(), version });
        }
    }
}

/// How long to wait after a conflict. A node that has just won decides on what
/// it remembers, and is faster than one that must load: without a pause the
/// latter loses until the former has nothing left to do.
fn pause(tries: u32) -> Duration {
    match tries.checked_sub(FREE_TRIES) {
        None => Duration::ZERO,
        Some(over) => Duration::from_millis(1 << over.min(7)).min(LONGEST_PAUSE),
    }
}

fn fold<R: Rules>(events: &[Folded]) -> Result<Loaded<R>, StoreError> {
    let mut loaded = Loaded::<R>::default();
    for event in events {
        let what = fact::decode(&event.name, event.schema, &event.payload)?;
        loaded.state.apply(event.recorded_at, &what);
        loaded.version = event.version;
    }
    Ok(loaded)
}
