//! An address that the mail server called dead is left in peace for a while.

use std::time::Duration;

use rekey_events::AccountId;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::mail::MailEvent;
use rekey_events::rows::{Change, MailRow};
use rekey_events::store::Context;
use rekey_events::store::execute::Draft;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Fault, Phase};
use rekey_test_support::sql::Sql;
use rekey_workers::Sweeper;

use crate::bed::Bed;

const HOUR: u64 = 3600;
/// What is configured unless told otherwise.
const TERM: u64 = 72 * HOUR;

/// Tries it on SQLite, then on PostgreSQL.
async fn on_each_database(test: impl AsyncFn(Bed)) {
    let server = Postgres::shared().await;
    for database in [None, Some(server.database("suppression").await)] {
        let mut bed = Bed::build(database).await;
        bed.run();
        test(bed).await;
    }
}

/// A person whose address the server refuses with these words, once.
async fn refused(bed: &Bed, words: &str) -> (AccountId, MailRow) {
    bed.sink.script([(Phase::Rcpt, Fault::reply(words))]);
    let ana = bed.asks("ana").await;
    (ana, bed.mail_in(ana, "rejected").await)
}

/// Another mail to that person, once it has this outcome.
async fn next(bed: &Bed, ana: AccountId, state: &str) -> MailRow {
    let before = bed.mails(ana).await.len();
    bed.ask("ana").await;
    crate::until::until("another mail", async || (bed.mails(ana).await.len() > before).then_some(())).await;
    bed.mail_in(ana, state).await
}

async fn suppressions(bed: &Bed) -> i64 {
    Sql::connect(&bed.database).await.number("SELECT count(*) FROM suppressions").await
}

#[tokio::test]
async fn a_refused_address_is_left_in_peace_until_the_term_is_over() {
    on_each_database(async |bed| {
        let (ana, _) = refused(&bed, "550 5.1.1 nobody of that name").await;
        assert_eq!(suppressions(&bed).await, 1);
        // Nobody is asked: a kept connection would show in the ledger, a new one in the count.
        let (asked, connections) = (bed.sink.ledger().len(), bed.sink.connections());
        bed.later(2 * HOUR);
        let suppressed = next(&bed, ana, "suppressed").await;
        assert_eq!(bed.events(&suppressed).await.last(), Some(&MailEvent::MailSuppressed {}));
        assert_eq!((bed.sink.ledger().len(), bed.sink.connections()), (asked, connections));
        let shown = bed.api.text("/v1/mails?state=suppressed").await;
        assert!(shown.contains(&suppressed.mail_id.to_string()), "{shown}");
        let metrics = bed.api.text("/metrics").await;
        assert!(metrics.contains("rekey_mails_in_state{state=\"suppressed\"} 1"), "{metrics}");

        bed.later(TERM);
        next(&bed, ana, "accepted").await;
        assert_eq!(bed.received("ana").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_by_policy_suppresses_nobody() {
    on_each_database(async |bed| {
        bed.sink.script([(Phase::Rcpt, Fault::reply("550 5.7.1 not from your network"))]);
        let ana = bed.asks("ana").await;
        let waits = bed.tried(ana).await;
        assert_eq!((waits.state.as_str(), suppressions(&bed).await), ("pending", 0));
        bed.later(60);
        bed.mail_in(ana, "accepted").await;
    })
    .await;
}

#[tokio::test]
async fn a_requeued_mail_ends_the_suppression() {
    on_each_database(async |bed| {
        let (ana, rejected) = refused(&bed, "550 5.1.1 nobody of that name").await;
        bed.requeue(&rejected).await;
        bed.mail_in(ana, "accepted").await;
        assert_eq!((bed.received("ana").len(), suppressions(&bed).await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_suppressed_mail_is_sent_when_it_is_requeued() {
    on_each_database(async |bed| {
        let (ana, _) = refused(&bed, "550 5.1.1 nobody of that name").await;
        bed.later(2 * HOUR);
        let suppressed = next(&bed, ana, "suppressed").await;
        bed.requeue(&suppressed).await;
        bed.mail_in(ana, "accepted").await;
        assert_eq!((bed.received("ana").len(), suppressions(&bed).await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_lifted_suppression_lets_the_next_link_out_and_is_on_record() {
    on_each_database(async |bed| {
        let (ana, _) = refused(&bed, "550 5.1.1 nobody of that name").await;
        bed.later(2 * HOUR);
        assert!(bed.lift_suppression(ana).await);
        assert_eq!(suppressions(&bed).await, 0);
        assert!(!bed.lift_suppression(ana).await, "there is nothing to lift");
        next(&bed, ana, "accepted").await;
        let stream = bed.service.store().stream(ana.into()).await.unwrap();
        let lifted = stream.iter().filter(|event| event.name == "SuppressionLifted").count();
        assert_eq!((lifted, bed.received("ana").len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn requeueing_a_mail_whose_link_is_over_lifts_the_suppression() {
    on_each_database(async |bed| {
        let (ana, rejected) = refused(&bed, "550 5.1.1 nobody of that name").await;
        bed.later(2 * HOUR);
        bed.requeue(&rejected).await;
        assert_eq!(suppressions(&bed).await, 0);
        assert_eq!(bed.mails(ana).await[0].state, "rejected");
        next(&bed, ana, "accepted").await;
    })
    .await;
}

#[tokio::test]
async fn another_address_is_not_suppressed() {
    on_each_database(async |bed| {
        let (ana, _) = refused(&bed, "550 5.1.1 nobody of that name").await;
        bed.later(2 * HOUR);
        bed.falsify(ana, |person| {
            (person.email, person.email_key) = ("new@example.org".into(), "new@example.org".into());
        })
        .await;
        bed.issue(ana).await;
        bed.mail_in(ana, "accepted").await;
    })
    .await;
}

#[tokio::test]
async fn who_is_erased_has_no_suppression() {
    on_each_database(async |bed| {
        let (ana, _) = refused(&bed, "550 5.1.1 nobody of that name").await;
        assert_eq!(suppressions(&bed).await, 1);
        let erase = |_: &Account, _: &[_], draft: &mut Draft<'_>| draft.change(Change::ErasePerson(ana));
        let context = Context::new(&*bed.env, "anyone");
        bed.service
            .log()
            .execute::<Account>(&context, ana.into(), &AccountCommand::Erase, erase)
            .await
            .unwrap();
        assert_eq!(suppressions(&bed).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_swept() {
    on_each_database(async |bed| {
        refused(&bed, "550 5.1.1 nobody of that name").await;
        let sweeper = Sweeper::new(bed.service.log().clone(), Duration::from_secs(HOUR));
        bed.env.advance(Duration::from_secs(TERM - 1));
        sweeper.step().await.unwrap();
        assert_eq!(suppressions(&bed).await, 1);
        bed.env.advance(Duration::from_secs(2));
        sweeper.step().await.unwrap();
        assert_eq!(suppressions(&bed).await, 0);
    })
    .await;
}
