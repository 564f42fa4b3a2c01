//! A new password, without a link.

use super::{Answer, superseding};
use crate::account::command::PasswordProof;
use crate::account::event::{AccountEvent, Channel, Failure, SupersededBy};
use crate::account::state::Account;
use crate::ids::CredentialId;
use crate::moment::Moment;

pub fn change(account: &Account, at: Moment, current: PasswordProof, credential: CredentialId) -> Answer {
    if account.changes.throttle(at) {
        return failed(Failure::Throttled);
    }
    if !account.knows(current) {
        return failed(Failure::WrongPassword);
    }
    renewed(account, at, AccountEvent::PasswordChanged { credential })
}

pub fn set(
    account: &Account,
    at: Moment,
    credential: CredentialId,
    channel: Channel,
    must_change: bool,
) -> Answer {
    renewed(account, at, AccountEvent::PasswordSet { credential, channel, must_change })
}

fn renewed(account: &Account, at: Moment, event: AccountEvent) -> Answer {
    Ok(superseding(account, at, event, SupersededBy::NewPassword))
}

fn failed(reason: Failure) -> Answer {
    Ok(vec![AccountEvent::PasswordChangeFailed { reason }])
}
