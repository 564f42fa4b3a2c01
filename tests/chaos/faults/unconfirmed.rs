//! Copies of a mail of which none was confirmed: ever later, at most five, then an operator has to decide.

use rekey_events::mail::event::UnknownBecause;
use rekey_events::mail::{FailureReason, MailEvent};
use rekey_events::rows::MailRow;
use rekey_events::{AccountId, Env, Moment};
use rekey_test_support::smtp::{Fault, Phase, Plan};
use rekey_test_support::sql::Sql;

use crate::bed::Bed;

/// The mail once so many copies may be there, and no other worker has it.
async fn copies(bed: &Bed, account: AccountId, count: i32) -> MailRow {
    bed.mail(account, "unknown", |mail| mail.state == "unknown" && mail.copies == count).await
}

/// Seconds until the mail is due.
fn wait(bed: &Bed, mail: &MailRow) -> u64 {
    Moment::from_micros(mail.due_at).since(bed.env.now()).as_secs()
}

#[tokio::test]
async fn a_mail_that_nobody_confirms_is_sent_five_times_and_then_waits_for_an_operator() {
    let bed = Bed::start().await;
    bed.sink.set_plan(Plan::from_fn(|session| match session.phase {
        Phase::Dot => Fault::AcceptAndDrop,
        _ => Fault::None,
    }));
    let ana = bed.asks("ana").await;
    let mut waits = Vec::new();
    for count in 1..=4 {
        let unknown = copies(&bed, ana, count).await;
        waits.push(wait(&bed, &unknown));
        bed.later(waits[waits.len() - 1] + 1);
    }
    // About 1, 5 and 15 minutes, and then while the link is still of use.
    assert!((60..=72).contains(&waits[0]) && (300..=360).contains(&waits[1]), "{waits:?}");
    assert!((900..=1080).contains(&waits[2]) && waits[3] > 1500, "{waits:?}");
    let unconfirmed = bed.mail_in(ana, "unconfirmed").await;
    assert_eq!((unconfirmed.copies, unconfirmed.last_failure.as_deref()), (5, Some("connection_closed")));
    let received = bed.received("ana");
    assert_eq!(received.len(), 5);
    assert!(received.iter().all(|copy| *copy == received[0]));
    for line in [
        "rekey_mails_in_state{state=\"unconfirmed\"} 1",
        "rekey_mails_unsettled{kind=\"reset_link\"} 0",
        "rekey_mailer_possible_doubles_total 4",
        "rekey_mailer_outcomes_total{outcome=\"unconfirmed\"} 1",
    ] {
        bed.counts(line).await;
    }
    let shown = bed.api.text("/v1/mails?state=unconfirmed").await;
    assert!(shown.contains(&unconfirmed.mail_id.to_string()), "{shown}");

    bed.sink.set_plan(Plan::none());
    bed.requeue(&unconfirmed).await;
    let sent = bed.mail_in(ana, "accepted").await;
    assert_eq!((sent.copies, bed.received("ana").len()), (0, 6));
    assert!(bed.events(&sent).await.iter().any(|event| {
        matches!(
            event,
            MailEvent::MailUnconfirmed { copies: 5, failure: Some(FailureReason::ConnectionClosed), .. }
        )
    }));
}

#[tokio::test]
async fn an_unreadable_reply_to_the_dot_is_an_unknown_outcome_that_says_so() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Dot, Fault::AcceptAndReply("hello".to_owned()))]);
    let ana = bed.asks("ana").await;
    let unknown = copies(&bed, ana, 1).await;
    assert_eq!(unknown.last_failure.as_deref(), Some("malformed_reply"));
    bed.sink.script([(Phase::Dot, Fault::AcceptAndReply("354 5.0.0 what?".to_owned()))]);
    bed.later(wait(&bed, &unknown) + 1);
    let unknown = copies(&bed, ana, 2).await;
    assert_eq!((unknown.last_code, unknown.last_failure.as_deref()), (Some(354), Some("unexpected_reply")));
    bed.sink.set_plan(Plan::none());
    bed.later(wait(&bed, &unknown) + 1);
    bed.mail_in(ana, "accepted").await;
    bed.counts("rekey_mailer_possible_doubles_total 2").await;
}

/// From the second copy on, a worker says where a mail goes before it does.
#[tokio::test]
async fn a_worker_that_died_before_the_server_had_the_next_copy_costs_no_copy_and_no_time() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Dot, Fault::AcceptAndDrop)]);
    let ana = bed.asks("ana").await;
    copies(&bed, ana, 1).await;
    let mut sql = Sql::connect(&bed.database).await;
    assert_eq!(sql.run("UPDATE mails SET claimed_by = randomblob(16)").await, Ok(1));
    let sent = bed.mail_in(ana, "accepted").await;
    let events = bed.events(&sent).await;
    assert!(
        matches!(
            &events[2],
            MailEvent::MailOutcomeUnknown { reason: UnknownBecause::WorkerDied, provider: None, .. }
        ),
        "{events:?}"
    );
    assert_eq!((events.len(), sent.copies, bed.received("ana").len()), (4, 1, 2));
    bed.counts("rekey_mailer_possible_doubles_total 1").await;
}
