//! Failures in a row, and the delay they bring.

use super::*;

fn wrong() -> C {
    sign_in(PasswordProof::Wrong, SecondFactorProof::None)
}

fn correct() -> C {
    sign_in(right(1), SecondFactorProof::None)
}

fn wrong_change() -> C {
    C::ChangePassword { current: PasswordProof::Wrong, credential: id(2) }
}

fn change_failed(reason: Failure) -> E {
    E::PasswordChangeFailed { reason }
}

#[test]
fn five_failures_are_free() {
    app([]).doing_each(1..=5, &wrong()).when(5, correct()).records([signed_in(None)]);
}

#[test]
fn after_the_sixth_the_next_attempt_must_wait() {
    let failed = || app([]).doing_each(1..=6, &wrong());
    failed().when(7, correct()).records([sign_in_failed(Failure::Throttled)]);
    failed().when(8, correct()).records([signed_in(None)]);
}

#[test]
fn the_delay_doubles() {
    let failed = || app([]).doing_each([1, 2, 3, 4, 5, 6, 8], &wrong());
    failed().when(11, correct()).records([sign_in_failed(Failure::Throttled)]);
    failed().when(12, correct()).records([signed_in(None)]);
}

#[test]
fn attack_hammering_on_does_not_prolong_the_owners_wait() {
    let hammered = app([]).doing_each(1..=6, &wrong()).doing_each([6, 7, 7, 7, 7], &wrong());
    hammered.when(8, correct()).records([signed_in(None)]);
}

#[test]
fn attack_nobody_is_ever_locked_out_for_good() {
    let besieged = app([]).doing_each((1..200).map(|n| n * HOUR), &wrong());
    besieged.when(199 * HOUR + 15 * 60, correct()).records([signed_in(None)]);
}

#[test]
fn a_day_after_the_first_failure_the_count_begins_anew() {
    let day = 24 * HOUR;
    let failed = || app([]).doing_each((1..=8).map(|n| n * HOUR), &wrong()).doing(HOUR + day, &wrong());
    failed().when(HOUR + day, correct()).records([sign_in_failed(Failure::Throttled)]);
    failed().doing(HOUR + day + 1, &wrong()).when(HOUR + day + 1, correct()).records([signed_in(None)]);
}

#[test]
fn attack_guessing_codes_is_throttled_like_passwords() {
    let guess = sign_in(right(1), SecondFactorProof::Wrong);
    with_factor([]).doing_each(1..=6, &guess).when(7, guess).records([sign_in_failed(Failure::Throttled)]);
}

#[test]
fn asking_for_the_second_factor_costs_and_clears_nothing() {
    let asked =
        with_factor([]).doing_each(1..=5, &wrong()).doing_each([6, 6, 6], &correct()).doing(6, &wrong());
    asked.when(7, correct()).records([sign_in_failed(Failure::Throttled)]);
}

#[test]
fn success_begins_a_new_count() {
    let signed_in_between =
        app([]).doing_each(1..=5, &wrong()).doing(6, &correct()).doing_each(7..=11, &wrong());
    signed_in_between.when(11, correct()).records([signed_in(None)]);
}

#[test]
fn a_completed_reset_lets_the_person_in_past_a_strangers_failures() {
    let besieged =
        app([(1, link(1, 1))]).doing_each((1..20).map(|n| n * 100), &wrong()).doing(1901, &complete(1));
    besieged.when(1902, sign_in(right(9), SecondFactorProof::None)).records([signed_in(None)]);
}

#[test]
fn changes_of_the_password_are_throttled_too() {
    app([])
        .doing_each(1..=6, &wrong_change())
        .when(7, C::ChangePassword { current: right(1), credential: id(2) })
        .records([change_failed(Failure::Throttled)]);
}

#[test]
fn a_new_password_begins_a_new_count_of_changes() {
    let changed = C::ChangePassword { current: right(1), credential: id(2) };
    let story =
        app([]).doing_each(1..=5, &wrong_change()).doing(6, &changed).doing_each(7..=11, &wrong_change());
    story
        .when(11, C::ChangePassword { current: right(2), credential: id(3) })
        .records([E::PasswordChanged { credential: id(3) }]);
}

#[test]
fn attack_the_owners_sign_ins_give_a_stolen_session_no_new_guesses() {
    app([])
        .doing_each(1..=6, &wrong_change())
        .doing(6, &correct())
        .when(7, wrong_change())
        .records([change_failed(Failure::Throttled)]);
}

#[test]
fn attack_failed_sign_ins_do_not_hinder_the_owners_change() {
    app([])
        .doing_each(1..=6, &wrong())
        .when(7, C::ChangePassword { current: right(1), credential: id(2) })
        .records([E::PasswordChanged { credential: id(2) }]);
}

#[test]
fn a_clock_set_back_waits_rather_than_lets_in() {
    let failed = app([]).doing_each((1..=6).map(|n| n * 100), &wrong());
    failed.when(300, correct()).records([sign_in_failed(Failure::Throttled)]);
}
