//! Signing in, here and in the desktop app.

use super::*;

const NONE: SecondFactorProof = SecondFactorProof::None;

fn valid(used: SecondFactorUsed) -> SecondFactorProof {
    SecondFactorProof::Valid(used)
}

#[test]
fn the_right_password_signs_in() {
    app([]).when(1, sign_in(right(1), NONE)).records([signed_in(None)]);
}

#[test]
fn a_wrong_password_is_recorded() {
    app([]).when(1, sign_in(PasswordProof::Wrong, NONE)).records([sign_in_failed(Failure::WrongPassword)]);
}

#[test]
fn a_password_that_was_replaced_while_it_was_compared_is_wrong() {
    app([(1, set(2))]).when(2, sign_in(right(1), NONE)).records([sign_in_failed(Failure::WrongPassword)]);
}

#[test]
fn an_account_without_a_password_lets_nobody_in() {
    Story::<Account>::given([(0, E::AccountRegistered { origin: Origin::App })])
        .when(1, sign_in(right(1), NONE))
        .records([sign_in_failed(Failure::WrongPassword)]);
}

#[test]
fn an_enrolled_factor_is_asked_for_once_the_password_is_right() {
    with_factor([]).when(1, sign_in(right(1), NONE)).refuses(AccountRefusal::SecondFactorRequired);
    with_factor([])
        .when(1, sign_in(PasswordProof::Wrong, NONE))
        .records([sign_in_failed(Failure::WrongPassword)]);
}

#[test]
fn a_fresh_code_signs_in() {
    with_factor([]).when(1, sign_in(right(1), valid(totp(101)))).records([signed_in(Some(totp(101)))]);
}

#[test]
fn a_wrong_code_is_recorded() {
    with_factor([])
        .when(1, sign_in(right(1), SecondFactorProof::Wrong))
        .records([sign_in_failed(Failure::WrongCode)]);
}

#[test]
fn attack_a_code_read_over_the_shoulder_works_no_second_time() {
    for step in [100, 101, 102] {
        with_factor([(1, signed_in(Some(totp(102))))])
            .when(2, sign_in(right(1), valid(totp(step))))
            .records([sign_in_failed(Failure::WrongCode)]);
    }
}

#[test]
fn a_recovery_code_signs_in_once() {
    let used = with_factor([]).doing(1, &sign_in(right(1), valid(recovery_code(1))));
    assert_eq!(used.state().recovery_codes(), [id(2)]);
    used.when(2, sign_in(right(1), valid(recovery_code(1)))).records([sign_in_failed(Failure::WrongCode)]);
}

#[test]
fn attack_another_accounts_recovery_code_is_wrong() {
    with_factor([])
        .when(1, sign_in(right(1), valid(recovery_code(8))))
        .records([sign_in_failed(Failure::WrongCode)]);
}

#[test]
fn a_code_given_although_no_factor_is_enrolled_is_ignored() {
    app([]).when(1, sign_in(right(1), valid(totp(5)))).records([signed_in(None)]);
    app([]).when(1, sign_in(right(1), SecondFactorProof::Wrong)).records([signed_in(None)]);
}

#[test]
fn signing_in_ends_the_link() {
    app([(1, link(1, 1))])
        .when(2, sign_in(right(1), NONE))
        .records([signed_in(None), superseded(1, SupersededBy::SignIn)]);
}

#[test]
fn failing_to_sign_in_ends_no_link() {
    let failed = app([(1, link(1, 1))]).doing(2, &sign_in(PasswordProof::Wrong, NONE));
    assert_eq!(failed.state().live_reset(t(2)), Some((id(1), t(1 + HOUR))));
}

#[test]
fn a_sign_in_in_the_desktop_app_counts_as_one() {
    let event = E::SignedIn { channel: Channel::Desktop, second_factor: None };
    assert!(desktop([(1, event.clone())]).state().signed_in_ever());
    desktop([]).when(1, C::RecordSignIn).records([event]);
}

#[test]
fn a_sign_in_in_the_desktop_app_ends_the_link() {
    app([(1, link(1, 1))]).when(2, C::RecordSignIn).records([
        E::SignedIn { channel: Channel::Desktop, second_factor: None },
        superseded(1, SupersededBy::SignIn),
    ]);
}
