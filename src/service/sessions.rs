//! Sessions: finding the one a token opens, listing and ending one's own.

use std::time::Duration;

use rekey_events::rows::SessionRow;
use rekey_events::{AccountId, Moment, SessionId};
use sha2::{Digest, Sha256};

use super::Service;
use crate::problem::{Kind, Problem};

/// How long a session lasts at the most.
pub const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// How long it lasts unused.
pub const IDLE: Duration = Duration::from_secs(60 * 60);
/// How exactly its last use is noted.
const TOUCH: Duration = Duration::from_secs(60);

/// The hash a token is kept as; 256 random bits need no salt.
#[must_use]
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

impl Service {
    /// The session that `token` opens, and whether its password must be changed.
    ///
    /// # Errors
    /// There is none, it is over, or its password is no longer the account's.
    pub async fn session(&self, token: &str, now: Moment) -> Result<(SessionRow, bool), Problem> {
        let (session, must_change) = self.peek(token, now).await?;
        if now.since(Moment::from_micros(session.seen_at)) >= TOUCH {
            self.store().touch_session(session.session_id, now).await?;
        }
        Ok((session, must_change))
    }

    /// The same, without counting as a use of it.
    ///
    /// # Errors
    /// As [`Service::session`].
    pub async fn peek(&self, token: &str, now: Moment) -> Result<(SessionRow, bool), Problem> {
        let session = self.store().session(&token_hash(token)).await?.ok_or(Kind::NotSignedIn)?;
        let seen = Moment::from_micros(session.seen_at);
        if now.micros() >= session.expires_at || now >= seen.after(IDLE) {
            return Err(Kind::NotSignedIn.into());
        }
        let account = self.store().account(session.account_id).await?.ok_or(Kind::NotSignedIn)?;
        if account.erased || account.credential_id != Some(session.credential_id) {
            return Err(Kind::NotSignedIn.into());
        }
        Ok((session, account.must_change))
    }

    /// The account's sessions.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionRow>, Problem> {
        Ok(self.store().sessions_of(account).await?)
    }

    /// Ends one of the account's sessions.
    ///
    /// # Errors
    /// It has no such session.
    pub async fn end_session(&self, session: SessionId, account: AccountId) -> Result<(), Problem> {
        if self.store().end_session(session, account).await? { Ok(()) } else { Err(Kind::NotFound.into()) }
    }
}
