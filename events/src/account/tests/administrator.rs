//! What an administrator may do about others.

use super::*;
use crate::eligibility::{AdminRefusal, administrator_may};
use Permission::{Mail, UsersResetPasswords, UsersResetSecondFactor, UsersView};

fn administrator<const N: usize>(permissions: [Permission; N]) -> Story<Account> {
    with_factor([]).and(permissions.map(|permission| (1, E::PermissionGranted { permission })))
}

#[test]
fn with_both_permissions_and_the_factor_links_may_be_sent() {
    let account = administrator([UsersView, UsersResetPasswords]).state();
    assert_eq!(administrator_may(&account, UsersResetPasswords, true), Ok(()));
}

#[test]
fn either_permission_alone_is_not_enough() {
    let view = administrator([UsersView]).state();
    let missing = Err(AdminRefusal::MissingPermission(UsersResetPasswords));
    assert_eq!(administrator_may(&view, UsersResetPasswords, true), missing);
    let reset = administrator([UsersResetPasswords]).state();
    let missing = Err(AdminRefusal::MissingPermission(UsersView));
    assert_eq!(administrator_may(&reset, UsersResetPasswords, true), missing);
}

#[test]
fn attack_a_session_without_the_factor_sends_no_links() {
    let account = administrator([UsersView, UsersResetPasswords, UsersResetSecondFactor]).state();
    for permission in [UsersResetPasswords, UsersResetSecondFactor] {
        assert_eq!(administrator_may(&account, permission, false), Err(AdminRefusal::SecondFactorRequired));
        assert_eq!(administrator_may(&account, permission, true), Ok(()));
    }
}

#[test]
fn attack_a_factor_removed_since_the_sign_in_no_longer_counts() {
    let removed = administrator([UsersView, UsersResetPasswords])
        .doing(2, &C::RemoveSecondFactor { by: RemovedBy::Owner });
    let refused = Err(AdminRefusal::SecondFactorRequired);
    assert_eq!(administrator_may(&removed.state(), UsersResetPasswords, true), refused);
}

#[test]
fn looking_needs_its_permission_and_no_factor() {
    let account = app([(1, E::PermissionGranted { permission: UsersView })]).state();
    assert_eq!(administrator_may(&account, UsersView, false), Ok(()));
    assert_eq!(administrator_may(&account, Mail, false), Err(AdminRefusal::MissingPermission(Mail)));
}

#[test]
fn an_erased_administrator_may_nothing() {
    let erased = administrator([UsersView]).doing(2, &C::Erase).state();
    assert_eq!(administrator_may(&erased, UsersView, true), Err(AdminRefusal::MissingPermission(UsersView)));
}
