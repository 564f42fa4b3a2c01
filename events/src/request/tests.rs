//! The rules of a request, as stories.

use super::{RefusedBecause, Request, RequestCommand as C, RequestEvent as E, RequestRefusal};
use crate::account::Ineligible;
use crate::story::{Story, id};

fn unasked() -> Story<Request> {
    Story::given([])
}

fn asked<const N: usize>(history: [(i64, E); N]) -> Story<Request> {
    Story::given([(0, E::ResetRequested { fingerprint: "f".into() })]).and(history)
}

fn ask() -> C {
    C::Ask { fingerprint: "f".into() }
}

fn refused(reason: RefusedBecause) -> E {
    E::ResetRefused { reason, account: None }
}

#[test]
fn every_request_is_on_record() {
    unasked().when(0, ask()).records([E::ResetRequested { fingerprint: "f".into() }]);
}

#[test]
fn the_same_request_is_on_record_once() {
    asked([]).when(1, ask()).was_so_already();
    asked([(1, refused(RefusedBecause::UnknownUsername))]).when(2, ask()).was_so_already();
}

#[test]
fn a_waiting_request_is_matched() {
    asked([]).when(1, C::Match(id(5))).records([E::ResetMatched { account: id(5) }]);
}

#[test]
fn a_waiting_request_is_refused_with_its_reason() {
    let reason = RefusedBecause::OtherAddress;
    asked([])
        .when(1, C::Refuse(reason, Some(id(5))))
        .records([E::ResetRefused { reason, account: Some(id(5)) }]);
}

#[test]
fn attack_two_issuers_answer_one_request_once() {
    for answer in [E::ResetMatched { account: id(5) }, refused(RefusedBecause::Throttled)] {
        asked([(1, answer.clone())]).when(2, C::Match(id(5))).refuses(RequestRefusal::NotWaiting);
        asked([(1, answer)])
            .when(2, C::Refuse(RefusedBecause::TooSoon, None))
            .refuses(RequestRefusal::NotWaiting);
    }
}

#[test]
fn nothing_is_answered_that_nobody_asked() {
    unasked().when(0, C::Match(id(5))).refuses(RequestRefusal::NotWaiting);
    unasked().when(0, C::Refuse(RefusedBecause::Throttled, None)).refuses(RequestRefusal::NotWaiting);
}

#[test]
fn an_accounts_reasons_are_a_requests_reasons() {
    for (account, request) in [
        (Ineligible::NeverSignedIn, RefusedBecause::NeverSignedIn),
        (Ineligible::TooSoon, RefusedBecause::TooSoon),
        (Ineligible::TooMany, RefusedBecause::TooMany),
        (Ineligible::Erased, RefusedBecause::Erased),
    ] {
        assert_eq!(RefusedBecause::from(account), request);
    }
}
