//! A self-service link: who gets one.

use super::*;
use crate::aggregate::Rules;
use crate::moment::Moment;

#[test]
fn somebody_created_in_the_app_gets_a_link() {
    app([]).when(10, issue(1)).records([link(1, 10)]);
}

#[test]
fn somebody_from_the_desktop_who_has_signed_in_gets_a_link() {
    desktop([(1, signed_in(None))]).when(10, issue(1)).records([link(1, 10)]);
}

#[test]
fn somebody_from_the_desktop_who_never_signed_in_gets_none() {
    desktop([]).when(10, issue(1)).refuses(AccountRefusal::NotEligible(Ineligible::NeverSignedIn));
}

#[test]
fn failing_to_sign_in_is_no_signing_in() {
    desktop([(1, sign_in_failed(Failure::WrongPassword))])
        .when(10, issue(1))
        .refuses(AccountRefusal::NotEligible(Ineligible::NeverSignedIn));
}

#[test]
fn asking_changes_nothing_about_the_password() {
    let asked = app([(10, link(1, 10))]);
    assert_eq!(asked.state().credential(), Some(id(1)));
    asked
        .when(11, sign_in(right(1), SecondFactorProof::None))
        .records([signed_in(None), superseded(1, SupersededBy::SignIn)]);
}

#[test]
fn the_expiry_is_a_whole_second() {
    let at = Moment::from_micros(t(10).micros() + 999_999);
    let events = app([]).state().decide(at, &issue(1));
    assert_eq!(events, Ok(vec![link(1, 10)]));
}

#[test]
fn the_same_reset_issued_again_is_so_already() {
    app([(10, link(1, 10))]).when(11, issue(1)).was_so_already();
    app([(10, link(1, 10)), (20, completed(1, 2, None))]).when(21, issue(1)).was_so_already();
}

#[test]
fn a_newer_link_ends_the_older() {
    app([(10, link(1, 10))])
        .when(100, issue(2))
        .records([superseded(1, SupersededBy::NewerLink), link(2, 100)]);
}

#[test]
fn a_newer_link_notes_that_the_older_was_over() {
    app([(10, link(1, 10))]).when(10 + HOUR, issue(2)).records([expired(1), link(2, 10 + HOUR)]);
}

#[test]
fn the_live_link_is_live_for_one_hour() {
    let account = app([(10, link(1, 10))]).state();
    assert_eq!(account.live_reset(t(9 + HOUR)), Some((id(1), t(10 + HOUR))));
    assert_eq!(account.live_reset(t(10 + HOUR)), None);
}
