//! Coming to be, and not being there yet.

use super::*;

fn register(credential: Option<u128>) -> C {
    C::Register { origin: Origin::Desktop, credential: credential.map(id), must_change: true }
}

#[test]
fn registers_without_a_password() {
    nobody().when(0, register(None)).records([E::AccountRegistered { origin: Origin::Desktop }]);
}

#[test]
fn registers_with_a_first_password() {
    nobody().when(0, register(Some(1))).records([
        E::AccountRegistered { origin: Origin::Desktop },
        E::PasswordSet { credential: id(1), channel: Channel::Desktop, must_change: true },
    ]);
}

#[test]
fn registers_only_once() {
    app([]).when(1, register(None)).refuses(AccountRefusal::AlreadyRegistered);
}

#[test]
fn nothing_can_be_asked_of_an_account_that_is_not_there() {
    let asked = [
        sign_in(right(1), SecondFactorProof::None),
        C::RecordSignIn,
        issue(1),
        admin_issue(1),
        C::RevokeReset { reset: None, by: RevokedBy::Owner },
        C::ExpireResets,
        C::ChangePassword { current: right(1), credential: id(2) },
        C::SetPassword { credential: id(2), channel: Channel::Desktop, must_change: false },
        C::EnrolSecondFactor { factor: id(1), recovery_codes: vec![], step: Some(1) },
        C::ReplaceRecoveryCodes { recovery_codes: vec![] },
        C::RemoveSecondFactor { by: RemovedBy::Owner },
        C::GrantPermission(Permission::Audit),
        C::RevokePermission(Permission::Audit),
        C::LiftSuppression { is_suppressed: true },
        C::Erase,
    ];
    for command in asked {
        nobody().when(0, command).refuses(AccountRefusal::NoSuchAccount);
    }
}

#[test]
fn a_suppression_is_lifted_once() {
    let lift = |is_suppressed| C::LiftSuppression { is_suppressed };
    app([]).when(1, lift(true)).records([E::SuppressionLifted {}]);
    app([(1, E::SuppressionLifted {})]).when(2, lift(false)).was_so_already();
}

#[test]
fn a_link_of_an_account_that_is_not_there_is_as_dead_as_any() {
    nobody().when(0, complete(1)).refuses(AccountRefusal::LinkUnusable);
}

#[test]
fn the_state_says_what_the_account_is() {
    let nobody = Account::default();
    assert!(!nobody.exists() && nobody.credential().is_none() && nobody.origin().is_none());
    let account = with_factor([(1, signed_in(None))]).state();
    assert!(account.exists() && account.signed_in_ever() && !account.must_change());
    assert_eq!((account.credential(), account.factor()), (Some(id(1)), Some(id(1))));
    assert_eq!(account.recovery_codes(), [id(1), id(2)]);
}
