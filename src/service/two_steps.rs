//! Signing in on a page: first the password, then the code, as a step of its own.

use std::time::Duration;

use rekey_events::{AccountId, CredentialId, Moment};
use subtle::ConstantTimeEq;

use super::sign_in::{Known, Opened};
use super::{Call, Service};
use crate::problem::{Kind, Problem};

/// How long there is for the second step.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// What came of the first step.
pub enum FirstStep {
    /// A session.
    Opened(Opened),
    /// The password is right, and a code is needed.
    CodeNeeded(Ticket),
}

/// Says that its holder gave the right password a moment ago. It stands in for the
/// password in the second step, in the same browser only, and opens nothing without a code.
pub struct Ticket(String);

impl Ticket {
    /// To be sent back with the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Service {
    /// Opens a session, or says that a code is needed for that. `browser` is what
    /// tells the caller's browser from others.
    ///
    /// # Errors
    /// As [`Service::sign_in`], but for the missing code.
    pub async fn sign_in_first(
        &self,
        call: &Call,
        browser: &str,
        username: &str,
        password: &str,
    ) -> Result<FirstStep, Problem> {
        let attempt = async {
            let Some(known) = self.compare(username, password).await? else {
                return Err(self.refuse_stranger(call, username).await?);
            };
            match self.sign_in_known(call, &known, None).await {
                Err(problem) if problem.kind == Kind::SecondFactorRequired => {
                    let credential = known.credential.ok_or(Kind::WrongCredentials)?;
                    Ok(FirstStep::CodeNeeded(self.ticket(call, browser, known.account, credential)))
                }
                opened => opened.map(FirstStep::Opened),
            }
        };
        self.counted(call, attempt).await
    }

    /// Opens the session for which a code was needed.
    ///
    /// # Errors
    /// The code is wrong, there were too many attempts; the ticket is none of this
    /// browser's, is too old, or its password is no longer the account's:
    /// [`Kind::NotSignedIn`], begin again.
    pub async fn sign_in_second(
        &self,
        call: &Call,
        browser: &str,
        ticket: &str,
        code: &str,
    ) -> Result<Opened, Problem> {
        let (account, credential) = self.redeem(call, browser, ticket).ok_or(Kind::NotSignedIn)?;
        let current = self.store().credential(account).await?.map(|row| row.credential_id);
        if current != Some(credential) {
            return Err(Kind::NotSignedIn.into());
        }
        let known = Known { account, credential: current, matches: true };
        self.counted(call, self.sign_in_known(call, &known, Some(code))).await
    }

    fn ticket(&self, call: &Call, browser: &str, account: AccountId, credential: CredentialId) -> Ticket {
        let claims = format!("{account}.{credential}.{}", call.context.at.after(PATIENCE).micros());
        Ticket(format!("{claims}.{}", self.keys().blind("sign-in ticket", &[&claims, browser])))
    }

    fn redeem(&self, call: &Call, browser: &str, ticket: &str) -> Option<(AccountId, CredentialId)> {
        let (claims, seal) = ticket.rsplit_once('.')?;
        let expected = self.keys().blind("sign-in ticket", &[claims, browser]);
        if !bool::from(expected.as_bytes().ct_eq(seal.as_bytes())) {
            return None;
        }
        let mut claims = claims.split('.');
        let (account, credential) = (claims.next()?.parse().ok()?, claims.next()?.parse().ok()?);
        let ends = Moment::from_micros(claims.next()?.parse().ok()?);
        (call.context.at < ends).then_some((account, credential))
    }
}
