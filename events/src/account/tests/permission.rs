//! Permissions granted and revoked.

use super::*;

const AUDIT: Permission = Permission::Audit;

#[test]
fn a_permission_is_granted_once() {
    let granted = E::PermissionGranted { permission: AUDIT };
    app([]).when(1, C::GrantPermission(AUDIT)).records([granted.clone()]);
    app([(1, granted)]).when(2, C::GrantPermission(AUDIT)).was_so_already();
}

#[test]
fn a_permission_is_revoked_once() {
    let revoked = E::PermissionRevoked { permission: AUDIT };
    app([(1, E::PermissionGranted { permission: AUDIT })])
        .when(2, C::RevokePermission(AUDIT))
        .records([revoked]);
    app([]).when(2, C::RevokePermission(AUDIT)).was_so_already();
}

#[test]
fn a_revoked_permission_ends_at_once() {
    let granted = app([]).doing(1, &C::GrantPermission(AUDIT));
    assert!(granted.state().may(AUDIT) && !granted.state().may(Permission::Mail));
    assert!(!granted.doing(2, &C::RevokePermission(AUDIT)).state().may(AUDIT));
}
