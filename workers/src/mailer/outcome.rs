//! What a delivery means for the mail, and recording it.

use std::time::{Duration, Instant};

use rekey_events::mail::event::{DeadBecause, UnknownBecause};
use rekey_events::mail::{FailureReason, Mail, MailCommand, MailEvent, MailRefusal, Phase};
use rekey_events::rows::{Change, MailRow, ReceiptRow};
use rekey_events::store::execute::Draft;
use rekey_events::store::{AppendError, CommandError, Loaded};
use rekey_events::{Env, MailId, Moment};

use super::report::report;
use super::schedule::{after_ambiguity, after_failure, after_pause, after_refusal, next, phase};
use super::{Inner, Provider, Providers, Route, failure};
use crate::smtp::{Delivery, Failure, Refusal, Reply};

/// Pauses between tries to record an outcome.
const AGAIN: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];

/// A mail that was taken to a provider.
pub(super) struct Tried<'a> {
    pub(super) env: &'a dyn Env,
    pub(super) providers: &'a Providers,
    pub(super) provider: &'a Provider,
    pub(super) row: &'a MailRow,
}

impl Tried<'_> {
    /// What to record; nothing when the mail was withheld.
    pub(super) fn outcome(&self, route: Route) -> Option<MailCommand> {
        match route {
            Route::Smtp(delivery) => self.of_delivery(delivery),
            Route::Kept => Some(self.accept(250)),
            Route::Unwritable(error) => {
                tracing::error!(%error, "the inbox folder cannot be written");
                Some(self.unreachable(Phase::Connect, None, Some(FailureReason::InboxUnwritable)))
            }
        }
    }

    fn of_delivery(&self, delivery: Delivery) -> Option<MailCommand> {
        Some(match delivery {
            Delivery::Withheld => return None,
            Delivery::Accepted { reply } => self.accept(reply.code),
            Delivery::Deferred { phase: at, reply, retry_after } => {
                self.later(phase(at), &reply, retry_after)
            }
            Delivery::ConnectionFailed { phase: at, reason } => {
                self.unreachable(phase(at), failure::reply(&reason), failure::reason(&reason))
            }
            Delivery::Rejected { phase: at, reply, about } => self.refused(phase(at), reply, about),
            Delivery::Ambiguous { reason } => self.lose_track(&reason),
        })
    }

    /// The reply to the final dot was lost, or says neither yes nor no.
    fn lose_track(&self, reason: &Failure) -> MailCommand {
        let reply = failure::reply(reason);
        MailCommand::LoseTrack {
            reason: UnknownBecause::ReplyLost,
            due_at: after_ambiguity(self.env, self.row),
            provider: Some(self.name()),
            code: reply.map(|reply| reply.code),
            enhanced: reply.and_then(|reply| reply.enhanced.clone()),
            failure: failure::reason(reason),
        }
    }

    fn accept(&self, code: u16) -> MailCommand {
        MailCommand::Accept { provider: self.name(), code }
    }

    /// The provider is paused, and the mail may go to no other: nobody was asked.
    pub(super) fn untried(&self) -> MailCommand {
        let due_at = after_pause(self.env, Moment::from_micros(self.row.requested_at));
        let (phase, code, enhanced) = (Phase::Connect, None, None);
        let failure = Some(FailureReason::ProviderPaused);
        MailCommand::Defer { phase, code, enhanced, due_at, counted: false, provider: None, failure }
    }

    /// The provider cannot be used: no fault of the mail, which is due at once where another can.
    fn unreachable(&self, at: Phase, reply: Option<&Reply>, failure: Option<FailureReason>) -> MailCommand {
        let now = self.env.now();
        let due_at = match self.providers.destination(self.row, now) {
            Some(next) if next.is_paused(now) => after_failure(self.env, next.paused_until(now)),
            Some(next) if next.name() != self.provider.name() => now,
            _ => after_failure(self.env, now),
        };
        let due_at = if due_at > now && self.is_refused_alone(at) {
            due_at.max(after_refusal(self.env, Moment::from_micros(self.row.requested_at)))
        } else {
            due_at
        };
        self.defer(at, reply, failure, due_at, false)
    }

    /// Whether the provider refuses this mail, and takes others: one that refuses all is paused ever longer.
    fn is_refused_alone(&self, at: Phase) -> bool {
        matches!(at, Phase::Rcpt | Phase::Data | Phase::Dot)
            && self.provider.standing().failures_in_a_row() < 2
    }

    /// Who does not exist, exists nowhere. What else one provider refuses another may take; what is wrong with
    /// the message in our own eyes (at BODY) none will.
    fn refused(&self, at: Phase, reply: Reply, about: Refusal) -> MailCommand {
        let may_go_elsewhere = Mail::from_row(self.row).is_some_and(|mail| mail.may_go_elsewhere());
        let provider = self.name();
        let Reply { code, enhanced, .. } = reply;
        if about == Refusal::Recipient {
            MailCommand::Reject { phase: at, code, enhanced, provider: Some(provider) }
        } else if at != Phase::Body && may_go_elsewhere && self.providers.are_several() {
            MailCommand::Reroute { provider, phase: at, code, enhanced, due_at: self.env.now() }
        } else if about == Refusal::Unclear {
            self.later(at, &Reply { code, enhanced, ..reply }, None)
        } else {
            let (reason, code, phase) = (DeadBecause::MessageRefused, Some(code), Some(at));
            MailCommand::Bury { reason, code, enhanced, phase, provider: Some(provider) }
        }
    }

    /// Tried again on the schedule, which uses up an attempt.
    fn later(&self, at: Phase, reply: &Reply, asked: Option<Duration>) -> MailCommand {
        let due_at = next(self.env, self.row, asked);
        self.defer(at, Some(reply), None, due_at, true)
    }

    fn defer(
        &self,
        phase: Phase,
        reply: Option<&Reply>,
        failure: Option<FailureReason>,
        due_at: Moment,
        counted: bool,
    ) -> MailCommand {
        MailCommand::Defer {
            phase,
            code: reply.map(|reply| reply.code),
            enhanced: reply.and_then(|reply| reply.enhanced.clone()),
            due_at,
            counted,
            provider: Some(self.name()),
            failure,
        }
    }

    fn name(&self) -> String {
        self.provider.name().to_owned()
    }
}

