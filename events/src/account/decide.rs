//! What happens when an account is asked for something.

mod factor;
mod life;
mod password;
mod reset;
mod sign_in;

use crate::account::command::{AccountCommand, AccountRefusal, Ineligible};
use crate::account::event::{AccountEvent, SupersededBy};
use crate::account::state::Account;
use crate::ids::ResetId;
use crate::moment::Moment;

/// The events to record, none when it is already so, or why not.
type Answer = Result<Vec<AccountEvent>, AccountRefusal>;

/// Decides one command, at the moment it came.
pub(super) fn decide(account: &Account, at: Moment, command: &AccountCommand) -> Answer {
    use AccountCommand as C;
    if !account.exists() {
        return absent(account, command);
    }
    match command {
        C::Register { .. } => Err(AccountRefusal::AlreadyRegistered),
        C::SignIn { password, second_factor } => sign_in::sign_in(account, at, *password, *second_factor),
        C::RecordSignIn => sign_in::record(account, at),
        C::IssueReset { reset } => reset::issue(account, at, *reset),
        C::IssueAdminReset { reset, by } => reset::issue_by_administrator(account, at, *reset, *by),
        C::CompleteReset { reset, username, credential, needs_second_factor, second_factor } => {
            let second_factor = needs_second_factor.then_some(*second_factor);
            reset::complete(account, at, *reset, username, *credential, second_factor)
        }
        C::RevokeReset { reset, by } => reset::revoke(account, at, *reset, *by),
        C::ExpireResets => reset::expire(account, at),
        C::ChangePassword { current, credential } => password::change(account, at, *current, *credential),
        C::SetPassword { credential, channel, must_change } => {
            password::set(account, at, *credential, *channel, *must_change)
        }
        C::EnrolSecondFactor { factor, recovery_codes, step } => {
            factor::enrol(account, *factor, recovery_codes, *step)
        }
        C::ReplaceRecoveryCodes { recovery_codes } => factor::replace_codes(account, recovery_codes),
        C::RemoveSecondFactor { by } => factor::remove(account, *by),
        C::GrantPermission(permission) => life::grant(account, *permission),
        C::RevokePermission(permission) => life::revoke(account, *permission),
        C::LiftSuppression { is_suppressed } => life::lift_suppression(*is_suppressed),
        C::Erase => life::erase(account, at),
    }
}

/// Answers for an account that is not there: not yet, or no more.
fn absent(account: &Account, command: &AccountCommand) -> Answer {
    use AccountCommand as C;
    match command {
        C::Register { .. } if account.is_erased() => Err(AccountRefusal::AlreadyRegistered),
        C::Register { origin, credential, must_change } => life::register(*origin, *credential, *must_change),
        C::Erase if account.is_erased() => Ok(Vec::new()),
        C::IssueReset { .. } | C::IssueAdminReset { .. } if account.is_erased() => {
            Err(AccountRefusal::NotEligible(Ineligible::Erased))
        }
        // Whoever holds a link learns no more than from any other dead link.
        C::CompleteReset { .. } => Err(AccountRefusal::LinkUnusable),
        _ => Err(AccountRefusal::NoSuchAccount),
    }
}

/// The end of the open link, if there is one: `end`, unless its hour was over
/// before and only nobody had noted it.
fn end_link(
    account: &Account,
    at: Moment,
    end: impl FnOnce(ResetId) -> AccountEvent,
) -> Option<AccountEvent> {
    let open = account.open_reset()?;
    let reset = open.id;
    Some(if open.is_over(at) { AccountEvent::ResetExpired { reset } } else { end(reset) })
}

/// `event`, and the end of the open link that it brings.
fn superseding(account: &Account, at: Moment, event: AccountEvent, by: SupersededBy) -> Vec<AccountEvent> {
    let end = end_link(account, at, |reset| AccountEvent::ResetSuperseded { reset, by });
    std::iter::once(event).chain(end).collect()
}
