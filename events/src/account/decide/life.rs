//! Coming to be, being allowed, getting mails again, being erased.

use super::{Answer, end_link};
use crate::account::event::{AccountEvent, Channel, Origin, RevokedBy};
use crate::account::state::Account;
use crate::ids::CredentialId;
use crate::moment::Moment;
use crate::permission::Permission;

pub fn register(origin: Origin, credential: Option<CredentialId>, must_change: bool) -> Answer {
    let channel = match origin {
        Origin::App => Channel::App,
        Origin::Desktop => Channel::Desktop,
    };
    let set = credential.map(|credential| AccountEvent::PasswordSet { credential, channel, must_change });
    Ok(std::iter::once(AccountEvent::AccountRegistered { origin }).chain(set).collect())
}

pub fn grant(account: &Account, permission: Permission) -> Answer {
    let granted = (!account.may(permission)).then_some(AccountEvent::PermissionGranted { permission });
    Ok(granted.into_iter().collect())
}

pub fn revoke(account: &Account, permission: Permission) -> Answer {
    let revoked = account.may(permission).then_some(AccountEvent::PermissionRevoked { permission });
    Ok(revoked.into_iter().collect())
}

pub fn lift_suppression(is_suppressed: bool) -> Answer {
    Ok(is_suppressed.then_some(AccountEvent::SuppressionLifted {}).into_iter().collect())
}

pub fn erase(account: &Account, at: Moment) -> Answer {
    let by = RevokedBy::Erasure;
    let end = end_link(account, at, |reset| AccountEvent::ResetRevoked { reset, by });
    Ok(end.into_iter().chain([AccountEvent::PersonErased {}]).collect())
}
