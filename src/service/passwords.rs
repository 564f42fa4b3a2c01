//! Changing a password one knows; setting one, the desktop app's way.

use std::time::Duration;

use rekey_events::account::event::{Channel, Failure};
use rekey_events::account::{Account, AccountCommand, AccountEvent, PasswordProof};
use rekey_events::rows::Change;
use rekey_events::store::execute::Draft;
use rekey_events::{AccountId, CredentialId, Permission};
use serde_json::json;

use super::call::{Outcome, guard};
use super::resets::set_password;
use super::{Answer, Call, Service};
use crate::credential::Rejection;
use crate::credential::policy::{self, normalise};
use crate::problem::{Kind, Problem};

impl Service {
    /// Changes the caller's password; all their other sessions end.
    ///
    /// # Errors
    /// The current password is wrong, or the new one is not taken.
    pub async fn change_password(&self, call: &Call, current: &str, new: &str) -> Outcome {
        let session = call.caller.session()?;
        let account = session.account_id;
        let proof = self.prove_password(account, current).await?;
        let credential = CredentialId::new(self.env());
        let throttled = self.is_throttled(call, account).await?;
        // Nothing is kept of an answer that only says when to come again: then the same call is to be made again.
        let call = &if throttled { call.clone().never_repeated() } else { call.clone() };
        let hash = match proof {
            PasswordProof::Wrong => String::new(),
            PasswordProof::Matches(_) if throttled => String::new(),
            PasswordProof::Matches(_) if normalise(current) == normalise(new) => {
                return Err(Problem::rejected(vec![Rejection::Unchanged]));
            }
            PasswordProof::Matches(_) => self.accept_password(account, new).await?,
        };
        let command = AccountCommand::ChangePassword { current: proof, credential };
        let also = |state: &Account, events: &[AccountEvent], draft: &mut Draft<'_>| {
            let answer = answer_change(events, state.password_change_wait(call.context.at));
            if answer.is_ok() {
                draft.change(set_password(account, credential, &hash));
                draft.change(Change::EndSessions {
                    account_id: account,
                    keep: Some(session.session_id),
                    credential_id: Some(credential),
                });
            }
            call.keep(&answer, draft);
        };
        let done = self.log().execute::<Account>(&call.context, account.into(), &command, also).await?;
        let wait = done.state.password_change_wait(call.context.at);
        answer_change(&done.events, wait).map(|answer| answer.at(done.position))
    }

    /// Sets an account's password for it. It must be changed at the next
    /// sign-in unless told otherwise.
    ///
    /// # Errors
    /// The caller may not, there is no such account, or the password is not taken.
    pub async fn set_password(
        &self,
        call: &Call,
        account: AccountId,
        new: &str,
        must_change: bool,
    ) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::Desktop).await?;
        let hash = self.accept_password(account, new).await?;
        let credential = CredentialId::new(self.env());
        let command = AccountCommand::SetPassword { credential, channel: Channel::Desktop, must_change };
        let answer = Ok(Answer::new(200, &json!({ "message": "The password is set." })));
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            guard(draft, &guards, account.into());
            draft.change(set_password(account, credential, &hash));
            draft.change(Change::EndSessions { account_id: account, keep: None, credential_id: None });
            call.keep(&answer, draft);
        };
        let done = self.log().execute::<Account>(&call.context, account.into(), &command, also).await?;
        answer.clone().map(|answer| answer.at(done.position))
    }

    /// How hard a new password of the account is to guess, from 0 to 4, and everything
    /// that stands against it. Without an account nothing is told that depends on whose it
    /// is: whoever holds a link only must not find out the username by it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn appraise(
        &self,
        account: Option<AccountId>,
        new: &str,
    ) -> Result<(u8, Vec<Rejection>), Problem> {
        let (words, has_factor) = match account {
            Some(account) => {
                let row = self.store().account(account).await?;
                (self.words_of(account).await?, row.is_some_and(|row| row.factor_id.is_some()))
            }
            None => (vec![self.settings().product.clone()], false),
        };
        let new = new.to_owned();
        let appraised = tokio::task::spawn_blocking(move || {
            let like: Vec<_> = words.iter().map(String::as_str).collect();
            let reasons = policy::check(&new, has_factor, &like).err().unwrap_or_default();
            (policy::strength(&new, &like), reasons)
        });
        appraised.await.map_err(|_| Kind::Internal.into())
    }

    /// Whether the rules would not even compare now: then the answer must not
    /// tell whether the current password was right.
    async fn is_throttled(&self, call: &Call, account: AccountId) -> Result<bool, Problem> {
        let loaded = self.log().load::<Account>(account.into()).await?;
        Ok(!loaded.state.password_change_wait(call.context.at).is_zero())
    }

    async fn prove_password(&self, account: AccountId, password: &str) -> Result<PasswordProof, Problem> {
        let stored = self.store().credential(account).await?;
        let password = normalise(password).unwrap_or_default();
        let verified = self.hasher().verify(&password, stored.as_ref().map(|row| row.hash.as_str())).await?;
        Ok(match stored.filter(|_| verified.matches) {
            Some(row) => PasswordProof::Matches(row.credential_id),
            None => PasswordProof::Wrong,
        })
    }
}

fn answer_change(events: &[AccountEvent], wait: Duration) -> Outcome {
    let failed = events.iter().find_map(|event| match event {
        AccountEvent::PasswordChangeFailed { reason } => Some(*reason),
        _ => None,
    });
    match failed {
        None => {
            Ok(Answer::new(200, &json!({ "message": "The password is changed. Other sessions are ended." })))
        }
        Some(Failure::Throttled) => Err(Problem::throttled(wait)),
        Some(_) => Err(Kind::WrongPassword.into()),
    }
}