impl Inner {
    /// Records an outcome, and what changes with it, trying again while the database is away.
    /// What cannot be recorded is found later as a claim that nobody works at.
    pub(super) async fn record(&self, row: &MailRow, command: &MailCommand, also: &[Change]) {
        for pause in AGAIN {
            match self.record_once(row, command, also).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, mail = %row.mail_id, "an outcome waits for the database")
                }
            }
            tokio::time::sleep(pause).await;
        }
        tracing::error!(mail = %row.mail_id, "an outcome could not be recorded; the mail will be sent again");
    }

    async fn record_once(
        &self,
        row: &MailRow,
        command: &MailCommand,
        also: &[Change],
    ) -> Result<(), CommandError<MailRefusal>> {
        let is_fenced_out = self.record_on(row, command, also).await?.is_none();
        // Somebody else has the mail now. A 250 is a fact all the same.
        if is_fenced_out && matches!(command, MailCommand::Accept { .. }) {
            let also = |_: &Mail, _: &[_], draft: &mut Draft<'_>| add(also, draft);
            let context = self.context_of(row);
            let done = self.log.execute::<Mail>(&context, row.mail_id.into(), command, also).await?;
            self.settled(row, &done.events);
        }
        if is_fenced_out {
            self.stats.fence();
        }
        Ok(())
    }

    /// Records `command`, and what changes with it, on the mail as the row shows it: the events, or
    /// `None` if the mail has moved on.
    pub(super) async fn record_on(
        &self,
        row: &MailRow,
        command: &MailCommand,
        also: &[Change],
    ) -> Result<Option<Vec<MailEvent>>, CommandError<MailRefusal>> {
        let Some(state) = Mail::from_row(row) else { return Ok(Some(Vec::new())) };
        let loaded = Loaded { state, version: row.version };
        let also = |_: &Mail, _: &[_], draft: &mut Draft<'_>| add(also, draft);
        match self.log.execute_on(&self.context_of(row), row.mail_id.into(), &loaded, command, also).await {
            Err(CommandError::Append(AppendError::Conflict)) => Ok(None),
            Err(CommandError::Refused(_)) => Ok(Some(Vec::new())),
            Err(error) => Err(error),
            Ok(done) => {
                self.settled(row, &done.events);
                Ok(Some(done.events))
            }
        }
    }

    /// Counts and logs what was recorded of the mail that the row shows.
    fn settled(&self, row: &MailRow, events: &[MailEvent]) {
        for event in events {
            self.stats.settled(event);
            report(row.mail_id, event);
            if row.copies > 0 && is_one_more_copy(event) {
                self.stats.double();
            }
        }
    }

    /// Tries again the mails whose refusal the provider has shown to be about us: see [`Streak`](super::streak::Streak).
    pub(super) async fn take_back(&self, provider: &Provider) {
        for mail in provider.take_wrongly_rejected() {
            match self.requeue_rejected(mail).await {
                Ok(()) => tracing::warn!(
                    %mail,
                    provider = provider.name(),
                    "Mail requeued and suppression lifted: the server refuses every recipient"
                ),
                Err(error) => {
                    tracing::error!(%error, %mail, "Failed to requeue a mail that was rejected wrongly")
                }
            }
        }
    }

    async fn requeue_rejected(&self, mail: MailId) -> Result<(), CommandError<MailRefusal>> {
        let Some(row) = self.log.store().mail(mail).await? else { return Ok(()) };
        let person = self.log.store().person(row.account_id).await?;
        let also = |_: &Mail, _: &[_], draft: &mut Draft<'_>| {
            if let Some(person) = &person {
                draft.change(Change::DropSuppression(person.email_key.clone()));
            }
        };
        let requeue = MailCommand::Requeue { expires_at: Moment::from_micros(row.expires_at) };
        self.log.execute::<Mail>(&self.context_of(&row), mail.into(), &requeue, also).await.map(drop)
    }

    /// Gives a mail back untried. Not after the lease was over: then it is no
    /// longer ours to give, and is taken over as it is.
    pub(super) async fn give_back(&self, row: &MailRow, claimed: Instant) {
        if !self.lease.is_held_since(claimed) {
            return;
        }
        if let Err(error) = self.log.store().release_mail(row, self.worker).await {
            tracing::warn!(%error, mail = %row.mail_id, "a claim is given back later");
        }
    }
}

/// Whether, by this event, the recipient has or may have one more copy.
fn is_one_more_copy(event: &MailEvent) -> bool {
    match event {
        MailEvent::MailAccepted { .. } | MailEvent::MailUnconfirmed { .. } => true,
        MailEvent::MailOutcomeUnknown { reason, provider, .. } => {
            *reason == UnknownBecause::ReplyLost || provider.is_some()
        }
        _ => false,
    }
}

/// Adds what changes with an outcome. A receipt is kept beside the event of the outcome.
fn add(also: &[Change], draft: &mut Draft<'_>) {
    let event = draft.first();
    for change in also.iter().cloned() {
        draft.change(match (change, event) {
            (Change::PutReceipt(row), Some(event_id)) => Change::PutReceipt(ReceiptRow { event_id, ..row }),
            (change, _) => change,
        });
    }
}
