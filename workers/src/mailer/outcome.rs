//! What a delivery means for the mail, and recording it.

use std::time::{Duration, Instant};

use rekey_events::Env;
use rekey_events::mail::event::{DeadBecause, UnknownBecause};
use rekey_events::mail::{Mail, MailCommand, MailKind, MailRefusal, Phase};
use rekey_events::rows::MailRow;
use rekey_events::store::execute::Draft;
use rekey_events::store::{AppendError, CommandError, Loaded};

use super::schedule::{after_ambiguity, after_failure, next, phase};
use super::{Inner, Provider, Route};
use crate::smtp::{Delivery, Failure, Reply};

/// Pauses between tries to record an outcome.
const AGAIN: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];

/// What to record; nothing when the mail was withheld.
pub(super) fn of(env: &dyn Env, provider: &Provider, row: &MailRow, route: Route) -> Option<MailCommand> {
    let delivery = match route {
        Route::Smtp(delivery) => delivery,
        Route::Kept => return Some(accept(provider, 250)),
        Route::Unwritable(error) => {
            tracing::error!(%error, "the inbox folder cannot be written");
            return Some(defer(Phase::Connect, None, after_failure(env, provider.paused_until()), false));
        }
    };
    let kind = row.kind.parse().unwrap_or(MailKind::ResetLink);
    Some(match delivery {
        Delivery::Withheld => return None,
        Delivery::Accepted { reply } => accept(provider, reply.code),
        Delivery::Deferred { phase: at, reply, retry_after } => {
            defer(phase(at), Some(&reply), next(env, kind, row.attempts, retry_after), true)
        }
        Delivery::ConnectionFailed { phase: at, reason } => {
            let reply = match &reason {
                Failure::Refused(reply) | Failure::Unexpected(reply) => Some(reply),
                _ => None,
            };
            defer(phase(at), reply, after_failure(env, provider.paused_until()), false)
        }
        Delivery::Rejected { phase: at @ crate::smtp::Phase::Rcpt, reply } => {
            MailCommand::Reject { phase: phase(at), code: reply.code, enhanced: reply.enhanced }
        }
        Delivery::Rejected { reply, .. } => {
            MailCommand::Bury { reason: DeadBecause::MessageRefused, code: Some(reply.code) }
        }
        Delivery::Ambiguous { reason } => {
            tracing::warn!(%reason, mail = %row.mail_id, "a mail may have gone out; the same bytes are sent again");
            MailCommand::LoseTrack { reason: UnknownBecause::ReplyLost, due_at: after_ambiguity(env) }
        }
    })
}

fn accept(provider: &Provider, code: u16) -> MailCommand {
    MailCommand::Accept { provider: provider.name().to_owned(), code }
}

fn defer(phase: Phase, reply: Option<&Reply>, due_at: rekey_events::Moment, counted: bool) -> MailCommand {
    let code = reply.map(|reply| reply.code);
    MailCommand::Defer {
        phase,
        code,
        enhanced: reply.and_then(|reply| reply.enhanced.clone()),
        due_at,
        counted,
    }
}

impl Inner {
    /// Records an outcome, trying again while the database is away. What
    /// cannot be recorded is found later as a claim that nobody works at.
    pub(super) async fn record(&self, row: &MailRow, command: MailCommand) {
        for pause in AGAIN {
            match self.record_once(row, &command).await {
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
    ) -> Result<(), CommandError<MailRefusal>> {
        let is_fenced_out = !self.record_on(row, command).await?;
        if is_fenced_out {
            self.stats.fence();
        }
        // Somebody else has the mail now. A 250 is a fact all the same.
        if is_fenced_out && matches!(command, MailCommand::Accept { .. }) {
            let nothing = |_: &Mail, _: &[_], _: &mut Draft<'_>| {};
            self.log.execute::<Mail>(&self.context_of(row), row.mail_id.into(), command, nothing).await?;
        }
        Ok(())
    }

    /// Records `command` on the mail as the row shows it; whether it has not moved on.
    pub(super) async fn record_on(
        &self,
        row: &MailRow,
        command: &MailCommand,
    ) -> Result<bool, CommandError<MailRefusal>> {
        let Some(state) = Mail::from_row(row) else { return Ok(true) };
        let loaded = Loaded { state, version: row.version };
        match self.log.execute_on(&self.context_of(row), row.mail_id.into(), &loaded, command).await {
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
        if let Err(error) = self.log.store().release_mail(row.mail_id, self.worker).await {
            tracing::warn!(%error, mail = %row.mail_id, "a claim is given back later");
        }
    }
}
