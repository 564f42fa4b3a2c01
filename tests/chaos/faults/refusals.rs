//! A refusal at RCPT that is not the recipient's fault suppresses nobody, and is made up for once the server is well.

use rekey_events::mail::{MailEvent, Phase as In};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Fault, Phase, Plan};
use rekey_test_support::sql::Sql;

use crate::bed::Bed;
use crate::until::until;

/// Within so many seconds after the server is corrected, everything is sent.
const SOON: u64 = 60;

/// Tries it on SQLite, then on PostgreSQL.
async fn on_each_database(test: impl AsyncFn(Bed)) {
    let server = Postgres::shared().await;
    for database in [None, Some(server.database("refusals").await)] {
        let mut bed = Bed::build(database).await;
        bed.run();
        test(bed).await;
    }
}

/// This reply, each time.
fn at(phase: Phase, reply: &'static str) -> Plan {
    Plan::from_fn(move |session| if session.phase == phase { Fault::reply(reply) } else { Fault::None })
}

async fn suppressions(bed: &Bed) -> i64 {
    Sql::connect(&bed.database).await.number("SELECT count(*) FROM suppressions").await
}

#[tokio::test]
async fn a_refusal_at_rcpt_that_is_about_us_costs_no_attempt_and_suppresses_nobody() {
    on_each_database(async |bed| {
        for (number, reply) in [
            "550 relay not permitted",
            "550 5.1.0 <noreply@example.org>: Sender address rejected: User unknown",
            "504 5.5.2 <rekey>: Helo command rejected: need fully-qualified hostname",
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "550-Requested action not taken\r\n550-5.7.1 blocked\r\n550 see the administrator",
            "550-Verification failed for <noreply@example.org>\r\n550-No Such User Here\r\n550 Sender verify failed",
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("p{number}");
            bed.sink.set_plan(at(Phase::Rcpt, reply));
            let account = bed.asks(&name).await;
            let waits = bed.tried(account).await;
            let code: i32 = reply[..3].parse().unwrap();
            assert_eq!(
                (waits.state.as_str(), waits.attempts, waits.last_code),
                ("pending", 0, Some(code)),
                "{reply}"
            );
            assert!(matches!(
                bed.events(&waits).await[1],
                MailEvent::MailDeferred { phase: In::Rcpt, counted: false, .. }
            ));
            bed.counts("rekey_mailer_breaker_open{provider=\"127.0.0.1\"} 1").await;
            bed.sink.set_plan(Plan::none());
            bed.later(SOON);
            bed.mail_in(account, "accepted").await;
            assert_eq!((suppressions(&bed).await, bed.received(&name).len()), (0, 1), "{reply}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_full_mailbox_is_retried_on_the_schedule_also_after_the_dot() {
    on_each_database(async |bed| {
        for (name, phase, reply) in [
            ("ana", Phase::Rcpt, "552 5.2.2 mailbox full"),
            ("ben", Phase::Rcpt, "550 5.4.5 daily quota used up"),
            ("carla", Phase::Dot, "552 5.2.2 mailbox full"),
            ("dora", Phase::Data, "552 mailbox is full"),
        ] {
            bed.sink.script([(phase, Fault::reply(reply))]);
            let account = bed.asks(name).await;
            let waits = bed.tried(account).await;
            assert_eq!((waits.state.as_str(), waits.attempts), ("pending", 1), "{reply}");
            bed.later(7);
            bed.mail_in(account, "accepted").await;
        }
        assert_eq!(suppressions(&bed).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_nobody_understands_suppresses_nobody_and_is_retried() {
    on_each_database(async |bed| {
        for (name, reply) in [("ana", "550 5.4.4 cannot route"), ("ben", "550 no"), ("carla", "554 5.2.0 no")]
        {
            bed.sink.script([(Phase::Rcpt, Fault::reply(reply))]);
            let account = bed.asks(name).await;
            let waits = bed.tried(account).await;
            assert_eq!((waits.state.as_str(), waits.attempts), ("pending", 1), "{reply}");
            bed.later(7);
            bed.mail_in(account, "accepted").await;
        }
        assert_eq!(suppressions(&bed).await, 0);
    })
    .await;
}

/// The first ones are believed, until it shows that the server refuses everybody.
#[tokio::test]
async fn a_server_that_refuses_every_recipient_suppresses_nobody_in_the_end() {
    on_each_database(async |bed| {
        bed.sink.set_plan(at(Phase::Rcpt, "550 5.1.1 user unknown"));
        let mut accounts = Vec::new();
        for name in ["ana", "ben"] {
            accounts.push(bed.asks(name).await);
            bed.mail_in(*accounts.last().unwrap(), "rejected").await;
        }
        assert_eq!(suppressions(&bed).await, 2);
        accounts.push(bed.asks("carla").await);
        for account in &accounts {
            bed.mail(*account, "waiting again", |mail| mail.state == "pending" && mail.version > 1).await;
        }
        until("no suppression", async || (suppressions(&bed).await == 0).then_some(())).await;
        bed.counts("rekey_mailer_breaker_open{provider=\"127.0.0.1\"} 1").await;
        bed.sink.set_plan(Plan::none());
        bed.later(SOON);
        for account in &accounts {
            bed.mail_in(*account, "accepted").await;
        }
        // Now that it accepts others, it is believed again.
        bed.sink.script([(Phase::Rcpt, Fault::reply("550 5.1.1 user unknown"))]);
        let dora = bed.asks("dora").await;
        bed.mail_in(dora, "rejected").await;
        assert_eq!(suppressions(&bed).await, 1);
    })
    .await;
}

/// A server that takes others is not paused for long, so the mail itself has to wait.
#[tokio::test]
async fn an_old_mail_that_a_working_server_refuses_is_tried_seldom() {
    let mut bed = Bed::build(None).await;
    bed.sink.set_plan(at(Phase::Rcpt, "550 5.7.1 not from your network"));
    let ana = bed.with_links(&["ana"]).await[0];
    bed.later(600);
    bed.run();
    let waits = bed.tried(ana).await;
    assert_eq!(waits.due_at - waits.requested_at, 630_000_000);
}
