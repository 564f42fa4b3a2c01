//! The issuer: takes requests that were answered "202" to everybody alike,
//! matches username and address, and issues a link or records why not.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use rekey_events::account::{Account, AccountCommand, AccountEvent, AccountRefusal};
use rekey_events::names::{email_key, username_key};
use rekey_events::request::{RefusedBecause, Request, RequestCommand, RequestEvent};
use rekey_events::rows::{Change, PendingRequestRow, PersonRow};
use rekey_events::store::execute::Draft;
use rekey_events::store::{CommandError, Context, Log, StoreError};
use rekey_events::{AccountId, ResetId};
use tokio_util::sync::CancellationToken;

use crate::breath::breathe;

/// Requests taken at a time, and answered side by side.
const BATCH: i64 = 256;
/// How often it looks without being woken.
const POLL: Duration = Duration::from_secs(1);
/// The span in which requests are counted.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Requests of the same words in [`WINDOW`] that are looked at.
const SAME_WORDS: i64 = 10;

/// Answers requests.
#[derive(Clone, Debug)]
pub struct Issuer {
    log: Log,
    per_source: i64,
}

/// Why a request was not answered this time.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The account's stream failed.
    #[error(transparent)]
    Account(#[from] CommandError<AccountRefusal>),
    /// The request's stream failed.
    #[error(transparent)]
    Request(#[from] CommandError<rekey_events::request::RequestRefusal>),
}

impl Issuer {
    /// An issuer on `log` that looks at `per_source` requests an hour of one source.
    #[must_use]
    pub fn new(log: Log, per_source: i64) -> Self {
        Self { log, per_source }
    }

    /// Answers requests until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let began = Instant::now();
            match self.step().await {
                Ok(0) => {}
                Ok(_) if !stop.is_cancelled() => {
                    breathe(began).await;
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "requests wait for the database"),
            }
            tokio::select! {
                () = self.log.wakes().requests.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Takes what waits, once; how many of it we answered. None, too, when
    /// another issuer was faster with all: the rest is then its own to go on with.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let waiting = self.log.store().pending_requests(BATCH).await?;
        let flooded = self.flooded(&waiting).await?;
        let most = waiting.len().max(1);
        let answers = waiting.into_iter().zip(flooded).map(async |(request, flooded)| {
            let answer = self.answer(&request, flooded).await;
            (request, answer)
        });
        // Those of one commit are counted at once, and while the others go on: one may hold what counting waits for.
        let counted = answers
            .collect::<FuturesUnordered<_>>()
            .ready_chunks(most)
            .map(|answers| self.count_ours(answers))
            .buffer_unordered(most);
        Ok(counted.fold(0, async |answered, ours| answered + ours).await)
    }

    /// Which of the requests are too many from their source, or with their words.
    async fn flooded(&self, waiting: &[PendingRequestRow]) -> Result<Vec<bool>, StoreError> {
        let now = self.log.env().now();
        let keys: Vec<_> = self.counted(waiting).into_keys().collect();
        let mut counts = self.log.store().attempts_of(&keys, now, WINDOW).await?;
        let mut is_over = |(key, most): (String, i64)| {
            let count = counts.entry(key).or_default();
            *count += 1;
            *count > most
        };
        // Each request counts against both, so no short cut here.
        Ok(waiting.iter().map(|request| self.limits(request).map(&mut is_over).contains(&true)).collect())
    }

    /// What a request counts against, and how many are looked at.
    fn limits(&self, request: &PendingRequestRow) -> [(String, i64); 2] {
        [
            (format!("request words {}", request.fingerprint), SAME_WORDS),
            (format!("request source {}", request.source_key), self.per_source),
        ]
    }

    /// How often each of the limits is counted against.
    fn counted<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a PendingRequestRow>,
    ) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        for (key, _) in requests.into_iter().flat_map(|request| self.limits(request)) {
            *counts.entry(key).or_default() += 1;
        }
        counts
    }

    /// Counts those that we answered; how many.
    async fn count_ours(&self, answers: Vec<(PendingRequestRow, Result<bool, IssueError>)>) -> usize {
        let ours = answers.into_iter().filter(|(request, answer)| was_ours(answer, request));
        let ours: Vec<_> = ours.map(|(request, _)| request).collect();
        self.count(&ours).await;
        ours.len()
    }

    /// Counts requests once they are answered: one that a crash leaves waiting,
    /// however often, must not use up its own limit.
    async fn count(&self, answered: &[PendingRequestRow]) {
        let counts = self.counted(answered);
        if counts.is_empty() {
            return;
        }
        if let Err(error) = self.log.store().count_attempts(&counts, self.log.env().now(), WINDOW).await {
            tracing::warn!(%error, requests = answered.len(), "requests are not counted");
        }
    }

    /// Answers a request; whether it was us who did.
    async fn answer(&self, request: &PendingRequestRow, flooded: bool) -> Result<bool, IssueError> {
        let person = match username_key(&request.username) {
            Some(key) => self.log.person_by_username(&key).await?,
            None => None,
        };
        if flooded {
            let account = person.map(|person| person.account_id);
            return self.refuse(request.reset_id, RefusedBecause::Throttled, account).await;
        }
        match matching(person, &request.email) {
            Ok(account) => self.issue(request.reset_id, account).await,
            Err((reason, account)) => self.refuse(request.reset_id, reason, account).await,
        }
    }

    async fn issue(&self, reset: ResetId, account: AccountId) -> Result<bool, IssueError> {
        let matched = RequestEvent::ResetMatched { account };
        let answered = Request::Answered { account: Some(account) };
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            draft.record(reset.into(), 1, &answered, std::slice::from_ref(&matched));
            draft.change(Change::DropPendingRequest(reset));
        };
        let command = AccountCommand::IssueReset { reset };
        let issued = self.log.execute::<Account>(&self.context(reset), account.into(), &command, also).await;
        match issued {
            Ok(done) if done.events.is_empty() => self.was_answered(reset).await,
            Ok(_) => Ok(true),
            Err(CommandError::Refused(AccountRefusal::NotEligible(why))) => {
                self.refuse(reset, why.into(), Some(account)).await
            }
            Err(CommandError::Refused(AccountRefusal::NoSuchAccount)) => {
                self.refuse(reset, RefusedBecause::Erased, Some(account)).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn refuse(
        &self,
        reset: ResetId,
        reason: RefusedBecause,
        account: Option<AccountId>,
    ) -> Result<bool, IssueError> {
        let also = |_: &Request, _: &[RequestEvent], draft: &mut Draft<'_>| {
            draft.change(Change::DropPendingRequest(reset));
        };
        let command = RequestCommand::Refuse(reason, account);
        match self.log.execute::<Request>(&self.context(reset), reset.into(), &command, also).await {
            Ok(_) => Ok(true),
            Err(CommandError::Refused(_)) => self.was_answered(reset).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Another issuer was faster.
    async fn was_answered(&self, reset: ResetId) -> Result<bool, IssueError> {
        self.log.store().forget_request(reset).await?;
        Ok(false)
    }

    /// Everything a request leads to is correlated by its id.
    fn context(&self, reset: ResetId) -> Context {
        let mut context = Context::new(self.log.env(), "system:issuer");
        context.metadata.correlation = reset.0;
        context
    }
}

/// Whether it was us who answered.
fn was_ours(answer: &Result<bool, IssueError>, request: &PendingRequestRow) -> bool {
    match answer {
        Ok(ours) => *ours,
        Err(error) => {
            tracing::warn!(%error, reset = %request.reset_id, "a request is tried again");
            false
        }
    }
}

fn matching(
    person: Option<PersonRow>,
    typed: &str,
) -> Result<AccountId, (RefusedBecause, Option<AccountId>)> {
    match person {
        None => Err((RefusedBecause::UnknownUsername, None)),
        Some(person) if person.email_key == email_key(typed) => Ok(person.account_id),
        Some(person) => Err((RefusedBecause::OtherAddress, Some(person.account_id))),
    }
}
