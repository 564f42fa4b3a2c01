//! An administrator's link: who gets one.

use super::*;

const NEVER: AccountRefusal = AccountRefusal::NotEligible(Ineligible::NeverSignedIn);

#[test]
fn somebody_who_has_signed_in_gets_a_link() {
    app([(1, signed_in(None))]).when(10, admin_issue(1)).records([admin_link(1, 10)]);
    desktop([(1, signed_in(None))]).when(10, admin_issue(1)).records([admin_link(1, 10)]);
}

#[test]
fn created_through_the_app_is_not_enough_here() {
    app([]).when(10, admin_issue(1)).refuses(NEVER);
}

#[test]
fn somebody_who_never_signed_in_gets_none() {
    desktop([]).when(10, admin_issue(1)).refuses(NEVER);
}

#[test]
fn eligibility_names_both_ways_apart() {
    let account = app([]).state();
    assert_eq!(account.eligibility_self_service(), Ok(()));
    assert_eq!(account.eligibility_by_administrator(), Err(Ineligible::NeverSignedIn));
}

#[test]
fn the_same_reset_issued_again_is_so_already() {
    app([(1, signed_in(None)), (10, admin_link(1, 10))]).when(11, admin_issue(1)).was_so_already();
}

#[test]
fn an_administrators_link_ends_the_persons_own() {
    app([(1, signed_in(None)), (10, link(1, 10))])
        .when(100, admin_issue(2))
        .records([superseded(1, SupersededBy::NewerLink), admin_link(2, 100)]);
}

#[test]
fn an_administrators_link_is_used_like_any() {
    app([(1, signed_in(None)), (10, admin_link(1, 10))])
        .when(100, complete(1))
        .records([completed(1, 9, None)]);
}
