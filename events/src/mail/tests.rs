//! The rules of a mail, as stories and as one table of every state.

mod rows;
mod table;

use crate::mail::event::{DeadBecause, FailureReason, UnknownBecause};
use crate::mail::{Mail, MailCommand, MailEvent, MailKind, MailRefusal, MailState, Phase};
use crate::story::{Story, id, t};

use MailCommand as C;
use MailEvent as E;

const HOUR: i64 = 3600;

/// A mail that nobody requested.
fn unrequested() -> Story<Mail> {
    Story::given([])
}

/// A mail requested at once, with link 2, for account 1.
fn mail<const N: usize>(history: [(i64, E); N]) -> Story<Mail> {
    let requested = E::MailRequested {
        kind: MailKind::ResetLink,
        account: id(1),
        reset: Some(id(2)),
        expires_at: t(HOUR),
    };
    Story::given([(0, requested)]).and(history)
}

fn request() -> C {
    C::Request { kind: MailKind::ResetLink, account: id(1), reset: Some(id(2)), expires_at: t(HOUR) }
}

fn accept() -> C {
    C::Accept { provider: "main".into(), code: 250 }
}

fn accepted() -> E {
    E::MailAccepted { provider: "main".into(), code: 250 }
}

fn defer(due: i64, counted: bool) -> C {
    C::Defer {
        phase: Phase::Rcpt,
        code: Some(451),
        enhanced: Some("4.7.1".into()),
        due_at: t(due),
        counted,
        provider: None,
        failure: None,
    }
}

fn deferred(due: i64, counted: bool) -> E {
    E::MailDeferred {
        phase: Phase::Rcpt,
        code: Some(451),
        enhanced: Some("4.7.1".into()),
        due_at: t(due),
        counted,
        provider: None,
        failure: None,
    }
}

fn unknown(due: i64) -> E {
    unknown_at(None, due)
}

fn unknown_at(provider: Option<&str>, due: i64) -> E {
    let (provider, reason, failure) =
        (provider.map(Into::into), UnknownBecause::ReplyLost, Some(FailureReason::ConnectionClosed));
    E::MailOutcomeUnknown { reason, due_at: t(due), provider, code: None, enhanced: None, failure }
}

fn lose(due: i64) -> C {
    let (reason, failure) = (UnknownBecause::ReplyLost, Some(FailureReason::ConnectionClosed));
    C::LoseTrack { reason, due_at: t(due), provider: None, code: None, enhanced: None, failure }
}

fn died(due: i64, provider: Option<&str>) -> C {
    C::worker_died(t(due), provider.map(Into::into))
}

fn died_with(due: i64, provider: Option<&str>) -> E {
    let (reason, provider) = (UnknownBecause::WorkerDied, provider.map(Into::into));
    E::MailOutcomeUnknown { reason, due_at: t(due), provider, code: None, enhanced: None, failure: None }
}

fn unconfirmed() -> E {
    E::MailUnconfirmed {
        reason: UnknownBecause::ReplyLost,
        provider: None,
        copies: 5,
        code: None,
        enhanced: None,
        failure: Some(FailureReason::ConnectionClosed),
    }
}

fn reroute(provider: &str) -> C {
    C::Reroute { provider: provider.into(), phase: Phase::Dot, code: 554, enhanced: None, due_at: t(9) }
}

fn rerouted(provider: &str) -> E {
    E::MailRerouted { provider: provider.into(), phase: Phase::Dot, code: 554, enhanced: None, due_at: t(9) }
}

fn rejected() -> E {
    let (enhanced, provider) = (Some("5.1.1".into()), Some("main".into()));
    E::MailRejected { phase: Phase::Rcpt, code: 550, enhanced, provider }
}

fn dead() -> E {
    let (reason, code, enhanced) = (DeadBecause::MessageRefused, Some(554), Some("5.7.1".into()));
    E::MailDead { reason, code, enhanced, phase: Some(Phase::Dot), provider: Some("main".into()) }
}

