//! Many requests at once.

use rekey_events::request::{RefusedBecause, RequestEvent};

use crate::bed::Bed;
use crate::until::until;

#[tokio::test]
async fn of_many_requests_at_once_ten_with_the_same_words_are_looked_at() {
    let mut bed = Bed::build(None).await;
    for _ in 0..13 {
        bed.ask("nobody").await;
    }
    bed.ask("someone").await;
    bed.run();
    let refusals = until("an answer to each", async || {
        let events = bed.store().after(0, 1_000).await.unwrap();
        let answers = events.iter().filter(|event| event.name == "ResetRefused");
        let refusals: Vec<RequestEvent> = answers.map(|event| event.decode().unwrap()).collect();
        (refusals.len() == 14).then_some(refusals)
    })
    .await;
    let throttled = RequestEvent::ResetRefused { reason: RefusedBecause::Throttled, account: None };
    assert_eq!(refusals.iter().filter(|refusal| **refusal == throttled).count(), 3);
}
