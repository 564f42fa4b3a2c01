//! A forgotten password: asking for a link, using it, ending it.

use rekey_events::account::event::RevokedBy;
use rekey_events::account::{Account, AccountCommand, AccountEvent, SecondFactorProof, UsernameProof};
use rekey_events::names::{email_key, folded_username, username_key};
use rekey_events::request::{Request, RequestCommand};
use rekey_events::rows::{Change, CredentialRow, PendingRequestRow};
use rekey_events::store::execute::Draft;
use rekey_events::token::{self, Claims};
use rekey_events::{AccountId, CredentialId, ResetId};
use serde_json::json;
use strum::{EnumString, IntoStaticStr};

use super::call::Outcome;
use super::{Answer, Call, Service};
use crate::credential::policy;
use crate::problem::{Kind, Problem};

/// What everybody is told who asks for a link.
pub const NEUTRAL: &str = "If that username and address belong to an account that can be reset here, a mail with a \
    link is on its way. The link is valid for one hour. If no mail comes, look in the spam folder, or contact your \
    system administrator, who can reset the password in the desktop app.";

/// What is given to use a link.
#[derive(Debug)]
pub struct Completion<'a> {
    /// The link's secret, or a text that holds it: see [`token::find`].
    pub token: &'a str,
    /// The username of the account it was sent for.
    pub username: &'a str,
    /// The new password.
    pub new_password: &'a str,
    /// A code of the second factor, where the house asks for one.
    pub code: Option<&'a str>,
}

/// How a link stands, for whoever holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LinkState {
    /// It can be used.
    Live,
    /// It was used.
    Completed,
    /// A newer link, a new password or a sign-in ended it.
    Superseded,
    /// Its hour is over.
    Expired,
    /// Somebody ended it on purpose.
    Revoked,
    /// It is none of ours.
    Unknown,
}

