//! Trying mails again.

use rekey_events::mail::{Mail, MailCommand, MailEvent, MailState};
use rekey_events::policy::{LINK_LEAST_LEFT, NOTICE_LIFETIME};
use rekey_events::rows::{Change, MailRow, ResetRow};
use rekey_events::store::execute::Draft;
use rekey_events::store::{Context, Log};
use rekey_events::{MailId, Moment, Permission, StreamId};
use serde_json::json;

use super::call::{Outcome, guard};
use super::suppressions::lift_suppression;
use super::{Answer, Call, Service};
use crate::problem::{Kind, Problem};

/// What a requeue did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requeued {
    /// The mail is tried again, and its address is not suppressed any more.
    Mail,
    /// The link that the mail carries is over, so only its address is not suppressed any more.
    Address,
}

impl Requeued {
    /// What it did, in words.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Mail => "The mail will be tried again.",
            Self::Address => {
                "The link this mail carries is over, so it is not tried again. Mails are sent to its address again: \
                 have the person ask for a new link, or send one as an administrator."
            }
        }
    }

    fn answer(self) -> Outcome {
        Ok(Answer::new(202, &json!({ "message": self.message(), "requeued": self == Self::Mail })))
    }
}

impl Service {
    /// Tries a mail again that was rejected, suppressed, unconfirmed, dead or expired.
    ///
    /// # Errors
    /// The caller may not, or see [`requeue`].
    pub async fn requeue_mail(&self, call: &Call, mail: MailId) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::Mail).await?;
        let also = |requeued: Requeued, stream: StreamId, draft: &mut Draft<'_>| {
            guard(draft, &guards, stream);
            call.keep(&requeued.answer(), draft);
        };
        let (requeued, position) = requeue(self.log(), &call.context, mail, also).await?;
        requeued.answer().map(|answer| answer.at(position))
    }
}

/// Tries a mail again, also to an address that was suppressed; `also` adds what goes with it to the commit, which
/// writes to the stream given. What it did, and the position reached.
///
/// # Errors
/// There is no such mail, it was not rejected, suppressed, unconfirmed, dead or expired, or the link it carries is over
/// and its address is not suppressed.
pub async fn requeue(
    log: &Log,
    context: &Context,
    mail: MailId,
    also: impl Fn(Requeued, StreamId, &mut Draft<'_>) + Send,
) -> Result<(Requeued, Option<i64>), Problem> {
    let row = log.store().mail(mail).await?.filter(is_requeuable);
    let (expires_at, person) = match &row {
        Some(row) => match worth_sending_until(log, context.at, row).await? {
            Some(until) => (until, log.store().person(row.account_id).await?),
            None => return requeue_address(log, context, row, also).await,
        },
        // The rules say no, whatever the time.
        None => (context.at, None),
    };
    let also = move |_: &Mail, _: &[MailEvent], draft: &mut Draft<'_>| {
        if let Some(person) = &person {
            draft.change(Change::DropSuppression(person.email_key.clone()));
        }
        also(Requeued::Mail, mail.into(), draft);
    };
    let done = log.execute::<Mail>(context, mail.into(), &MailCommand::Requeue { expires_at }, also).await?;
    Ok((Requeued::Mail, done.position))
}

/// Of a mail whose link is over, the address is worth something again.
async fn requeue_address(
    log: &Log,
    context: &Context,
    row: &MailRow,
    also: impl Fn(Requeued, StreamId, &mut Draft<'_>) + Send,
) -> Result<(Requeued, Option<i64>), Problem> {
    let account = row.account_id;
    let also = move |draft: &mut Draft<'_>| also(Requeued::Address, account.into(), draft);
    let done = lift_suppression(log, context, account, also).await?;
    if done.events.is_empty() && !done.before {
        return Err(Problem::because(
            Kind::NotPossible,
            "The link this mail carries is over, so it would be of no use. \
             Have the person ask for a new one, or send one as an administrator.",
        ));
    }
    Ok((Requeued::Address, done.position))
}

fn is_requeuable(row: &MailRow) -> bool {
    row.state.parse().is_ok_and(MailState::is_requeuable)
}

/// A link is worth sending as long as it is valid, and then no more (`None`); a notice for days.
async fn worth_sending_until(log: &Log, now: Moment, row: &MailRow) -> Result<Option<Moment>, Problem> {
    let Some(reset) = row.reset_id else { return Ok(Some(now.after(NOTICE_LIFETIME))) };
    Ok(match log.store().reset(reset).await? {
        Some(reset) if is_over(&reset, now) => None,
        Some(reset) => Some(Moment::from_micros(reset.expires_at)),
        None => Some(now),
    })
}

fn is_over(reset: &ResetRow, now: Moment) -> bool {
    reset.state != "live" || now.after(LINK_LEAST_LEFT).micros() > reset.expires_at
}
