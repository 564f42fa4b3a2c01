//! Signing in.

use super::{Answer, superseding};
use crate::account::command::{AccountRefusal, PasswordProof, SecondFactorProof};
use crate::account::event::{AccountEvent, Channel, Failure, SecondFactorUsed, SupersededBy};
use crate::account::state::{Account, Checked};
use crate::moment::Moment;

pub fn sign_in(
    account: &Account,
    at: Moment,
    password: PasswordProof,
    second_factor: SecondFactorProof,
) -> Answer {
    if account.sign_ins.throttle(at) {
        return failed(Failure::Throttled);
    }
    if !account.knows(password) {
        return failed(Failure::WrongPassword);
    }
    match account.check(second_factor) {
        Checked::Missing => Err(AccountRefusal::SecondFactorRequired),
        Checked::Wrong => failed(Failure::WrongCode),
        Checked::Passed(used) => Ok(signed_in(account, at, Channel::App, used)),
    }
}

/// The desktop app has compared the password: the person has it, and a link
/// left in the mailbox would serve only somebody else. So it ends older links
/// just as a sign-in here does.
pub fn record(account: &Account, at: Moment) -> Answer {
    Ok(signed_in(account, at, Channel::Desktop, None))
}

fn signed_in(
    account: &Account,
    at: Moment,
    channel: Channel,
    second_factor: Option<SecondFactorUsed>,
) -> Vec<AccountEvent> {
    superseding(account, at, AccountEvent::SignedIn { channel, second_factor }, SupersededBy::SignIn)
}

fn failed(reason: Failure) -> Answer {
    Ok(vec![AccountEvent::SignInFailed { reason }])
}

impl Account {
    /// Whether what was compared is the password it has now: it may have got a
    /// new one since.
    pub(super) fn knows(&self, password: PasswordProof) -> bool {
        matches!(password, PasswordProof::Matches(credential) if self.credential == Some(credential))
    }
}
