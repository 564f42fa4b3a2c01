//! Addresses to which nothing is sent because a mail server refused them.

use rekey_events::account::{Account, AccountCommand, AccountEvent};
use rekey_events::rows::Change;
use rekey_events::store::execute::{Done, Draft};
use rekey_events::store::{Context, Log};
use rekey_events::{AccountId, Permission};
use serde_json::json;

use super::call::{Outcome, guard};
use super::{Answer, Call, Service};
use crate::problem::Problem;

impl Service {
    /// Lets mails go to the account's address on file again although a mail server refused it.
    ///
    /// # Errors
    /// The caller may not, or there is no such account.
    pub async fn lift_suppression(&self, call: &Call, account: AccountId) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::Mail).await?;
        let answer = |message: &str| Ok(Answer::new(200, &json!({ "message": message })));
        let lifted = answer("Mails are sent to the address on file again.");
        let also = |draft: &mut Draft<'_>| {
            guard(draft, &guards, account.into());
            call.keep(&lifted, draft);
        };
        let done = lift_suppression(self.log(), &call.context, account, also).await?;
        let answer = if done.events.is_empty() && !done.before {
            answer("The address on file is not suppressed.")
        } else {
            lifted.clone()
        };
        answer.map(|answer| answer.at(done.position))
    }
}

/// Lets mails go to the account's address on file again; `also` adds what goes with it. Records nothing if the address
/// is not suppressed.
///
/// # Errors
/// There is no such account.
pub async fn lift_suppression(
    log: &Log,
    context: &Context,
    account: AccountId,
    also: impl Fn(&mut Draft<'_>) + Send,
) -> Result<Done<Account>, Problem> {
    let is_suppressed = log.store().suppressed_until(account, context.at).await?.is_some();
    let person = log.store().person(account).await?;
    let also = move |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
        if let Some(person) = &person {
            draft.change(Change::DropSuppression(person.email_key.clone()));
        }
        also(draft);
    };
    let command = AccountCommand::LiftSuppression { is_suppressed };
    Ok(log.execute::<Account>(context, account.into(), &command, also).await?)
}
