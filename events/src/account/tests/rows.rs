//! The view rows of an account and its links.

use super::*;
use crate::aggregate::Rules;
use crate::ids::StreamId;
use crate::rows::{AccountRow, Change, ResetRow};

/// The rows of account 5 when `events`, the last in `story`, came.
fn rows(story: &Story<Account>, events: &[E]) -> Vec<Change> {
    story.state().rows(id::<StreamId>(5), 1, events)
}

fn account_row(story: &Story<Account>) -> AccountRow {
    match rows(story, &[]).remove(0) {
        Change::PutAccount(row) => row,
        other => panic!("{other:?} is no account's row"),
    }
}

fn reset_row(reset: u128, state: &str, issued: i64, ended: Option<i64>) -> Change {
    Change::PutReset(ResetRow {
        reset_id: id(reset),
        account_id: id(5),
        issued_by: None,
        state: state.to_owned(),
        issued_at: t(issued).micros(),
        expires_at: t(issued + HOUR).micros(),
        ended_at: ended.map(|second| t(second).micros()),
    })
}

#[test]
fn an_accounts_row_says_what_can_be_done_with_it() {
    let granted = |permission| (3, E::PermissionGranted { permission });
    let story = app([(2, signed_in(None)), granted(Permission::UsersView), granted(Permission::Audit)]);
    let row = AccountRow {
        account_id: id(5),
        origin: "app".into(),
        registered_at: t(0).micros(),
        last_signed_in_at: Some(t(2).micros()),
        credential_id: Some(id(1)),
        must_change: false,
        factor_id: None,
        permissions: "utilities.security.audit utilities.security.users.view".into(),
        self_service: "eligible".into(),
        by_administrator: "eligible".into(),
        erased: false,
    };
    assert_eq!(account_row(&story), row);
}

#[test]
fn an_accounts_row_says_why_it_is_not_eligible() {
    let verdicts = |story| {
        let row = account_row(&story);
        (row.self_service, row.by_administrator)
    };
    assert_eq!(verdicts(app([])), ("eligible".into(), "never_signed_in".into()));
    assert_eq!(verdicts(desktop([])), ("never_signed_in".into(), "never_signed_in".into()));
    assert_eq!(verdicts(app([(1, E::PersonErased {})])), ("erased".into(), "erased".into()));
}

#[test]
fn each_reset_named_has_its_row() {
    let story = app([(10, link(1, 10)), (100, superseded(1, SupersededBy::NewerLink)), (100, link(2, 100))]);
    let rows = rows(&story, &[superseded(1, SupersededBy::NewerLink), link(2, 100)]);
    assert_eq!(rows[1..], [reset_row(1, "superseded", 10, Some(100)), reset_row(2, "live", 100, None)]);
}

#[test]
fn a_link_that_ends_long_after_its_day_still_has_its_row() {
    let late = 9 * DAY;
    let story = app([(10, link(1, 10)), (late, expired(1)), (late, link(2, late))]);
    let rows = rows(&story, &[expired(1), link(2, late)]);
    assert_eq!(rows[1..], [reset_row(1, "expired", 10, Some(late)), reset_row(2, "live", late, None)]);
}

#[test]
fn each_end_has_its_name() {
    for (end, name) in [
        (completed(1, 2, None), "completed"),
        (superseded(1, SupersededBy::SignIn), "superseded"),
        (expired(1), "expired"),
        (revoked(1, RevokedBy::Owner), "revoked"),
    ] {
        let story = app([(10, link(1, 10)), (20, end.clone())]);
        assert_eq!(rows(&story, &[end])[1..], [reset_row(1, name, 10, Some(20))]);
    }
}

#[test]
fn an_administrators_link_names_them() {
    let story = app([(10, admin_link(1, 10))]);
    let issued_by = rows(&story, &[admin_link(1, 10)]).into_iter().find_map(|change| match change {
        Change::PutReset(row) => row.issued_by,
        _ => None,
    });
    assert_eq!(issued_by, Some(id(7)));
}

#[test]
fn a_row_holds_only_what_the_account_is() {
    assert!(Account::default().rows(id::<StreamId>(5), 0, &[]).is_empty());
    assert_eq!(Account::default().subject(id::<StreamId>(5)), Some(id(5)));
}