#[test]
fn a_mail_is_requested_once() {
    unrequested().when(0, request()).records([E::MailRequested {
        kind: MailKind::ResetLink,
        account: id(1),
        reset: Some(id(2)),
        expires_at: t(HOUR),
    }]);
    mail([]).when(1, request()).was_so_already();
}

#[test]
fn a_mail_nobody_requested_is_none() {
    unrequested().when(0, accept()).refuses(MailRefusal::NoSuchMail);
    unrequested().when(0, C::Requeue { expires_at: t(HOUR) }).refuses(MailRefusal::NoSuchMail);
}

#[test]
fn a_mail_is_deferred_until_it_is_accepted() {
    mail([]).when(1, defer(6, true)).records([deferred(6, true)]);
    mail([(1, deferred(6, true))]).when(6, accept()).records([accepted()]);
}

#[test]
fn a_fenced_out_workers_250_is_still_recorded() {
    for meanwhile in [unknown(60), E::MailExpired {}, E::MailSuperseded {}, rejected(), unconfirmed(), dead()]
    {
        mail([(1, meanwhile)]).when(2, accept()).records([accepted()]);
    }
}

#[test]
fn a_second_250_changes_nothing() {
    mail([(1, accepted())]).when(2, accept()).was_so_already();
}

#[test]
fn an_unknown_outcome_may_be_lost_again_and_again() {
    mail([(1, unknown(60))]).when(60, lose(120)).records([unknown(120)]);
}

#[test]
fn after_five_copies_without_a_confirmation_nothing_more_is_sent() {
    let copies = [1, 2, 3, 4].map(|at| (at, unknown(at + 1)));
    mail(copies.clone()).when(5, lose(6)).records([unconfirmed()]);
    let story = mail(copies).and([(5, unconfirmed())]);
    assert!(!story.state().state().is_due());
    story.and([(9, E::MailRequeued { expires_at: t(HOUR) })]).when(10, lose(11)).records([unknown(11)]);
}

#[test]
fn a_worker_that_died_before_a_server_had_the_mail_used_up_no_copy() {
    let deaths = (1..=9).map(|at| (at, died_with(at, None)));
    mail([]).and(deaths).when(10, died(10, None)).records([died_with(10, None)]);
    let four = || mail([1, 2, 3, 4].map(|at| (at, died_with(at, Some("main")))));
    four().when(5, died(5, None)).records([died_with(5, None)]);
    let fifth = four().doing(5, &died(5, Some("main"))).state();
    assert_eq!((fifth.state(), fifth.copies), (MailState::Unconfirmed, 5));
}

#[test]
fn a_refused_message_is_taken_to_another_provider_once() {
    mail([]).when(1, reroute("main")).records([rerouted("main")]);
    mail([(1, rerouted("main"))]).when(9, reroute("spare")).refuses(MailRefusal::NotReroutable);
}

#[test]
fn a_message_that_a_provider_may_have_taken_goes_to_no_other() {
    mail([(1, unknown_at(Some("main"), 61)), (61, deferred(70, false))])
        .when(70, reroute("main"))
        .refuses(MailRefusal::NotReroutable);
}

#[test]
fn an_accepted_mail_is_never_sent_again() {
    mail([(1, accepted())]).when(2, C::Requeue { expires_at: t(HOUR) }).refuses(MailRefusal::NotRequeuable);
    mail([(1, accepted())]).when(2, defer(6, true)).refuses(MailRefusal::Settled);
}

#[test]
fn what_failed_for_good_is_requeued_by_hand() {
    for outcome in [rejected(), dead(), unconfirmed(), E::MailSuppressed {}, E::MailExpired {}] {
        mail([(1, outcome)])
            .when(2, C::Requeue { expires_at: t(2 * HOUR) })
            .records([E::MailRequeued { expires_at: t(2 * HOUR) }]);
    }
}

#[test]
fn a_requeued_mail_is_sent_like_a_new_one() {
    let requeued = mail([(1, rejected()), (2, E::MailRequeued { expires_at: t(2 * HOUR) })]);
    assert_eq!(requeued.state().state(), MailState::Pending);
    requeued.when(3, accept()).records([accepted()]);
}
