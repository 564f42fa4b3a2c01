//! Reset links: issued, used, ended.

use super::{Answer, end_link};
use crate::account::command::{AccountRefusal, SecondFactorProof, UsernameProof};
use crate::account::event::{AccountEvent, ResetAttempt, RevokedBy, SupersededBy};
use crate::account::state::{Account, Checked, Reset};
use crate::ids::{AccountId, CredentialId, ResetId};
use crate::moment::Moment;
use crate::policy::{LINK_LIFETIME, WRONG_USERNAMES};

pub fn issue(account: &Account, at: Moment, reset: ResetId) -> Answer {
    if account.knows_reset(reset) {
        return Ok(Vec::new());
    }
    let eligible = account.eligibility_self_service().and_then(|()| account.within_limits(at));
    eligible.map_err(AccountRefusal::NotEligible)?;
    Ok(replacing(account, at, AccountEvent::ResetLinkIssued { reset, expires_at: expiry(at) }))
}

pub fn issue_by_administrator(account: &Account, at: Moment, reset: ResetId, by: AccountId) -> Answer {
    if account.knows_reset(reset) {
        return Ok(Vec::new());
    }
    let eligible = account.eligibility_by_administrator().and_then(|()| account.within_limits(at));
    eligible.map_err(AccountRefusal::NotEligible)?;
    Ok(replacing(account, at, AccountEvent::AdminResetIssued { reset, expires_at: expiry(at), by }))
}

/// Uses a link. `second_factor` is what was given, where policy asks for one.
pub fn complete(
    account: &Account,
    at: Moment,
    reset: ResetId,
    username: &UsernameProof,
    credential: CredentialId,
    second_factor: Option<SecondFactorProof>,
) -> Answer {
    let usable = |open: &&Reset| open.id == reset && !open.is_over(at);
    let link = account.open_reset().filter(usable).ok_or(AccountRefusal::LinkUnusable)?;
    if let UsernameProof::Wrong(fingerprint) = username {
        return Ok(refused_username(link, fingerprint));
    }
    match second_factor.map_or(Checked::Passed(None), |proof| account.check(proof)) {
        Checked::Missing => Err(AccountRefusal::SecondFactorRequired),
        Checked::Wrong => Ok(refused(link, ResetAttempt::WrongCode, None)),
        Checked::Passed(second_factor) => {
            Ok(vec![AccountEvent::ResetCompleted { reset, credential, second_factor }])
        }
    }
}

/// Ends the open link, or this one only; one that has ended stays as it ended.
pub fn revoke(account: &Account, at: Moment, only: Option<ResetId>, by: RevokedBy) -> Answer {
    let is_meant = account.open_reset().is_some_and(|open| only.is_none_or(|only| only == open.id));
    let end = is_meant.then(|| end_link(account, at, |reset| AccountEvent::ResetRevoked { reset, by }));
    Ok(end.flatten().into_iter().collect())
}

pub fn expire(account: &Account, at: Moment) -> Answer {
    let over = account.open_reset().filter(|open| open.is_over(at));
    Ok(over.map(|open| AccountEvent::ResetExpired { reset: open.id }).into_iter().collect())
}

/// A wrong username, unless it was tried with this link before: a user who mistypes the name often sends it again,
/// and a repeated guess reveals nothing new.
fn refused_username(link: &Reset, fingerprint: &str) -> Vec<AccountEvent> {
    if link.wrong_usernames.iter().any(|known| known == fingerprint) {
        return Vec::new();
    }
    refused(link, ResetAttempt::WrongUsername, Some(fingerprint.to_owned()))
}

/// A refused attempt; the last one that a link bears also ends it, so that
/// whoever found a link cannot try out usernames or codes with it.
fn refused(link: &Reset, reason: ResetAttempt, fingerprint: Option<String>) -> Vec<AccountEvent> {
    let reset = link.id;
    let is_last = link.refusals.saturating_add(1) >= WRONG_USERNAMES;
    let end = is_last.then_some(AccountEvent::ResetRevoked { reset, by: RevokedBy::WrongUsernames });
    std::iter::once(AccountEvent::ResetAttemptRefused { reset, reason, fingerprint }).chain(end).collect()
}

/// The older link ends before the newer one is issued: never two at a time.
fn replacing(account: &Account, at: Moment, issued: AccountEvent) -> Vec<AccountEvent> {
    let by = SupersededBy::NewerLink;
    let end = end_link(account, at, |reset| AccountEvent::ResetSuperseded { reset, by });
    end.into_iter().chain([issued]).collect()
}

/// In whole seconds, as the link's token carries it.
fn expiry(at: Moment) -> Moment {
    Moment::from_micros(at.after(LINK_LIFETIME).seconds().saturating_mul(1_000_000))
}

impl Account {
    fn knows_reset(&self, reset: ResetId) -> bool {
        self.resets.iter().any(|known| known.id == reset)
    }
}
