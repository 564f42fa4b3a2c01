//! Two mail servers, of which the first fails: the second is asked where that can make no double.

use std::time::Duration;

use rekey_events::mail::event::UnknownBecause;
use rekey_events::mail::{MailEvent, Phase as In};
use rekey_events::{AccountId, Env};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Accepted, Fault, Latch, Phase, Plan, SmtpSink};
use rekey_test_support::sql::Sql;

use crate::bed::{Bed, PASSWORD, USER};
use crate::load::address;

/// Longer than any pause of the breaker.
const PAUSE: u64 = 20;

/// Tries it on SQLite, then on PostgreSQL, with nothing running yet.
async fn on_each_database(test: impl AsyncFn(Bed, SmtpSink)) {
    let server = Postgres::shared().await;
    for database in [None, Some(server.database("providers").await)] {
        let spare = SmtpSink::builder().credentials(USER, PASSWORD).start().await.unwrap();
        test(Bed::build_with_spare(database, Some(&spare)).await, spare).await;
    }
}

/// What a server took for a person.
fn taken(sink: &SmtpSink, username: &str) -> Vec<Accepted> {
    sink.accepted().into_iter().filter(|mail| mail.to == address(username)).collect()
}

/// How often a server refused a message.
fn refused(sink: &SmtpSink) -> usize {
    sink.ledger().iter().filter(|attempt| attempt.phase == "dot" && attempt.code == 554).count()
}

/// This reply, each time.
fn at(phase: Phase, reply: &'static str) -> Plan {
    Plan::from_fn(move |session| if session.phase == phase { Fault::reply(reply) } else { Fault::None })
}

async fn accepted_by(bed: &Bed, account: AccountId) -> (Vec<MailEvent>, String) {
    let sent = bed.mail_in(account, "accepted").await;
    assert_eq!(sent.attempts, 0);
    let events = bed.events(&sent).await;
    match events.last() {
        Some(MailEvent::MailAccepted { provider, .. }) => (events.clone(), provider.clone()),
        other => panic!("{other:?}"),
    }
}

