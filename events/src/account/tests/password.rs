//! New passwords without a link.

use super::*;

fn change(current: PasswordProof) -> C {
    C::ChangePassword { current, credential: id(2) }
}

fn set_by_desktop(must_change: bool) -> E {
    E::PasswordSet { credential: id(2), channel: Channel::Desktop, must_change }
}

#[test]
fn who_knows_the_password_changes_it() {
    app([]).when(10, change(right(1))).records([E::PasswordChanged { credential: id(2) }]);
    assert_eq!(app([]).doing(10, &change(right(1))).state().credential(), Some(id::<CredentialId>(2)));
}

#[test]
fn a_wrong_current_password_is_recorded_and_changes_nothing() {
    let failed = E::PasswordChangeFailed { reason: Failure::WrongPassword };
    app([]).when(10, change(PasswordProof::Wrong)).records([failed]);
    assert_eq!(
        app([]).doing(10, &change(PasswordProof::Wrong)).state().credential(),
        Some(id::<CredentialId>(1))
    );
}

#[test]
fn of_two_racing_changes_the_second_is_wrong() {
    app([(10, E::PasswordChanged { credential: id(3) })])
        .when(10, change(right(1)))
        .records([E::PasswordChangeFailed { reason: Failure::WrongPassword }]);
}

#[test]
fn a_change_ends_the_link() {
    app([(1, link(1, 1))])
        .when(10, change(right(1)))
        .records([E::PasswordChanged { credential: id(2) }, superseded(1, SupersededBy::NewPassword)]);
}

#[test]
fn a_failed_change_ends_no_link() {
    let failed = app([(1, link(1, 1))]).doing(10, &change(PasswordProof::Wrong));
    assert!(failed.state().live_reset(t(10)).is_some());
}

#[test]
fn the_desktop_app_sets_a_password_and_that_ends_the_link() {
    app([(1, link(1, 1))])
        .when(10, C::SetPassword { credential: id(2), channel: Channel::Desktop, must_change: true })
        .records([set_by_desktop(true), superseded(1, SupersededBy::NewPassword)]);
}

#[test]
fn a_password_set_may_have_to_be_changed_and_a_change_does() {
    let must = app([(10, set_by_desktop(true))]);
    assert!(must.state().must_change());
    let changed = must.doing(20, &C::ChangePassword { current: right(2), credential: id(3) });
    assert!(!changed.state().must_change());
}

#[test]
fn a_password_set_lets_the_person_in_past_a_strangers_failures() {
    let besieged = app([]).doing_each(1..=6, &sign_in(PasswordProof::Wrong, SecondFactorProof::None));
    besieged
        .and([(6, set_by_desktop(false))])
        .when(7, sign_in(right(2), SecondFactorProof::None))
        .records([signed_in(None)]);
}
