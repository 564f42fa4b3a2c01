//! The second factor: enrolled, its codes replaced, removed.

use super::*;

fn enrol(step: Option<u64>) -> C {
    C::EnrolSecondFactor { factor: id(1), recovery_codes: vec![id(1), id(2)], step }
}

fn replace() -> C {
    C::ReplaceRecoveryCodes { recovery_codes: vec![id(3)] }
}

#[test]
fn a_right_code_enrols() {
    app([]).when(1, enrol(Some(100))).records([enrolled()]);
}

#[test]
fn a_wrong_code_enrols_nothing() {
    app([]).when(1, enrol(None)).refuses(AccountRefusal::WrongCode);
}

#[test]
fn attack_a_stolen_session_puts_no_factor_over_the_enrolled_one() {
    with_factor([]).when(1, enrol(Some(200))).refuses(AccountRefusal::SecondFactorEnrolled);
    with_factor([]).when(1, enrol(None)).refuses(AccountRefusal::SecondFactorEnrolled);
}

#[test]
fn the_confirming_code_is_used_up() {
    let enrolled = app([]).doing(1, &enrol(Some(100)));
    enrolled
        .when(2, sign_in(right(1), SecondFactorProof::Valid(totp(100))))
        .records([sign_in_failed(Failure::WrongCode)]);
}

#[test]
fn new_recovery_codes_replace_all_older_ones() {
    with_factor([]).when(1, replace()).records([E::RecoveryCodesReplaced { recovery_codes: vec![id(3)] }]);
    let replaced = with_factor([]).doing(1, &replace());
    assert_eq!(replaced.state().recovery_codes(), [id(3)]);
    replaced
        .when(2, sign_in(right(1), SecondFactorProof::Valid(recovery_code(1))))
        .records([sign_in_failed(Failure::WrongCode)]);
}

#[test]
fn without_a_factor_there_are_no_codes_and_nothing_to_remove() {
    app([]).when(1, replace()).refuses(AccountRefusal::NoSecondFactor);
    app([]).when(1, C::RemoveSecondFactor { by: RemovedBy::Owner }).refuses(AccountRefusal::NoSecondFactor);
}

#[test]
fn a_removed_factor_is_gone_with_its_codes() {
    let by = RemovedBy::Administrator;
    with_factor([])
        .when(1, C::RemoveSecondFactor { by })
        .records([E::SecondFactorRemoved { factor: id(1), by }]);
    let removed = with_factor([]).doing(1, &C::RemoveSecondFactor { by });
    assert!(removed.state().factor().is_none() && removed.state().recovery_codes().is_empty());
    removed.when(2, sign_in(right(1), SecondFactorProof::None)).records([signed_in(None)]);
}
