//! What a delivery means for the mail, and recording it.

use std::time::{Duration, Instant};

use rekey_events::mail::event::{DeadBecause, UnknownBecause};
use rekey_events::mail::{FailureReason, Mail, MailCommand, MailRefusal, Phase};
use rekey_events::rows::{Change, MailRow, ReceiptRow};
use rekey_events::store::execute::Draft;
use rekey_events::store::{AppendError, CommandError, Loaded};
use rekey_events::{Env, Moment};

use super::schedule::{after_ambiguity, after_failure, after_pause, next, phase};
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
            Delivery::Ambiguous { reason } => {
                tracing::warn!(%reason, mail = %self.row.mail_id, "a mail may have gone out; the same bytes are sent again");
                self.lose_track(&reason)
            }
        })
    }

    /// The reply to the final dot was lost, or says neither yes nor no.
    fn lose_track(&self, reason: &Failure) -> MailCommand {
        let reply = failure::reply(reason);
        MailCommand::LoseTrack {
            reason: UnknownBecause::ReplyLost,
            due_at: after_ambiguity(self.env),
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
        self.defer(at, reply, failure, due_at, false)
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
        let is_fenced_out = !self.record_on(row, command, also).await?;
        // Somebody else has the mail now. A 250 is a fact all the same.
        if is_fenced_out && matches!(command, MailCommand::Accept { .. }) {
            let also = |_: &Mail, _: &[_], draft: &mut Draft<'_>| add(also, draft);
            self.log.execute::<Mail>(&self.context_of(row), row.mail_id.into(), command, also).await?;
        }
        if is_fenced_out {
            self.stats.fence();
        }
        if may_be_double(row) && matches!(command, MailCommand::Accept { .. }) {
            self.stats.double();
        }
        Ok(())
    }

    /// Records `command`, and what changes with it, on the mail as the row shows it; whether it
    /// has not moved on.
    pub(super) async fn record_on(
        &self,
        row: &MailRow,
        command: &MailCommand,
        also: &[Change],
    ) -> Result<bool, CommandError<MailRefusal>> {
        let Some(state) = Mail::from_row(row) else { return Ok(true) };
        let loaded = Loaded { state, version: row.version };
        let also = |_: &Mail, _: &[_], draft: &mut Draft<'_>| add(also, draft);
        match self.log.execute_on(&self.context_of(row), row.mail_id.into(), &loaded, command, also).await {
            Err(CommandError::Append(AppendError::Conflict)) => Ok(false),
            Ok(_) | Err(CommandError::Refused(_)) => Ok(true),
            Err(error) => Err(error),
        }
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

/// Whether a mail that is accepted now may have been accepted before.
fn may_be_double(row: &MailRow) -> bool {
    row.state == "unknown" || row.pinned_to.is_some()
}
