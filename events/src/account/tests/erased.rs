//! A person erased.

use super::*;

#[test]
fn a_person_is_erased_once() {
    app([]).when(1, C::Erase).records([E::PersonErased {}]);
    app([(1, E::PersonErased {})]).when(2, C::Erase).was_so_already();
}

#[test]
fn erasure_ends_the_link_first() {
    app([(1, link(1, 1))]).when(2, C::Erase).records([revoked(1, RevokedBy::Erasure), E::PersonErased {}]);
    app([(1, link(1, 1))]).when(2 * HOUR, C::Erase).records([expired(1), E::PersonErased {}]);
}

#[test]
fn nothing_is_left_to_sign_in_with_or_to_do() {
    let account =
        with_factor([(1, E::PermissionGranted { permission: Permission::Audit }), (2, E::PersonErased {})]);
    let account = account.state();
    assert!(!account.exists() && account.is_erased() && !account.may(Permission::Audit));
    assert_eq!((account.credential(), account.factor()), (None, None));
    assert!(account.recovery_codes().is_empty());
}

#[test]
fn nothing_can_be_asked_of_an_erased_account() {
    let asked = [
        sign_in(right(1), SecondFactorProof::None),
        C::RecordSignIn,
        C::ExpireResets,
        C::RevokeReset { reset: None, by: RevokedBy::Owner },
        C::SetPassword { credential: id(2), channel: Channel::Desktop, must_change: false },
        C::GrantPermission(Permission::Audit),
        C::LiftSuppression { is_suppressed: true },
    ];
    for command in asked {
        app([(1, E::PersonErased {})]).when(2, command).refuses(AccountRefusal::NoSuchAccount);
    }
}

#[test]
fn an_erased_person_gets_no_link() {
    for command in [issue(1), admin_issue(1)] {
        app([(1, signed_in(None)), (2, E::PersonErased {})])
            .when(3, command)
            .refuses(AccountRefusal::NotEligible(Ineligible::Erased));
    }
}

#[test]
fn attack_a_link_in_the_mailbox_brings_no_erased_account_back() {
    app([(1, link(1, 1))]).doing(2, &C::Erase).when(3, complete(1)).refuses(AccountRefusal::LinkUnusable);
}

#[test]
fn an_erased_account_is_not_registered_again() {
    app([(1, E::PersonErased {})])
        .when(2, C::Register { origin: Origin::App, credential: None, must_change: false })
        .refuses(AccountRefusal::AlreadyRegistered);
}
