//! Two mail servers, of which the first fails: the second is asked where that can make no double.

use std::time::Duration;

use rekey_events::mail::event::UnknownBecause;
use rekey_events::mail::{MailEvent, Phase as In};
use rekey_events::rows::MailRow;
use rekey_events::{AccountId, Env};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Accepted, Fault, Latch, Phase, Plan, SmtpSink};
use rekey_test_support::sql::Sql;

use crate::bed::{Bed, PASSWORD, USER};
use crate::load::address;
use crate::until::until;

/// Longer than any pause of the breaker.
const PAUSE: u64 = 20;
/// After how long a mail looks again whether the only server that it may go to is back.
const LOOK: u64 = 60;

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
        // While that one is paused it is not asked, and looked for seldom.
        let ben = bed.asks("ben").await;
        let untried = bed.mail(ben, "deferred", |mail| mail.version > 2 && mail.state == "pending").await;
        assert_eq!(untried.due_at, untried.requested_at + LOOK as i64 * 1_000_000, "{untried:?}");
        assert!(matches!(
            bed.events(&untried).await[2],
            MailEvent::MailDeferred { counted: false, provider: None, .. }
        ));
        spare.resume().await.unwrap();
        bed.later(PAUSE);
        assert_eq!(accepted_by(&bed, ana).await.1, "spare");
        bed.later(LOOK);
        assert_eq!(accepted_by(&bed, ben).await.1, "spare");
        assert_eq!(refused(&bed.sink), 2);
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_one_server_refuses_by_policy_another_may_take() {
    on_each_database(async |mut bed, spare| {
        bed.sink.set_plan(at(Phase::Rcpt, "550 5.7.1 not from your network"));
        is_passed_by(&mut bed, &spare, In::Rcpt).await;
        // Both do: it waits, and the address is left as it is.
        bed.sink.set_plan(at(Phase::Rcpt, "550 5.7.1 not from your network"));
        spare.set_plan(at(Phase::Rcpt, "550 5.1.8 no such sender"));
        let dora = bed.asks("dora").await;
        let waits = bed.mail(dora, "deferred twice", |mail| mail.version == 3).await;
        assert_eq!((waits.state.as_str(), waits.attempts), ("pending", 0));
        bed.sink.set_plan(Plan::none());
        bed.later(PAUSE);
        accepted_by(&bed, dora).await;
        // Nobody is there: no other is asked.
        bed.sink.set_plan(at(Phase::Rcpt, "550 5.1.1 nobody of that name"));
        let emil = bed.asks("emil").await;
        assert_eq!(bed.mail_in(emil, "rejected").await.version, 2);
        let mut sql = Sql::connect(&bed.database).await;
        assert_eq!(sql.number("SELECT count(*) FROM suppressions").await, 1);
    })
    .await;
}

/// What it means nobody knows: perhaps the other knows better.
#[tokio::test]
async fn a_refusal_that_nobody_understands_is_put_to_the_other_server_once() {
    on_each_database(async |mut bed, spare| {
        bed.sink.set_plan(at(Phase::Rcpt, "550 5.4.4 cannot route"));
        bed.run();
        let ana = bed.asks("ana").await;
        let (events, provider) = accepted_by(&bed, ana).await;
        assert_eq!((provider.as_str(), taken(&spare, "ana").len()), ("spare", 1));
        assert!(matches!(&events[1], MailEvent::MailRerouted { phase: In::Rcpt, .. }), "{events:?}");
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
        bed.later(LOOK);
        assert_eq!(accepted_by(&bed, ana).await.1, "main");
        bed.counts("rekey_mailer_possible_doubles_total 1").await;
        let received = taken(&bed.sink, "ana");
        assert_eq!(received.len(), 2);
        assert_eq!(received[0], received[1]);
        assert!(taken(&spare, "ana").is_empty());
    })
    .await;
}

