//! Signing in: password, then second factor where one is enrolled.

use std::time::Duration;

use rekey_events::account::event::Failure;
use rekey_events::account::{
    Account, AccountCommand, AccountEvent, AccountRefusal, PasswordProof, SecondFactorProof,
};
use rekey_events::attempt::AttemptEvent;
use rekey_events::env::random;
use rekey_events::names::{folded_username, username_key};
use rekey_events::policy::{DAY, left_of_window, wait_after};
use rekey_events::rows::{Change, SessionRow};
use rekey_events::store::CommandError;
use rekey_events::store::execute::{Draft, Origin};
use rekey_events::{AccountId, CredentialId, SessionId, StreamId};
use serde::Serialize;

use super::sessions::{LIFETIME, token_hash};
use super::{Call, Service};
use crate::credential::policy::normalise;
use crate::problem::{Kind, Problem};

/// Failed attempts from one source in [`SOURCE_WINDOW`] before it must wait.
const SOURCE_LIMIT: i64 = 100;
const SOURCE_WINDOW: Duration = Duration::from_secs(10 * 60);

/// A session just opened. The token is shown here, and never again.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Opened {
    /// To be sent as `Authorization: Bearer …`.
    pub token: String,
    /// The session.
    #[schema(value_type = uuid::Uuid)]
    pub session_id: SessionId,
    /// Whose.
    #[schema(value_type = uuid::Uuid)]
    pub account_id: AccountId,
    /// Whether a second factor was used.
    pub second_factor: bool,
    /// Whether nothing but changing the password is possible.
    pub must_change_password: bool,
    /// When it ends at the latest.
    pub expires_at: String,
    /// The log position reached.
    pub position: Option<i64>,
}

/// Who tries to sign in, as far as the vault knows them.
pub(super) struct Known {
    pub(super) account: AccountId,
    pub(super) credential: Option<CredentialId>,
    pub(super) matches: bool,
}

impl Service {
    /// Opens a session.
    ///
    /// # Errors
    /// One and the same for an unknown name, a wrong password and a wrong code;
    /// another when the password is right and a code is missing.
    pub async fn sign_in(
        &self,
        call: &Call,
        username: &str,
        password: &str,
        code: Option<&str>,
    ) -> Result<Opened, Problem> {
        let attempt = async {
            match self.compare(username, password).await? {
                Some(known) => self.sign_in_known(call, &known, code).await,
                None => Err(self.refuse_stranger(call, username).await?),
            }
        };
        self.counted(call, attempt).await
    }

    /// Makes the attempt unless too many from this source have failed, and counts it if it fails.
    pub(super) async fn counted<T>(
        &self,
        call: &Call,
        attempt: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let source = self.source_key(call);
        let failed = self.store().attempts(&source, call.context.at, SOURCE_WINDOW).await?;
        if failed.count >= SOURCE_LIMIT {
            return Err(Problem::throttled(left_of_window(failed.first, SOURCE_WINDOW, call.context.at)));
        }
        let outcome = attempt.await;
        let failed =
            |problem: &Problem| [Kind::WrongCredentials, Kind::TooManyAttempts].contains(&problem.kind);
        if outcome.as_ref().is_err_and(failed) {
            self.store().count_attempt(&source, call.context.at, SOURCE_WINDOW).await?;
        }
        outcome
    }

    /// Compares the password with the person's; without such a person with
    /// nobody's, which takes as long.
    pub(super) async fn compare(&self, username: &str, password: &str) -> Result<Option<Known>, Problem> {
        let password = normalise(password).unwrap_or_default();
        let person = match username_key(username) {
            Some(key) => self.store().person_by_username(&key).await?,
            None => None,
        };
        let credential = match &person {
            Some(person) => self.store().credential(person.account_id).await?,
            None => None,
        };
        let verified =
            self.hasher().verify(&password, credential.as_ref().map(|row| row.hash.as_str())).await?;
        if let Some(row) = credential.as_ref().filter(|_| verified.matches && verified.outdated) {
            let hash = self.hasher().hash(self.env(), &password).await?;
            self.store().rehash(row.account_id, row.credential_id, &hash).await?;
        }
        let credential = credential.map(|row| row.credential_id);
        Ok(person.map(|person| Known { account: person.account_id, credential, matches: verified.matches }))
    }

