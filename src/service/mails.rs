//! Trying mails again.

use rekey_events::mail::{Mail, MailCommand, MailEvent, MailState};
use rekey_events::policy::{LINK_LEAST_LEFT, NOTICE_LIFETIME};
use rekey_events::rows::{Change, MailRow, ResetRow};
use rekey_events::store::execute::{Done, Draft};
use rekey_events::store::{Context, Log};
use rekey_events::{MailId, Moment, Permission};
use serde_json::json;

use super::call::{Outcome, guard};
use super::{Answer, Call, Service};
use crate::problem::{Kind, Problem};

impl Service {
    /// Tries a mail again that was rejected, suppressed, unconfirmed, dead or expired.
    ///
    /// # Errors
    /// The caller may not, or see [`requeue`].
    pub async fn requeue_mail(&self, call: &Call, mail: MailId) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::Mail).await?;
        let answer = Ok(Answer::new(202, &json!({ "message": "The mail will be tried again." })));
        let also = |_: &Mail, _: &[MailEvent], draft: &mut Draft<'_>| {
            guard(draft, &guards, mail.into());
            call.keep(&answer, draft);
        };
        let done = requeue(self.log(), &call.context, mail, also).await?;
        answer.clone().map(|answer| answer.at(done.position))
    }
}

/// Tries a mail again, also to an address that was suppressed; `also` adds what goes with it.
///
/// # Errors
/// There is no such mail, it was not rejected, suppressed, unconfirmed, dead or expired, or the
/// link it carries is over.
pub async fn requeue(
    log: &Log,
    context: &Context,
    mail: MailId,
    also: impl Fn(&Mail, &[MailEvent], &mut Draft<'_>) + Send,
) -> Result<Done<Mail>, Problem> {
    let row = log.store().mail(mail).await?.filter(is_requeuable);
    let (expires_at, person) = match &row {
        Some(row) => {
            (worth_sending_until(log, context.at, row).await?, log.store().person(row.account_id).await?)
        }
        // The rules say no, whatever the time.
        None => (context.at, None),
    };
    let also = move |mail: &Mail, events: &[MailEvent], draft: &mut Draft<'_>| {
        if let Some(person) = &person {
            draft.change(Change::DropSuppression(person.email_key.clone()));
        }
        also(mail, events, draft);
    };
    Ok(log.execute::<Mail>(context, mail.into(), &MailCommand::Requeue { expires_at }, also).await?)
}

fn is_requeuable(row: &MailRow) -> bool {
    row.state.parse().is_ok_and(MailState::is_requeuable)
}

/// A link is worth sending as long as it is valid; a notice for days.
async fn worth_sending_until(log: &Log, now: Moment, row: &MailRow) -> Result<Moment, Problem> {
    let Some(reset) = row.reset_id else { return Ok(now.after(NOTICE_LIFETIME)) };
    match log.store().reset(reset).await? {
        Some(reset) if is_over(&reset, now) => Err(Problem::because(
            Kind::NotPossible,
            "The link this mail carries is over, so it would be of no use. \
             Have the person ask for a new one, or send one as an administrator.",
        )),
        Some(reset) => Ok(Moment::from_micros(reset.expires_at)),
        None => Ok(now),
    }
}

fn is_over(reset: &ResetRow, now: Moment) -> bool {
    reset.state != "live" || now.after(LINK_LEAST_LEFT).micros() > reset.expires_at
}
