//! Registering accounts, reporting sign-ins, permissions, erasure.

use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand, AccountEvent};
use rekey_events::names::{email_key, username_key, username_of};
use rekey_events::rows::{Change, PersonRow};
use rekey_events::store::Guard;
use rekey_events::store::execute::Draft;
use rekey_events::text::{is_bidi_control, is_invisible, trim};
use rekey_events::{AccountId, CredentialId, Permission};
use serde_json::json;

use super::call::{Outcome, guard};
use super::resets::set_password;
use super::{Answer, Call, Service};
use crate::credential::policy;
use crate::problem::{Kind, Problem};

/// A new account.
#[derive(Clone, Debug)]
pub struct Registration<'a> {
    /// The username, unique when folded.
    pub username: &'a str,
    /// The mail address.
    pub email: &'a str,
    /// The name shown.
    pub display_name: &'a str,
    /// Where it is created.
    pub origin: Origin,
    /// The first password, if it gets one.
    pub password: Option<&'a str>,
    /// Whether that must be changed at the next sign-in.
    pub must_change: bool,
}

impl Service {
    /// Registers an account.
    ///
    /// # Errors
    /// The caller may not, the username is taken or none, the address is none,
    /// or the password is not taken.
    pub async fn register_account(&self, call: &Call, new: &Registration<'_>) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::UsersRegister).await?;
        let account = AccountId::new(self.env());
        self.register(call, account, new, &guards).await
    }

    /// Registers an account on the machine's own word.
    ///
    /// # Errors
    /// As [`Service::register_account`], but for the permission.
    pub async fn register(
        &self,
        call: &Call,
        account: AccountId,
        new: &Registration<'_>,
        guards: &[Guard],
    ) -> Outcome {
        let person = person(account, new)?;
        let credential = match new.password {
            Some(password) => {
                Some((CredentialId::new(self.env()), self.first_password(new, password).await?))
            }
            None => None,
        };
        let command = AccountCommand::Register {
            origin: new.origin,
            credential: credential.as_ref().map(|(id, _)| *id),
            must_change: new.must_change,
        };
        let answer = Ok(Answer::new(201, &json!({ "account_id": account })));
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            guard(draft, guards, account.into());
            draft.change(Change::PutPerson(person.clone()));
            if let Some((id, hash)) = &credential {
                draft.change(set_password(account, *id, hash));
            }
            call.keep(&answer, draft);
        };
        let done = self.log().begin::<Account>(&call.context, account.into(), &command, also).await?;
        answer.clone().map(|answer| answer.at(done.position))
    }

    async fn first_password(&self, new: &Registration<'_>, password: &str) -> Result<String, Problem> {
        let words = [self.settings().product.as_str(), new.username, new.email].map(str::to_owned).to_vec();
        let password = policy::check_aside(password, false, words).await.map_err(Problem::rejected)?;
        Ok(self.hasher().hash(self.env(), &password).await?)
    }

    /// Records that the person signed in to the desktop app.
    ///
    /// # Errors
    /// The caller may not, or there is no such account.
    pub async fn record_sign_in(&self, call: &Call, account: AccountId) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::Desktop).await?;
        self.tell(call, account, &AccountCommand::RecordSignIn, &guards, "The sign-in is recorded.").await
    }

    /// Grants or revokes a permission.
    ///
    /// # Errors
    /// The caller may not, or there is no such account.
    pub async fn set_permission(
        &self,
        call: &Call,
        account: AccountId,
        wanted: Permission,
        granted: bool,
    ) -> Outcome {
        let guards = self.authorise(&call.caller, Permission::PermissionsManage).await?;
        if wanted == Permission::Desktop {
            return Err(Problem::because(
                Kind::NotPossible,
                "The desktop app's permission is for API keys only.",
            ));
        }
        let (command, message) = match granted {
            true => (AccountCommand::GrantPermission(wanted), "The permission is granted."),
            false => (AccountCommand::RevokePermission(wanted), "The permission is revoked."),
        };
        self.tell(call, account, &command, &guards, message).await
    }

    /// Erases a person from the vault; the history stays.
    ///
    /// # Errors
    /// The caller may not, or there is no such account.
    pub async fn erase_person(&self, call: &Call, account: AccountId) -> Outcome {
        call.caller.person()?;
        let guards = self.authorise(&call.caller, Permission::UsersErase).await?;
        let answer = Ok(Answer::new(200, &json!({ "message": "The person is erased." })));
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            guard(draft, &guards, account.into());
            draft.change(Change::ErasePerson(account));
            call.keep(&answer, draft);
        };
        let done = self
            .log()
            .execute::<Account>(&call.context, account.into(), &AccountCommand::Erase, also)
            .await?;
        answer.clone().map(|answer| answer.at(done.position))
    }

    /// Carries out a command that changes nothing in the vault.
    pub(super) async fn tell(
        &self,
        call: &Call,
        account: AccountId,
        command: &AccountCommand,
        guards: &[Guard],
        message: &str,
    ) -> Outcome {
        let answer = Ok(Answer::new(200, &json!({ "message": message })));
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            guard(draft, guards, account.into());
            call.keep(&answer, draft);
        };
        let done = self.log().execute::<Account>(&call.context, account.into(), command, also).await?;
        answer.clone().map(|answer| answer.at(done.position))
    }
}

fn person(account_id: AccountId, new: &Registration<'_>) -> Result<PersonRow, Problem> {
    let username_key = username_key(new.username).ok_or_else(|| {
        Problem::invalid(
            "/username",
            "is no username: letters, digits and punctuation without blanks (RFC 8265)",
        )
    })?;
    let email = trim(new.email);
    if email.contains(is_invisible) {
        return Err(Problem::invalid(
            "/email",
            "must not have invisible characters, such as U+200B or U+00AD",
        ));
    }
    if new.display_name.contains(is_bidi_control) {
        let why = "must not have characters that change the direction of text, such as U+202E";
        return Err(Problem::invalid("/display_name", why));
    }
    rekey_workers::message::Address::parse(email)
        .map_err(|_| Problem::invalid("/email", "is no mail address: name@domain"))?;
    Ok(PersonRow {
        account_id,
        username: username_of(new.username).to_owned(),
        username_key,
        email: email.to_owned(),
        email_key: email_key(email),
        display_name: new.display_name.to_owned(),
        language: None,
        zone: None,
    })
}

/// The account a path or body names.
///
/// # Errors
/// It is no id.
pub fn parse_account(text: &str) -> Result<AccountId, Problem> {
    text.parse().map_err(|_| Kind::NotFound.into())
}
