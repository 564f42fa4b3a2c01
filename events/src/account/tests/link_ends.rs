//! Links that end unused.

use super::*;

fn revoke(reset: Option<u128>, by: RevokedBy) -> C {
    C::RevokeReset { reset: reset.map(id), by }
}

#[test]
fn this_was_not_me_ends_the_link() {
    app([(10, link(1, 10))])
        .when(20, revoke(Some(1), RevokedBy::Owner))
        .records([revoked(1, RevokedBy::Owner)]);
}

#[test]
fn an_administrator_ends_whatever_link_there_is() {
    app([(10, link(1, 10))])
        .when(20, revoke(None, RevokedBy::Administrator))
        .records([revoked(1, RevokedBy::Administrator)]);
}

#[test]
fn attack_an_old_mails_word_does_not_end_a_newer_link() {
    let newer = app([(10, link(1, 10))]).doing(100, &issue(2));
    newer.when(101, revoke(Some(1), RevokedBy::Owner)).was_so_already();
}

#[test]
fn without_a_link_there_is_nothing_to_revoke() {
    app([]).when(20, revoke(None, RevokedBy::Administrator)).was_so_already();
    app([(10, link(1, 10)), (11, completed(1, 2, None))])
        .when(20, revoke(Some(1), RevokedBy::Owner))
        .was_so_already();
}

#[test]
fn revoking_a_link_whose_hour_is_over_notes_that() {
    app([(10, link(1, 10))]).when(10 + HOUR, revoke(None, RevokedBy::Owner)).records([expired(1)]);
}

#[test]
fn an_ended_link_is_unusable() {
    let ends = [
        revoked(1, RevokedBy::Owner),
        revoked(1, RevokedBy::Administrator),
        superseded(1, SupersededBy::SignIn),
        expired(1),
    ];
    for end in ends {
        app([(10, link(1, 10)), (20, end)]).when(21, complete(1)).refuses(AccountRefusal::LinkUnusable);
    }
}

#[test]
fn the_sweeper_records_what_is_over_and_once() {
    app([(10, link(1, 10))]).when(9 + HOUR, C::ExpireResets).was_so_already();
    app([(10, link(1, 10))]).when(10 + HOUR, C::ExpireResets).records([expired(1)]);
    app([(10, link(1, 10))])
        .doing(10 + HOUR, &C::ExpireResets)
        .when(11 + HOUR, C::ExpireResets)
        .was_so_already();
}

#[test]
fn a_sign_in_notes_that_the_link_was_over() {
    app([(10, link(1, 10))])
        .when(2 * HOUR, sign_in(right(1), SecondFactorProof::None))
        .records([signed_in(None), expired(1)]);
}