/// The first server fails in this phase: mails go to the second, and back when it is well again.
async fn is_passed_by(bed: &mut Bed, spare: &SmtpSink, phase: In) {
    bed.run();
    let ana = bed.asks("ana").await;
    let (events, provider) = accepted_by(bed, ana).await;
    assert_eq!(provider, "spare");
    assert!(
        matches!(&events[1..], [
            MailEvent::MailDeferred { phase: at, counted: false, provider: Some(main), .. },
            MailEvent::MailAccepted { .. }
        ] if *at == phase && main == "main"),
        "{events:?}"
    );
    assert_eq!((taken(&bed.sink, "ana").len(), taken(spare, "ana").len()), (0, 1));
    // While it is paused, it is not even asked.
    let ben = bed.asks("ben").await;
    let (events, provider) = accepted_by(bed, ben).await;
    assert_eq!((events.len(), provider.as_str()), (2, "spare"));

    bed.sink.set_plan(Plan::none());
    bed.sink.resume().await.unwrap();
    bed.later(PAUSE);
    let carla = bed.asks("carla").await;
    let (events, provider) = accepted_by(bed, carla).await;
    assert_eq!((events.len(), provider.as_str()), (2, "main"));
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_passed_by() {
    on_each_database(async |mut bed, spare| {
        bed.sink.refuse().await;
        is_passed_by(&mut bed, &spare, In::Connect).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_refuses_the_password_is_passed_by() {
    on_each_database(async |mut bed, spare| {
        bed.sink.set_plan(at(Phase::Auth, "535 5.7.8 wrong"));
        is_passed_by(&mut bed, &spare, In::Auth).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_too_busy_is_passed_by() {
    on_each_database(async |mut bed, spare| {
        bed.sink.set_plan(at(Phase::Connect, "421 4.3.2 too busy"));
        is_passed_by(&mut bed, &spare, In::Greeting).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_refuses_the_sender_is_passed_by() {
    on_each_database(async |mut bed, spare| {
        bed.sink.set_plan(at(Phase::Mail, "550 5.7.1 not from you"));
        is_passed_by(&mut bed, &spare, In::Mail).await;
    })
    .await;
}

#[tokio::test]
async fn a_silent_server_holds_up_no_more_than_one_mail_at_a_time() {
    on_each_database(async |mut bed, spare| {
        bed.sink.refuse().await;
        bed.run();
        let ana = bed.asks("ana").await;
        assert_eq!(accepted_by(&bed, ana).await.1, "spare");
        bed.sink.resume().await.unwrap();
        bed.sink.set_plan(Plan::from_fn(|_| Fault::Silence));
        bed.later(PAUSE);
        let connections = bed.sink.connections();
        let people: Vec<_> = (0..6).map(|number| format!("p{number}")).collect();
        let people: Vec<_> = people.iter().map(String::as_str).collect();
        bed.with_links(&people).await;
        bed.later(0);
        spare.wait_for(1 + 5).await;
        assert_eq!(bed.sink.connections(), connections + 1);
    })
    .await;
}

#[tokio::test]
async fn while_no_server_can_be_used_mails_wait() {
    on_each_database(async |mut bed, mut spare| {
        bed.sink.refuse().await;
        spare.refuse().await;
        bed.run();
        let ana = bed.asks("ana").await;
        let waits = bed.mail(ana, "deferred twice", |mail| mail.version == 3).await;
        assert_eq!((waits.state.as_str(), waits.attempts), ("pending", 0));
        assert!(waits.due_at > waits.requested_at, "{waits:?}");
        spare.resume().await.unwrap();
        bed.later(PAUSE);
        assert_eq!(accepted_by(&bed, ana).await.1, "spare");
    })
    .await;
}

#[tokio::test]
async fn a_message_that_one_server_refuses_another_may_take() {
    on_each_database(async |mut bed, spare| {
        bed.sink.set_plan(at(Phase::Dot, "554 5.7.1 spam, perhaps"));
        bed.run();
        let ana = bed.asks("ana").await;
        let (events, provider) = accepted_by(&bed, ana).await;
        assert_eq!(provider, "spare");
        assert!(
            matches!(&events[1], MailEvent::MailRerouted { provider, code: 554, .. } if provider == "main"),
            "{events:?}"
        );
        assert_eq!((refused(&bed.sink), taken(&spare, "ana").len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_message_that_both_servers_refuse_is_dead_after_one_try_each() {
    on_each_database(async |mut bed, spare| {
        bed.sink.set_plan(at(Phase::Dot, "554 5.7.1 spam, perhaps"));
        spare.set_plan(at(Phase::Dot, "554 5.7.1 spam, surely"));
        bed.run();
        let ana = bed.asks("ana").await;
        let dead = bed.mail_in(ana, "dead").await;
        assert_eq!((refused(&bed.sink), refused(&spare), dead.last_code), (1, 1, Some(554)));
    })
    .await;
}

#[tokio::test]
async fn a_refused_message_waits_for_the_other_server() {
    on_each_database(async |mut bed, mut spare| {
        bed.sink.set_plan(at(Phase::Dot, "554 5.7.1 spam, perhaps"));
        spare.refuse().await;
        bed.run();
        let ana = bed.asks("ana").await;
        bed.mail(ana, "deferred", |mail| mail.version > 2 && mail.state == "pending").await;
        spare.resume().await.unwrap();
        bed.later(PAUSE);
        assert_eq!(accepted_by(&bed, ana).await.1, "spare");
        assert_eq!(refused(&bed.sink), 1);
    })
    .await;
}

#[tokio::test]
async fn what_a_server_may_have_taken_goes_to_no_other() {
    on_each_database(async |mut bed, spare| {
        bed.sink.script([(Phase::Dot, Fault::AcceptAndDrop)]);
        bed.run();
        let ana = bed.asks("ana").await;
        let unknown = bed.mail_in(ana, "unknown").await;
        assert!(unknown.due_at >= unknown.requested_at + 60_000_000, "{unknown:?}");
        assert_eq!(unknown.pinned_to.as_deref(), Some("main"));
        // The first server goes away: others pass it by, this mail waits.
        bed.sink.refuse().await;
        bed.later(75);
        let ben = bed.asks("ben").await;
        assert_eq!(accepted_by(&bed, ben).await.1, "spare");
        bed.mail(ana, "waiting", |mail| mail.version > 2 && mail.state == "pending").await;
        bed.sink.resume().await.unwrap();
        bed.later(PAUSE);
        assert_eq!(accepted_by(&bed, ana).await.1, "main");
        let received = taken(&bed.sink, "ana");
        assert_eq!(received.len(), 2);
        assert_eq!(received[0], received[1]);
        assert!(taken(&spare, "ana").is_empty());
    })
    .await;
}

/// A mail that a worker was taking to this server when it died.
async fn claimed_for(bed: &Bed, provider: &str) -> AccountId {
    let ana = bed.with_links(&["ana"]).await[0];
    let dead = bed.env.uuid();
    bed.store().renew_lease(dead, Duration::ZERO, &[]).await.unwrap();
    assert_eq!(bed.store().claim_mails(dead, provider, bed.env.now(), 1).await.unwrap().len(), 1);
    ana
}

#[tokio::test]
async fn a_dead_workers_mail_goes_where_it_was_going() {
    on_each_database(async |mut bed, spare| {
        let latch = Latch::new();
        spare.script([(Phase::Rcpt, Fault::Hold(latch.clone()))]);
        let ana = claimed_for(&bed, "spare").await;
        bed.run();
        latch.wait_for(1).await;
        let mut sql = Sql::connect(&bed.database).await;
        let noted = "SELECT count(*) FROM mails WHERE claimed_by IS NOT NULL AND going_to = 'spare'";
        assert_eq!(sql.number(noted).await, 1, "noted before it is tried, should this worker die, too");
        latch.open();
        let (events, provider) = accepted_by(&bed, ana).await;
        assert!(
            matches!(&events[1], MailEvent::MailOutcomeUnknown {
                reason: UnknownBecause::WorkerDied, provider: Some(spare), ..
            } if spare == "spare"),
            "{events:?}"
        );
        assert_eq!((provider.as_str(), taken(&bed.sink, "ana").len()), ("spare", 0));
    })
    .await;
}

#[tokio::test]
async fn where_its_server_is_not_configured_any_more_the_first_stands_in() {
    on_each_database(async |mut bed, _spare| {
        let ana = claimed_for(&bed, "gone").await;
        bed.run();
        assert_eq!(accepted_by(&bed, ana).await.1, "main");
    })
    .await;
}
