//! Using a link.

use super::*;

const UNUSABLE: AccountRefusal = AccountRefusal::LinkUnusable;
const TOTP: SecondFactorProof = SecondFactorProof::Valid(SecondFactorUsed::Totp { step: 101 });

#[test]
fn a_live_link_gives_a_new_password() {
    let story = app([(10, link(1, 10))]);
    story.when(20, complete(1)).records([completed(1, 9, None)]);
    let after = app([(10, link(1, 10)), (20, completed(1, 9, None))]).state();
    assert_eq!((after.credential(), after.live_reset(t(20))), (Some(id(9)), None));
}

#[test]
fn attack_a_link_works_no_second_time() {
    let used = app([(10, link(1, 10))]).doing(20, &complete(1));
    used.when(20, complete(1)).refuses(UNUSABLE);
}

#[test]
fn attack_sixteen_racing_uses_have_one_winner() {
    let raced = app([(10, link(1, 10))]).doing_each([20; 16], &complete(1));
    assert_eq!(raced.state().credential(), Some(id(9)));
    raced.when(20, complete(1)).refuses(UNUSABLE);
}

#[test]
fn a_link_works_for_one_hour() {
    app([(10, link(1, 10))]).when(9 + HOUR, complete(1)).records([completed(1, 9, None)]);
    app([(10, link(1, 10))]).when(10 + HOUR, complete(1)).refuses(UNUSABLE);
}

#[test]
fn a_link_never_issued_here_is_unusable() {
    app([]).when(20, complete(1)).refuses(UNUSABLE);
    app([(10, link(1, 10))]).when(20, complete(2)).refuses(UNUSABLE);
}

#[test]
fn a_replaced_link_is_unusable() {
    let replaced = app([(10, link(1, 10))]).doing(100, &issue(2));
    replaced.when(101, complete(1)).refuses(UNUSABLE);
}

#[test]
fn a_link_forgotten_long_ago_is_unusable() {
    let long_ago = app([(10, link(1, 10))]).doing(2 * DAY, &issue(2)).doing(4 * DAY, &issue(3));
    long_ago.when(4 * DAY, complete(1)).refuses(UNUSABLE);
}

/// A story in which these usernames were tried with link 1, one a second.
fn guessed(usernames: &[&str]) -> Story<Account> {
    let guesses = usernames.iter().zip(20..);
    guesses
        .fold(app([(10, link(1, 10))]), |story, (username, at)| story.doing(at, &guess_username(1, username)))
}

#[test]
fn attack_five_wrong_usernames_end_the_link() {
    let (last, over) = (refused_username(1, "e"), revoked(1, RevokedBy::WrongUsernames));
    guessed(&["a", "b", "c"]).when(30, guess_username(1, "d")).records([refused_username(1, "d")]);
    guessed(&["a", "b", "c", "d"]).when(30, complete(1)).records([completed(1, 9, None)]);
    guessed(&["a", "b", "c", "d"]).when(30, guess_username(1, "e")).records([last, over]);
    guessed(&["a", "b", "c", "d", "e"]).when(30, complete(1)).refuses(UNUSABLE);
}

#[test]
fn the_same_wrong_username_counts_once() {
    guessed(&["a"]).when(30, guess_username(1, "a")).was_so_already();
    let mistyped = || guessed(&["a", "b", "a", "a", "b", "a", "b"]);
    mistyped().when(30, complete(1)).records([completed(1, 9, None)]);
    mistyped()
        .doing_each(30..32, &guess_username(1, "c"))
        .when(40, guess_username(1, "d"))
        .records([refused_username(1, "d")]);
}

/// Events of the first version do not say which username it was.
#[test]
fn wrong_usernames_without_a_fingerprint_count_each() {
    let unnamed =
        E::ResetAttemptRefused { reset: id(1), reason: ResetAttempt::WrongUsername, fingerprint: None };
    let tried =
        app([10, 11, 12, 13, 14].map(|at| (at, if at == 10 { link(1, 10) } else { unnamed.clone() })));
    tried
        .when(30, guess_username(1, "a"))
        .records([refused_username(1, "a"), revoked(1, RevokedBy::WrongUsernames)]);
}

#[test]
fn each_link_has_its_own_count_of_wrong_usernames() {
    let newer = guessed(&["a", "b", "c", "d"]).doing(100, &issue(2));
    newer.when(101, guess_username(2, "a")).records([refused_username(2, "a")]);
}

#[test]
fn attack_a_reset_leaves_the_second_factor_on() {
    let account = with_factor([(10, link(1, 10))]).doing(20, &complete(1)).state();
    assert_eq!((account.factor(), account.recovery_codes().len()), (Some(id(1)), 2));
}

#[test]
fn where_policy_asks_for_the_factor_the_link_alone_is_not_enough() {
    let none = complete_with(1, Some(SecondFactorProof::None));
    with_factor([(10, link(1, 10))]).when(20, none.clone()).refuses(AccountRefusal::SecondFactorRequired);
    app([(10, link(1, 10))]).when(20, none).records([completed(1, 9, None)]);
}

#[test]
fn where_policy_asks_for_the_factor_a_fresh_code_does_and_is_used_up() {
    let story = || with_factor([(10, link(1, 10))]);
    story().when(20, complete_with(1, Some(TOTP))).records([completed(1, 9, Some(totp(101)))]);
    story()
        .doing(20, &complete_with(1, Some(TOTP)))
        .when(21, sign_in(right(9), TOTP))
        .records([sign_in_failed(Failure::WrongCode)]);
}

#[test]
fn attack_five_wrong_codes_end_the_link() {
    let guess = complete_with(1, Some(SecondFactorProof::Wrong));
    let guessed = |times| with_factor([(10, link(1, 10))]).doing_each((0..times).map(|n| 20 + n), &guess);
    guessed(0).when(30, guess.clone()).records([refused(1, ResetAttempt::WrongCode)]);
    guessed(4)
        .when(30, guess.clone())
        .records([refused(1, ResetAttempt::WrongCode), revoked(1, RevokedBy::WrongUsernames)]);
}

#[test]
fn attack_usernames_and_codes_are_guessed_from_one_budget() {
    let guess = complete_with(1, Some(SecondFactorProof::Wrong));
    let usernames = ["a", "b", "c"].into_iter().zip(20..);
    let guessed = usernames.fold(with_factor([(10, link(1, 10))]), |story, (name, at)| {
        story.doing(at, &guess_username(1, name))
    });
    let mixed = guessed.doing_each(23..25, &guess);
    mixed.when(30, complete_with(1, Some(TOTP))).refuses(UNUSABLE);
}

#[test]
fn a_factor_not_asked_for_is_not_recorded() {
    let given = C::CompleteReset {
        reset: id(1),
        username: UsernameProof::Matches,
        credential: id(9),
        needs_second_factor: false,
        second_factor: TOTP,
    };
    with_factor([(10, link(1, 10))]).when(20, given).records([completed(1, 9, None)]);
}

#[test]
fn a_reset_ends_the_duty_to_change_the_password() {
    let must = E::PasswordSet { credential: id(2), channel: Channel::Desktop, must_change: true };
    let account = app([(1, must), (10, link(1, 10))]);
    assert!(account.state().must_change());
    assert!(!account.doing(20, &complete(1)).state().must_change());
}
