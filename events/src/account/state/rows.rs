//! What others see of an account: its view rows, and the mails it makes us owe.

use crate::account::command::Ineligible;
use crate::account::event::AccountEvent;
use crate::account::state::{Account, Reset};
use crate::ids::{AccountId, ResetId};
use crate::mail::{MailCommand, MailKind};
use crate::moment::Moment;
use crate::policy::NOTICE_LIFETIME;
use crate::rows::{AccountRow, Change, ResetRow};

/// The account's row, and those of the resets that `events` name.
pub fn rows(account: &Account, id: AccountId, events: &[AccountEvent]) -> Vec<Change> {
    let named = |reset: &&Reset| events.iter().any(|event| reset_of(event) == Some(reset.id));
    let resets = account.resets.iter().filter(named).map(|reset| Change::PutReset(reset_row(reset, id)));
    account_row(account, id).map(Change::PutAccount).into_iter().chain(resets).collect()
}

fn account_row(account: &Account, account_id: AccountId) -> Option<AccountRow> {
    let (origin, registered_at) = account.registered?;
    let mut permissions: Vec<_> = account.permissions.iter().map(|permission| permission.name()).collect();
    permissions.sort_unstable();
    Some(AccountRow {
        account_id,
        origin: <&str>::from(origin).to_owned(),
        registered_at: registered_at.micros(),
        last_signed_in_at: account.last_signed_in.map(Moment::micros),
        credential_id: account.credential,
        must_change: account.must_change,
        factor_id: account.factor(),
        permissions: permissions.join(" "),
        self_service: verdict(account.eligibility_self_service()),
        by_administrator: verdict(account.eligibility_by_administrator()),
        erased: account.erased,
    })
}

fn verdict(eligibility: Result<(), Ineligible>) -> String {
    eligibility.err().map_or("eligible", Into::into).to_owned()
}

fn reset_row(reset: &Reset, account_id: AccountId) -> ResetRow {
    ResetRow {
        reset_id: reset.id,
        account_id,
        issued_by: reset.issued_by,
        state: reset.state().to_owned(),
        issued_at: reset.issued_at.micros(),
        expires_at: reset.expires_at.micros(),
        ended_at: reset.ended.map(|(_, at)| at.micros()),
    }
}

/// The reset that an event is about.
fn reset_of(event: &AccountEvent) -> Option<ResetId> {
    use AccountEvent as E;
    match event {
        E::ResetLinkIssued { reset, .. }
        | E::AdminResetIssued { reset, .. }
        | E::ResetAttemptRefused { reset, .. }
        | E::ResetCompleted { reset, .. }
        | E::ResetSuperseded { reset, .. }
        | E::ResetExpired { reset }
        | E::ResetRevoked { reset, .. } => Some(*reset),
        _ => None,
    }
}

/// The mails that `events` make us owe: links, and a notice of every change of
/// a password. The first password of a new account changes none.
pub fn owes(account: AccountId, at: Moment, events: &[AccountEvent]) -> Vec<MailCommand> {
    use AccountEvent as E;
    let is_new = events.iter().any(|event| matches!(event, E::AccountRegistered { .. }));
    let request = |kind, reset, expires_at| Some(MailCommand::Request { kind, account, reset, expires_at });
    let owed = |event: &AccountEvent| match event {
        E::ResetLinkIssued { reset, expires_at } => request(MailKind::ResetLink, Some(*reset), *expires_at),
        E::AdminResetIssued { reset, expires_at, .. } => {
            request(MailKind::AdminResetLink, Some(*reset), *expires_at)
        }
        E::PasswordSet { .. } if is_new => None,
        E::ResetCompleted { .. } | E::PasswordChanged { .. } | E::PasswordSet { .. } => {
            request(MailKind::PasswordChanged, None, at.after(NOTICE_LIFETIME))
        }
        _ => None,
    };
    events.iter().filter_map(owed).collect()
}
