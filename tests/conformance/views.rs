//! Views and vault change in the transaction of their events.

use std::time::Duration;

use rekey_events::account::event::{Channel, RevokedBy};
use rekey_events::account::{AccountCommand as C, SecondFactorProof, UsernameProof};
use rekey_events::mail::event::{DeadBecause, Phase, UnknownBecause};
use rekey_events::mail::{FailureReason, Mail, MailCommand};
use rekey_events::rows::{Change, CredentialRow};
use rekey_events::store::{AppendError, Commit};
use rekey_events::{AccountId, CredentialId, Env, MailId, Permission, ResetId};

use crate::bed::Bed;
use crate::facts::{account, changing, complete, execute, person, write};
use crate::replay::assert_views;

/// The changes that a link issued to a new account brings: its row, the link's, the mail's.
async fn rows_of_a_link(bed: &Bed) -> (AccountId, ResetId, MailId, Vec<Change>) {
    let id = account(bed, &bed.log).await;
    let reset = ResetId(bed.env.uuid());
    execute(bed, &bed.log, id, &C::IssueReset { reset }).await.unwrap();
    let mail = bed.store.mails(None, "", "", 1).await.unwrap().remove(0);
    let account = bed.store.account(id).await.unwrap().unwrap();
    let row = bed.store.reset(reset).await.unwrap().unwrap();
    let mail_id = mail.mail_id;
    (id, reset, mail_id, vec![Change::PutAccount(account), Change::PutReset(row), Change::PutMail(mail)])
}

/// The same rows, under other ids.
fn renamed(bed: &Bed, changes: Vec<Change>) -> (AccountId, ResetId, MailId, Vec<Change>) {
    let (id, reset, mail) = (AccountId(bed.env.uuid()), ResetId(bed.env.uuid()), MailId(bed.env.uuid()));
    let rename = |change| match change {
        Change::PutAccount(mut row) => {
            row.account_id = id;
            Change::PutAccount(row)
        }
        Change::PutReset(mut row) => {
            row.reset_id = reset;
            Change::PutReset(row)
        }
        Change::PutMail(mut row) => {
            row.mail_id = mail;
            Change::PutMail(row)
        }
        other => other,
    };
    (id, reset, mail, changes.into_iter().map(rename).collect())
}

pub async fn a_failed_commit_leaves_no_row(bed: Bed) {
    let (taken_by, _, _, changes) = rows_of_a_link(&bed).await;
    let taken = Change::PutPerson(person(taken_by, "ana"));
    bed.log.append(changing(write(&bed, taken_by.into(), 3), [taken])).await.unwrap();
    let (id, reset, mail, changes) = renamed(&bed, changes);
    let commit = changing(write(&bed, id.into(), 1), changes);
    let culprit = changing(commit.clone(), [Change::PutPerson(person(id, "ana"))]);
    assert!(matches!(bed.log.append(culprit).await, Err(AppendError::Taken(_))));
    let stale = Commit { events: write(&bed, id.into(), 2).events, ..commit };
    assert!(matches!(bed.log.append(stale).await, Err(AppendError::Conflict)));
    assert!(bed.store.stream(id.into()).await.unwrap().is_empty());
    assert_eq!(bed.store.account(id).await.unwrap(), None);
    assert_eq!(bed.store.reset(reset).await.unwrap(), None);
    assert_eq!(bed.store.mail(mail).await.unwrap(), None);
    assert_eq!(bed.store.person(id).await.unwrap(), None);
}

/// A commit may touch a row twice, and commits of one batch may: both databases keep the later.
pub async fn two_changes_of_one_row_leave_the_later(bed: Bed) {
    let id = AccountId(bed.env.uuid());
    let people = ["ana", "ben"].map(|name| Change::PutPerson(person(id, name)));
    let credentials = ["first", "second"].map(|hash| {
        let credential_id = CredentialId(bed.env.uuid());
        Change::PutCredential(CredentialRow { account_id: id, credential_id, hash: hash.to_owned() })
    });
    bed.log.append(changing(write(&bed, id.into(), 1), people.into_iter().chain(credentials))).await.unwrap();
    assert_eq!(bed.store.person(id).await.unwrap().unwrap().username, "ben");
    assert_eq!(bed.store.credential(id).await.unwrap().unwrap().hash, "second");
}