impl Service {
    /// Puts the request on record. Nobody is looked up: the issuer does that
    /// later, so that there is nothing to learn from this answer or its time.
    ///
    /// # Errors
    /// The request cannot be recorded.
    pub async fn request_reset(&self, call: &Call, username: &str, email: &str) -> Outcome {
        let reset = ResetId::new(self.env());
        let fingerprint = self.keys().blind("request", &[&folded_username(username), &email_key(email)]);
        // Without a position: how far the log moves next tells who is entitled.
        let answer = Ok(Answer::without_position(202, &json!({ "message": NEUTRAL })));
        let pending = PendingRequestRow {
            reset_id: reset,
            username: username.to_owned(),
            email: email.to_owned(),
            source_key: self.keys().blind("source", &[&call.source_network()]),
            fingerprint: fingerprint.clone(),
            requested_at: call.context.at.micros(),
        };
        let ask = RequestCommand::Ask { fingerprint };
        let also = |_: &Request, _: &[_], draft: &mut Draft<'_>| {
            draft.change(Change::PutPendingRequest(pending.clone()));
            call.keep(&answer, draft);
        };
        self.log().begin::<Request>(&call.about(reset), reset.into(), &ask, also).await?;
        answer
    }

    /// Uses a link: the account gets the new password, all its sessions end.
    ///
    /// # Errors
    /// The link cannot be used, the username is another account's, a second
    /// factor is needed, or the password is not taken.
    pub async fn complete_reset(&self, call: &Call, completion: &Completion<'_>) -> Outcome {
        let claims = self.claims(call, completion.token).await?;
        let account = claims.account;
        let person = self.store().person(account).await?.ok_or(Kind::LinkUnusable)?;
        let username = self.prove_username(claims.reset, &person.username_key, completion.username);
        let second_factor = match completion.code {
            Some(code) => self.prove_second_factor(account, code, call.context.at).await?,
            None => SecondFactorProof::None,
        };
        let credential = CredentialId::new(self.env());
        // With the wrong username nothing is set, so nothing needs hashing.
        let hash = match username {
            UsernameProof::Matches => self.accept_password(account, completion.new_password).await?,
            UsernameProof::Wrong(_) => String::new(),
        };
        let command = AccountCommand::CompleteReset {
            reset: claims.reset,
            username,
            credential,
            needs_second_factor: self.settings().reset_needs_second_factor,
            second_factor,
        };
        let also = |_: &Account, events: &[AccountEvent], draft: &mut Draft<'_>| {
            if completed(events) {
                draft.change(set_password(account, credential, &hash));
                draft.change(Change::EndSessions { account_id: account, keep: None, credential_id: None });
            }
            call.keep(&answer_completion(events), draft);
        };
        let done =
            self.log().execute::<Account>(&call.about(claims.reset), account.into(), &command, also).await;
        let done = done.map_err(|error| unusable_if_gone(error.into()))?;
        if done.events.is_empty() {
            tracing::info!(reset = %claims.reset, "Refused a wrong username that this link was refused for before");
        }
        answer_completion(&done.events).map(|answer| answer.at(done.position))
    }

    /// Compares the typed username with the account's. A wrong one is known by a fingerprint of its own for each
    /// link, so that the log does not tell where the same one was typed.
    fn prove_username(&self, reset: ResetId, key: &str, typed: &str) -> UsernameProof {
        if username_key(typed).as_deref() == Some(key) {
            return UsernameProof::Matches;
        }
        let name = folded_username(typed);
        UsernameProof::Wrong(self.keys().blind("wrong username", &[&reset.to_string(), &name]))
    }

    /// "This wasn't me": the holder of the link ends it.
    ///
    /// # Errors
    /// The link is none of ours.
    pub async fn disown_reset(&self, call: &Call, token: &str) -> Outcome {
        let claims = token::find(self.keys().links(), token).ok_or_else(not_a_link)?;
        let command = AccountCommand::RevokeReset { reset: Some(claims.reset), by: RevokedBy::Owner };
        let answer = Ok(Answer::new(200, &json!({ "message": "The link is ended." })));
        let also = |_: &Account, _: &[_], draft: &mut Draft<'_>| call.keep(&answer, draft);
        let context = call.about(claims.reset);
        let done = self.log().execute::<Account>(&context, claims.account.into(), &command, also).await;
        let done = done.map_err(|error| unusable_if_gone(error.into()))?;
        answer.clone().map(|answer| answer.at(done.position))
    }

    /// How the link with this token stands. Changes nothing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn link_state(&self, call: &Call, token: &str) -> Result<LinkState, Problem> {
        let Some(claims) = token::find(self.keys().links(), token) else { return Ok(LinkState::Unknown) };
        let row = self.store().reset(claims.reset).await?;
        let state = row.map_or(LinkState::Unknown, |row| row.state.parse().unwrap_or(LinkState::Unknown));
        let is_over = call.context.at >= claims.expires_at;
        Ok(if state == LinkState::Live && is_over { LinkState::Expired } else { state })
    }

    /// What the token claims, when one of our keys vouches for it, its hour is
    /// not over, and the reset is live as far as the view knows. The last word
    /// has the account's stream, when the link is used.
    async fn claims(&self, call: &Call, token: &str) -> Result<Claims, Problem> {
        let claims = token::find(self.keys().links(), token).ok_or_else(not_a_link)?;
        if call.context.at >= claims.expires_at {
            return Err(Kind::LinkUnusable.into());
        }
        match self.store().reset(claims.reset).await? {
            Some(row) if row.state == "live" => Ok(claims),
            _ => Err(Kind::LinkUnusable.into()),
        }
    }

    /// The hash of a new password, when it is taken.
    pub(super) async fn accept_password(
        &self,
        account: AccountId,
        password: &str,
    ) -> Result<String, Problem> {
        let words = self.words_of(account).await?;
        let second_factor = self.store().account(account).await?.is_some_and(|row| row.factor_id.is_some());
        let password =
            policy::check_aside(password, second_factor, words).await.map_err(Problem::rejected)?;
        Ok(self.hasher().hash(self.env(), &password).await?)
    }
}

fn completed(events: &[AccountEvent]) -> bool {
    events.iter().any(|event| matches!(event, AccountEvent::ResetCompleted { .. }))
}

/// The change that gives an account this password.
pub(super) fn set_password(account_id: AccountId, credential_id: CredentialId, hash: &str) -> Change {
    Change::PutCredential(CredentialRow { account_id, credential_id, hash: hash.to_owned() })
}

fn answer_completion(events: &[AccountEvent]) -> Outcome {
    use rekey_events::account::event::ResetAttempt;
    if completed(events) {
        return Ok(Answer::new(
            200,
            &json!({ "message": "The password is reset. Sign in with the new one." }),
        ));
    }
    let wrong_code = events.iter().any(|event| {
        matches!(event, AccountEvent::ResetAttemptRefused { reason: ResetAttempt::WrongCode, .. })
    });
    Err(if wrong_code { Kind::WrongCode } else { Kind::WrongUsername }.into())
}

/// Nothing that was sent is a link's code: it was never used or replaced.
fn not_a_link() -> Problem {
    let detail =
        "This is not the code of a reset link. Send the whole link from the email, or what follows its #.";
    Problem::because(Kind::LinkUnusable, detail)
}

/// A link of an account that is gone is a link that cannot be used.
fn unusable_if_gone(problem: Problem) -> Problem {
    if problem.kind == Kind::NotFound { Kind::LinkUnusable.into() } else { problem }
}
