//! How many links are mailed.

use super::*;

const TOO_SOON: AccountRefusal = AccountRefusal::NotEligible(Ineligible::TooSoon);
const TOO_MANY: AccountRefusal = AccountRefusal::NotEligible(Ineligible::TooMany);

/// Somebody who has signed in, and was mailed a link every 100 s.
fn mailed(links: u8) -> Story<Account> {
    (1..=links)
        .fold(app([(0, signed_in(None))]), |story, n| story.doing(i64::from(n) * 100, &issue(n.into())))
}

#[test]
fn one_link_a_minute() {
    mailed(1).when(159, issue(2)).refuses(TOO_SOON);
    mailed(1).when(160, issue(2)).records([superseded(1, SupersededBy::NewerLink), link(2, 160)]);
}

#[test]
fn five_links_a_day() {
    mailed(4).when(500, issue(5)).records([superseded(4, SupersededBy::NewerLink), link(5, 500)]);
    mailed(5).when(600, issue(6)).refuses(TOO_MANY);
    mailed(5).when(100 + DAY - 1, issue(6)).refuses(TOO_MANY);
    mailed(5).when(100 + DAY, issue(6)).records([expired(5), link(6, 100 + DAY)]);
}

#[test]
fn attack_used_links_count_too() {
    let used = (1..=5_u8).fold(app([]), |story, n| {
        let second = i64::from(n) * 100;
        story.doing(second, &issue(n.into())).doing(second + 1, &complete(n.into()))
    });
    used.when(600, issue(6)).refuses(TOO_MANY);
}

#[test]
fn administrators_links_count_and_are_limited_alike() {
    mailed(1).when(159, admin_issue(2)).refuses(TOO_SOON);
    mailed(5).when(600, admin_issue(6)).refuses(TOO_MANY);
    mailed(4).doing(500, &admin_issue(5)).when(600, issue(6)).refuses(TOO_MANY);
}

#[test]
fn refused_requests_do_not_count() {
    mailed(1)
        .doing_each(101..159, &issue(2))
        .when(160, issue(2))
        .records([superseded(1, SupersededBy::NewerLink), link(2, 160)]);
}

#[test]
fn attack_asking_for_somebodys_links_does_not_hinder_their_sign_in() {
    let flooded = mailed(5).doing_each(600..700, &issue(6));
    flooded
        .when(700, sign_in(right(1), SecondFactorProof::None))
        .records([signed_in(None), superseded(5, SupersededBy::SignIn)]);
}
