//! The database is killed while a mail is on its way.

use rekey_events::mail::MailEvent;
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::{Fault, Latch, Phase};

use crate::bed::Bed;

#[tokio::test]
async fn an_outcome_outlives_the_databases_death() {
    let mut server = Postgres::start_durable().await;
    let mut bed = Bed::build(Some(server.database("killed").await)).await;
    bed.run();
    let latch = Latch::new();
    bed.sink.script([(Phase::Dot, Fault::Hold(latch.clone()))]);
    let ana = bed.asks("ana").await;
    latch.wait_for(1).await;
    server.kill().await;
    latch.open();
    bed.sink.wait_for(1).await;
    server.start_again().await;
    let sent = bed.mail_in(ana, "accepted").await;
    let unknown = |event: &&MailEvent| matches!(event, MailEvent::MailOutcomeUnknown { .. });
    let unknown = bed.events(&sent).await.iter().filter(unknown).count();
    assert!(bed.received("ana").len() <= 1 + unknown);
}