    pub(super) async fn sign_in_known(
        &self,
        call: &Call,
        known: &Known,
        code: Option<&str>,
    ) -> Result<Opened, Problem> {
        let account = known.account;
        let second_factor = match code {
            Some(code) => self.prove_second_factor(account, code, call.context.at).await?,
            None => SecondFactorProof::None,
        };
        let password = match known.credential.filter(|_| known.matches) {
            Some(credential) => PasswordProof::Matches(credential),
            None => PasswordProof::Wrong,
        };
        let (token, session) = self.new_session(call, account);
        let also = |state: &Account, events: &[AccountEvent], draft: &mut Draft<'_>| {
            if let (Some(second_factor), Some(credential_id)) = (signed_in(events), state.credential()) {
                draft.change(Change::PutSession(SessionRow {
                    second_factor,
                    credential_id,
                    ..session.clone()
                }));
            }
        };
        let command = AccountCommand::SignIn { password, second_factor };
        match self.log().execute::<Account>(&call.context, account.into(), &command, also).await {
            Ok(done) => match signed_in(&done.events) {
                Some(second_factor) => Ok(Opened {
                    token,
                    session_id: session.session_id,
                    account_id: account,
                    second_factor,
                    must_change_password: done.state.must_change(),
                    expires_at: call.context.at.after(LIFETIME).to_string(),
                    position: done.position,
                }),
                None => Err(refusal(&done.events, done.state.sign_in_wait(call.context.at))),
            },
            Err(CommandError::Refused(AccountRefusal::NoSuchAccount)) => Err(Kind::WrongCredentials.into()),
            Err(CommandError::Refused(refusal)) => {
                // No event: it costs no attempt. But who knows a password is worth a line.
                tracing::info!(%account, %refusal, "a right password was stopped");
                Err(refusal.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn new_session(&self, call: &Call, account_id: AccountId) -> (String, SessionRow) {
        let token = format!("rks_{}", hex::encode(random::<32>(self.env())));
        let Origin { source, user_agent } = call.context.origin.clone().unwrap_or_default();
        let row = SessionRow {
            session_id: SessionId::new(self.env()),
            token_hash: token_hash(&token),
            account_id,
            credential_id: CredentialId(uuid::Uuid::nil()),
            second_factor: false,
            created_at: call.context.at.micros(),
            seen_at: call.context.at.micros(),
            expires_at: call.context.at.after(LIFETIME).micros(),
            user_agent,
            source,
        };
        (token, row)
    }

    /// Records an attempt under nobody's name, and slows the next ones as it
    /// would for somebody's.
    pub(super) async fn refuse_stranger(&self, call: &Call, username: &str) -> Result<Problem, Problem> {
        let name = folded_username(username);
        let fingerprint = self.keys().blind("stranger", &[&name]);
        let failed = self.store().attempts(&fingerprint, call.context.at, DAY).await?;
        let count = u32::try_from(failed.count).unwrap_or(u32::MAX);
        let wait = wait_after(count, failed.first, failed.last, call.context.at);
        let mut draft = Draft::new(self.log(), &call.context);
        draft.note(
            StreamId::new(self.env()),
            &AttemptEvent::StrangerRefused { fingerprint: fingerprint.clone() },
        );
        draft.append().await?;
        if !wait.is_zero() {
            return Ok(Problem::throttled(wait));
        }
        self.store().count_attempt(&fingerprint, call.context.at, DAY).await?;
        Ok(Kind::WrongCredentials.into())
    }

    fn source_key(&self, call: &Call) -> String {
        self.keys().blind("sign-in source", &[&call.source_network()])
    }
}

/// Whether the events open a session; and with a second factor?
fn signed_in(events: &[AccountEvent]) -> Option<bool> {
    events.iter().find_map(|event| match event {
        AccountEvent::SignedIn { second_factor, .. } => Some(second_factor.is_some()),
        _ => None,
    })
}

fn refusal(events: &[AccountEvent], wait: Duration) -> Problem {
    let throttled =
        events.iter().any(|event| matches!(event, AccountEvent::SignInFailed { reason: Failure::Throttled }));
    if throttled { Problem::throttled(wait) } else { Kind::WrongCredentials.into() }
}
