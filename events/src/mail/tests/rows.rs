//! The view row of a mail.

use super::*;
use crate::aggregate::Rules;
use crate::ids::StreamId;
use crate::rows::{Change, MailRow};

fn row(story: &Story<Mail>, version: i64) -> MailRow {
    match story.state().rows(id::<StreamId>(3), version, &[]).remove(0) {
        Change::PutMail(row) => row,
        other => panic!("{other:?} is no mail's row"),
    }
}

fn new() -> MailRow {
    MailRow {
        mail_id: id(3),
        kind: "reset_link".into(),
        account_id: id(1),
        reset_id: Some(id(2)),
        state: "pending".into(),
        version: 1,
        attempts: 0,
        copies: 0,
        requested_at: t(0).micros(),
        due_at: t(0).micros(),
        expires_at: t(HOUR).micros(),
        settled_at: None,
        last_code: None,
        last_enhanced: None,
        last_failure: None,
        pinned_to: None,
        refused_by: None,
    }
}

#[test]
fn a_new_mail_is_due_at_once() {
    assert_eq!(row(&mail([]), 1), new());
}

#[test]
fn only_deferrals_at_its_own_cost_use_up_attempts() {
    let story = mail([(1, deferred(6, true)), (6, deferred(20, false)), (20, deferred(60, true))]);
    let expected = MailRow {
        version: 4,
        attempts: 2,
        due_at: t(60).micros(),
        last_code: Some(451),
        last_enhanced: Some("4.7.1".into()),
        ..new()
    };
    assert_eq!(row(&story, 4), expected);
}

/// What the server said last.
fn last(story: &Story<Mail>) -> (Option<i32>, Option<String>, Option<String>) {
    let row = row(story, 1);
    (row.last_code, row.last_enhanced, row.last_failure)
}

#[test]
fn the_last_answer_is_shown_whole_and_never_mixed() {
    let refused = (Some(451), Some("4.7.1".into()), None);
    let story = mail([(1, deferred(6, true))]);
    assert_eq!(last(&story), refused);
    let story = story.and([(6, died_with(6, None))]);
    assert_eq!(last(&story), refused, "a dead worker says nothing about the server");
    let story = story.and([(7, unknown(67))]);
    assert_eq!(last(&story), (None, None, Some("connection_closed".into())));
    assert_eq!(last(&story.and([(67, accepted())])), (Some(250), None, None));
}

#[test]
fn every_copy_that_may_have_been_delivered_is_counted() {
    let story = mail([(1, unknown(61)), (61, died_with(61, None)), (62, died_with(62, Some("main")))]);
    assert_eq!((row(&story, 4).copies, row(&story, 4).state.as_str()), (2, "unknown"));
    let story = story.and([(70, unconfirmed())]);
    assert_eq!((row(&story, 5).copies, row(&story, 5).due_at), (3, t(62).micros()));
}

#[test]
fn an_outcome_has_its_name_moment_and_code() {
    for (event, name, last_code, enhanced) in [
        (accepted(), "accepted", Some(250), None),
        (rejected(), "rejected", Some(550), Some("5.1.1")),
        (E::MailSuppressed {}, "suppressed", None, None),
        (E::MailExpired {}, "expired", None, None),
        (E::MailSuperseded {}, "superseded", None, None),
        (dead(), "dead", Some(554), Some("5.7.1")),
    ] {
        let (state, last_enhanced) = (name.into(), enhanced.map(Into::into));
        let settled = MailRow { state, settled_at: Some(t(7).micros()), last_code, last_enhanced, ..new() };
        assert_eq!(row(&mail([(7, event)]), 1), settled);
    }
}

#[test]
fn a_mail_stays_with_the_provider_that_may_have_taken_it() {
    let story =
        mail([(1, unknown_at(Some("main"), 61)), (61, deferred(70, false)), (70, unknown_at(None, 130))]);
    let row = row(&story, 4);
    assert_eq!((row.pinned_to.as_deref(), row.refused_by), (Some("main"), None));
}

#[test]
fn a_refused_message_is_due_for_another_provider() {
    let row = row(&mail([(1, rerouted("main"))]), 2);
    assert_eq!((row.state.as_str(), row.due_at, row.last_code), ("pending", t(9).micros(), Some(554)));
    assert_eq!((row.refused_by.as_deref(), row.attempts), (Some("main"), 0));
}

#[test]
fn a_row_has_the_whole_state() {
    let story = mail([(1, rerouted("main")), (9, unknown_at(Some("spare"), 70))]);
    let row = row(&story, 3);
    let again = Mail::from_row(&row).unwrap().rows(id::<StreamId>(3), 3, &[]).remove(0);
    assert_eq!(again, Change::PutMail(row));
}

#[test]
fn a_requeued_mail_begins_anew() {
    let story = mail([
        (1, deferred(6, true)),
        (2, rerouted("main")),
        (3, unknown_at(Some("spare"), 6)),
        (6, rejected()),
        (90, E::MailRequeued { expires_at: t(2 * HOUR) }),
    ]);
    let expected = MailRow {
        version: 4,
        due_at: t(90).micros(),
        expires_at: t(2 * HOUR).micros(),
        last_code: Some(550),
        last_enhanced: Some("5.1.1".into()),
        ..new()
    };
    assert_eq!(row(&story, 4), expected);
}

#[test]
fn a_mail_is_about_its_account() {
    assert_eq!(mail([]).state().subject(id::<StreamId>(3)), Some(id(1)));
    assert!(Mail::default().rows(id::<StreamId>(3), 0, &[]).is_empty());
    assert!(Mail::default().subject(id::<StreamId>(3)).is_none());
}
