//! What administrators do for others: sending links, ending them.

use rekey_events::account::event::RevokedBy;
use rekey_events::account::{Account, AccountCommand, AccountEvent};
use rekey_events::store::execute::Draft;
use rekey_events::{AccountId, Moment, Permission, ResetId};
use serde_json::json;

use super::call::{Outcome, guard};
use super::{Answer, Call, Service};

impl Service {
    /// Sends another user a reset link, and says so if the address is suppressed. The administrator never sees it.
    ///
    /// # Errors
    /// A permission or the second factor is missing, or the account is not
    /// entitled to a link.
    pub async fn issue_admin_reset(&self, call: &Call, account: AccountId) -> Outcome {
        let by = call.caller.person()?.account_id;
        let guards = self.authorise(&call.caller, Permission::UsersResetPasswords).await?;
        let reset = ResetId::new(self.env());
        let suppressed_until = self.store().suppressed_until(account, call.context.at).await?;
        let answer = Ok(issued(reset, suppressed_until));
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            guard(draft, &guards, account.into());
            call.keep(&answer, draft);
        };
        let command = AccountCommand::IssueAdminReset { reset, by };
        let done = self.log().execute::<Account>(&call.about(reset), account.into(), &command, also).await?;
        answer.clone().map(|answer| answer.at(done.position))
    }

    /// Ends an account's live link.
    ///
    /// # Errors
    /// The caller may not, or there is no such account.
    pub async fn revoke_reset(&self, call: &Call, account: AccountId) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::UsersResetPasswords).await?;
        let command = AccountCommand::RevokeReset { reset: None, by: RevokedBy::Administrator };
        self.tell(call, account, &command, &guards, "The account has no live link any more.").await
    }
}

/// What an administrator is told who issued a link.
fn issued(reset: ResetId, suppressed_until: Option<Moment>) -> Answer {
    let Some(until) = suppressed_until else {
        let message = "A mail with a link is on its way.";
        return Answer::new(202, &json!({ "reset_id": reset, "message": message }));
    };
    let message = format!(
        "The link is not mailed: a mail server refused the address on file, so nothing is sent there until {until}. \
         Correct the address, or lift the suppression, then send another link."
    );
    Answer::new(202, &json!({ "reset_id": reset, "message": message, "suppressed_until": until.to_string() }))
}