pub async fn the_fold_of_the_log_is_the_views(bed: Bed) {
    for story in stories(&bed) {
        let id = account(&bed, &bed.log).await;
        for (pause, command) in story {
            bed.env.advance(Duration::from_secs(pause));
            execute(&bed, &bed.log, id, &command).await.unwrap();
        }
    }
    settle_mails(&bed).await;
    assert_views(&bed).await;
    let mut sql = bed.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM accounts").await, 4);
    assert_eq!(sql.number("SELECT count(*) FROM resets").await, 6);
    assert!(sql.number("SELECT count(*) FROM mails").await >= 8);
}

/// What happens to each account: seconds to wait, and a command.
fn stories(bed: &Bed) -> [Vec<(u64, C)>; 4] {
    let credential = || CredentialId(bed.env.uuid());
    let issue = |reset| C::IssueReset { reset };
    let complete = |reset| complete(bed, reset);
    let wrong_username = |reset| C::CompleteReset {
        reset,
        username: UsernameProof::Wrong("ben".to_owned()),
        credential: credential(),
        needs_second_factor: false,
        second_factor: SecondFactorProof::None,
    };
    let resets: Vec<_> = (0..6).map(|_| ResetId(bed.env.uuid())).collect();
    let grant = [Permission::UsersView, Permission::Audit].map(C::GrantPermission);
    let set = C::SetPassword { credential: credential(), channel: Channel::Desktop, must_change: true };
    let revoke = C::RevokeReset { reset: None, by: RevokedBy::Owner };
    let [view, audit] = grant;
    [
        vec![
            (0, issue(resets[0])),
            (5, wrong_username(resets[0])),
            (9, complete(resets[0])),
            (1, C::RecordSignIn),
        ],
        vec![(0, issue(resets[1])), (70, issue(resets[2])), (7200, C::ExpireResets), (1, view), (1, audit)],
        vec![
            (0, set),
            (1, C::RecordSignIn),
            (2, issue(resets[3])),
            (3, revoke),
            (86_400 * 3, issue(resets[4])),
        ],
        vec![(0, C::RecordSignIn), (1, issue(resets[5])), (2, C::Erase)],
    ]
}

/// Lets each mail end, wait or begin anew in another way.
async fn settle_mails(bed: &Bed) {
    let mails = bed.store.mails(None, "", "", 100).await.unwrap();
    let at = bed.env.now();
    let smtp = || "smtp".to_owned();
    let defer = |provider| {
        let (phase, code, enhanced) = (Phase::Rcpt, Some(450), Some("4.2.0".to_owned()));
        MailCommand::Defer { phase, code, enhanced, due_at: at, counted: true, provider, failure: None }
    };
    let lose = |reason, provider| {
        let (code, enhanced, failure) = (None, None, Some(FailureReason::ConnectionReset));
        MailCommand::LoseTrack { reason, due_at: at, provider, code, enhanced, failure }
    };
    let reroute = MailCommand::Reroute {
        provider: smtp(),
        phase: Phase::Dot,
        code: 554,
        enhanced: Some("5.7.1".to_owned()),
        due_at: at,
    };
    let commands = [
        vec![MailCommand::Accept { provider: smtp(), code: 250 }],
        vec![MailCommand::Expire, MailCommand::Requeue { expires_at: at }],
        vec![MailCommand::Supersede],
        vec![
            defer(Some(smtp())),
            reroute,
            MailCommand::Reject { phase: Phase::Rcpt, code: 550, enhanced: None, provider: Some(smtp()) },
        ],
        vec![
            lose(UnknownBecause::ReplyLost, Some(smtp())),
            MailCommand::Accept { provider: smtp(), code: 250 },
        ],
        vec![defer(None), lose(UnknownBecause::WorkerDied, None), MailCommand::Suppress],
        vec![MailCommand::bury_unsent(DeadBecause::NoAddress)],
        vec![lose(UnknownBecause::ReplyLost, Some(smtp())); 5],
    ];
    for (mail, commands) in mails.iter().zip(commands.iter().cycle()) {
        for command in commands {
            let stream = mail.mail_id.into();
            bed.log.execute::<Mail>(&bed.context(), stream, command, |_, _, _| {}).await.unwrap();
        }
    }
}
