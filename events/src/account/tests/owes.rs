//! The mails that events make us owe.

use super::*;
use crate::aggregate::Rules;
use crate::ids::StreamId;
use crate::mail::{MailCommand, MailKind};

/// What `events`, recorded 10 s into the story by account 5, make us owe.
fn owed(events: &[E]) -> Vec<MailCommand> {
    Account::owes(id::<StreamId>(5), t(10), events)
}

fn mail(kind: MailKind, reset: Option<u128>, until: i64) -> MailCommand {
    MailCommand::Request { kind, account: id(5), reset: reset.map(id), expires_at: t(until) }
}

fn notice() -> MailCommand {
    mail(MailKind::PasswordChanged, None, 10 + 3 * DAY)
}

#[test]
fn a_link_is_mailed_while_it_is_valid() {
    assert_eq!(owed(&[link(1, 10)]), [mail(MailKind::ResetLink, Some(1), 10 + HOUR)]);
    assert_eq!(owed(&[admin_link(1, 10)]), [mail(MailKind::AdminResetLink, Some(1), 10 + HOUR)]);
}

#[test]
fn a_replaced_link_owes_one_mail_for_the_new_one() {
    let events = [superseded(1, SupersededBy::NewerLink), link(2, 10)];
    assert_eq!(owed(&events), [mail(MailKind::ResetLink, Some(2), 10 + HOUR)]);
}

#[test]
fn every_new_password_is_noticed() {
    for event in [completed(1, 2, None), E::PasswordChanged { credential: id(2) }, set(2)] {
        assert_eq!(owed(&[event]), [notice()]);
    }
    let with_link = [E::PasswordChanged { credential: id(2) }, superseded(1, SupersededBy::NewPassword)];
    assert_eq!(owed(&with_link), [notice()]);
}

#[test]
fn the_first_password_of_a_new_account_is_not() {
    assert_eq!(owed(&[E::AccountRegistered { origin: Origin::App }, set(1)]), []);
}

#[test]
fn nothing_else_is_mailed() {
    let quiet = [
        signed_in(None),
        sign_in_failed(Failure::WrongPassword),
        refused(1, ResetAttempt::WrongUsername),
        superseded(1, SupersededBy::SignIn),
        expired(1),
        revoked(1, RevokedBy::Owner),
        enrolled(),
        E::PersonErased {},
    ];
    assert_eq!(owed(&quiet), []);
}
