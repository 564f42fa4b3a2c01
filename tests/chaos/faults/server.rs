//! The mail server fails: nothing is lost, and nobody's attempts are used up
//! by what is not their fault.

use rekey_events::mail::event::UnknownBecause;
use rekey_events::mail::{MailEvent, Phase as In};
use rekey_test_support::smtp::{Fault, Phase, Plan};

use crate::bed::Bed;

/// Longer than any pause of the breaker.
const PAUSE: u64 = 20;

#[tokio::test]
async fn a_server_that_refuses_connections_costs_no_attempt() {
    let mut bed = Bed::build(None).await;
    bed.sink.refuse().await;
    let people = ["ana", "ben", "carla", "dora", "emil"];
    let accounts = bed.with_links(&people).await;
    bed.run();
    for round in 1..4 {
        for account in &accounts {
            let waits = bed.mail(*account, "deferred", |mail| mail.version > round).await;
            assert_eq!((waits.state.as_str(), waits.attempts), ("pending", 0));
        }
        bed.later(PAUSE);
    }
    bed.sink.resume().await.unwrap();
    bed.later(PAUSE);
    for (account, person) in accounts.into_iter().zip(people) {
        let sent = bed.mail_in(account, "accepted").await;
        let uncounted = |event: &MailEvent| {
            matches!(event, MailEvent::MailDeferred { phase: In::Connect, counted: false, .. })
        };
        let events = bed.events(&sent).await;
        assert!(events[1..events.len() - 1].iter().all(uncounted), "{events:?}");
        assert_eq!(bed.received(person).len(), 1);
    }
}

#[tokio::test]
async fn greylisting_is_scheduled_and_counted() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Rcpt, Fault::reply("450 4.2.0 greylisted"))]);
    let ana = bed.asks("ana").await;
    let waits = bed.tried(ana).await;
    assert_eq!((waits.state.as_str(), waits.attempts, waits.last_code), ("pending", 1, Some(450)));
    bed.later(6);
    bed.mail_in(ana, "accepted").await;
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test]
async fn a_server_that_says_when_is_obeyed() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Rcpt, Fault::reply("450 4.2.0 greylisted, try again in 5 minutes"))]);
    let ana = bed.asks("ana").await;
    let waits = bed.tried(ana).await;
    assert!(waits.due_at >= waits.requested_at + 300_000_000, "{waits:?}");
    bed.later(301);
    bed.mail_in(ana, "accepted").await;
}

/// The link has 60 minutes, and is not sent in the last five.
#[tokio::test]
async fn a_link_that_is_put_off_beyond_its_life_is_tried_once_more() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Rcpt, Fault::reply("450 4.2.0 greylisted, try again in 2 hours"))]);
    let ana = bed.asks("ana").await;
    let waits = bed.tried(ana).await;
    let left = (waits.expires_at - waits.due_at) / 1_000_000;
    assert!((300..=360).contains(&left), "{left} s are left at the next try");
    bed.later(u64::try_from((waits.due_at - waits.requested_at) / 1_000_000).unwrap() + 1);
    bed.mail_in(ana, "accepted").await;
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test]
async fn a_421_is_scheduled_and_costs_no_attempt() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Rcpt, Fault::ReplyAndDrop("421 4.3.2 going down".to_owned()))]);
    let ana = bed.asks("ana").await;
    let waits = bed.tried(ana).await;
    assert_eq!((waits.state.as_str(), waits.attempts, waits.last_code), ("pending", 0, Some(421)));
    bed.later(PAUSE);
    bed.mail_in(ana, "accepted").await;
}

#[tokio::test]
async fn a_wrong_smtp_password_kills_nobodys_mail() {
    let mut bed = Bed::build(None).await;
    bed.sink.set_plan(at(Phase::Auth, "535 5.7.8 wrong"));
    let accounts = bed.with_links(&["ana", "ben"]).await;
    bed.run();
    for round in 1..5 {
        for account in &accounts {
            let waits = bed.mail(*account, "deferred", |mail| mail.version > round).await;
            assert_eq!((waits.state.as_str(), waits.attempts, waits.last_code), ("pending", 0, Some(535)));
        }
        bed.later(PAUSE);
    }
    bed.sink.set_plan(Plan::none());
    bed.later(PAUSE);
    for account in accounts {
        bed.mail_in(account, "accepted").await;
    }
}

#[tokio::test]
async fn a_refused_sender_kills_nobodys_mail() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Mail, Fault::reply("550 5.7.1 not from you"))]);
    let ana = bed.asks("ana").await;
    let waits = bed.tried(ana).await;
    assert_eq!((waits.state.as_str(), waits.attempts, waits.last_code), ("pending", 0, Some(550)));
    bed.later(PAUSE);
    bed.mail_in(ana, "accepted").await;
}

#[tokio::test]
async fn failures_side_by_side_are_one_failure() {
    let mut bed = Bed::build(None).await;
    bed.sink.refuse().await;
    let people = ["ana", "ben", "carla", "dora", "emil", "fay", "gus", "hal"];
    let accounts = bed.with_links(&people).await;
    bed.run();
    // The pauses are 1, 2, 5, 10 and 15 s. Mails that failed together make one step, and wait for the first.
    for account in accounts {
        let waits = bed.tried(account).await;
        assert_eq!(waits.due_at - waits.requested_at, 1_000_000);
    }
}

#[tokio::test]
async fn a_lost_reply_is_answered_by_the_same_bytes() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Dot, Fault::AcceptAndDrop)]);
    let ana = bed.asks("ana").await;
    bed.mail_in(ana, "unknown").await;
    bed.later(59);
    let ben = bed.asks("ben").await;
    bed.mail_in(ben, "accepted").await;
    assert_eq!(bed.received("ana").len(), 1, "the server may still be at it");
    bed.later(14);
    let sent = bed.mail_in(ana, "accepted").await;
    assert!(bed.events(&sent).await.iter().any(|event| {
        matches!(event, MailEvent::MailOutcomeUnknown { reason: UnknownBecause::ReplyLost, .. })
    }));
    let received = bed.received("ana");
    assert_eq!(received.len(), 2);
    assert!(received[0].message_id.is_some());
    assert_eq!(received[0], received[1]);
}

/// This reply, each time.
fn at(phase: Phase, reply: &'static str) -> Plan {
    Plan::from_fn(move |session| if session.phase == phase { Fault::reply(reply) } else { Fault::None })
}