/// A mail that this server, if any, may have had from a worker when that died.
async fn claimed_for(bed: &Bed, provider: Option<&str>) -> AccountId {
    let ana = bed.with_links(&["ana"]).await[0];
    let dead = bed.env.uuid();
    bed.store().renew_lease(dead, Duration::ZERO, &[]).await.unwrap();
    let claimed = bed.store().claim_mails(dead, bed.env.now(), 1).await.unwrap();
    if let Some(provider) = provider {
        assert!(bed.store().note_provider(&claimed[0], dead, provider).await.unwrap());
    }
    ana
}

/// Claims that say where they go.
async fn noted(bed: &Bed) -> i64 {
    let noted = "SELECT count(*) FROM mails WHERE claimed_by IS NOT NULL AND going_to = 'main'";
    Sql::connect(&bed.database).await.number(noted).await
}

#[tokio::test]
async fn it_is_noted_which_server_may_have_a_mail_before_it_may() {
    on_each_database(async |mut bed, _spare| {
        let (recipient, data) = (Latch::new(), Latch::new());
        let held = [(Phase::Rcpt, &recipient), (Phase::Data, &data)];
        bed.sink.script(held.map(|(phase, latch)| (phase, Fault::Hold(latch.clone()))));
        bed.run();
        let ana = bed.asks("ana").await;
        recipient.wait_for(1).await;
        assert_eq!(noted(&bed).await, 0, "until the recipient was taken, it may go elsewhere");
        recipient.open();
        data.wait_for(1).await;
        // It is asked for the body only with the reply to DATA, which is held.
        until("which server it is", async || (noted(&bed).await == 1).then_some(())).await;
        data.open();
        assert_eq!(accepted_by(&bed, ana).await.1, "main");
    })
    .await;
}

#[tokio::test]
async fn a_claim_that_is_somebody_elses_by_now_is_not_touched() {
    on_each_database(async |bed, _spare| {
        bed.with_links(&["ana"]).await;
        let (store, worker, other) = (bed.store(), bed.env.uuid(), bed.env.uuid());
        let mail = store.claim_mails(worker, bed.env.now(), 1).await.unwrap().remove(0);
        let older = MailRow { version: mail.version - 1, ..mail.clone() };
        assert!(!store.note_provider(&mail, other, "main").await.unwrap());
        assert!(!store.note_provider(&older, worker, "main").await.unwrap());
        store.release_mail(&older, worker).await.unwrap();
        store.release_mail(&mail, other).await.unwrap();
        assert!(store.note_provider(&mail, worker, "main").await.unwrap());
        store.release_mail(&mail, worker).await.unwrap();
        assert!(!store.note_provider(&mail, worker, "main").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_dead_workers_mail_that_no_server_had_goes_anywhere() {
    on_each_database(async |mut bed, spare| {
        let ana = claimed_for(&bed, None).await;
        bed.sink.refuse().await;
        bed.run();
        let (events, provider) = accepted_by(&bed, ana).await;
        assert!(
            matches!(
                &events[1],
                MailEvent::MailOutcomeUnknown { reason: UnknownBecause::WorkerDied, provider: None, .. }
            ),
            "{events:?}"
        );
        assert_eq!((provider.as_str(), taken(&spare, "ana").len()), ("spare", 1));
    })
    .await;
}

#[tokio::test]
async fn a_dead_workers_mail_goes_where_it_was_going() {
    on_each_database(async |mut bed, spare| {
        let ana = claimed_for(&bed, Some("spare")).await;
        bed.run();
        let (events, provider) = accepted_by(&bed, ana).await;
        assert!(
            matches!(&events[1], MailEvent::MailOutcomeUnknown {
                reason: UnknownBecause::WorkerDied, provider: Some(spare), ..
            } if spare == "spare"),
            "{events:?}"
        );
        assert_eq!(
            (provider.as_str(), taken(&bed.sink, "ana").len(), taken(&spare, "ana").len()),
            ("spare", 0, 1)
        );
    })
    .await;
}

#[tokio::test]
async fn where_its_server_is_not_configured_any_more_the_first_stands_in() {
    on_each_database(async |mut bed, _spare| {
        let ana = claimed_for(&bed, Some("gone")).await;
        bed.run();
        assert_eq!(accepted_by(&bed, ana).await.1, "main");
    })
    .await;
}
