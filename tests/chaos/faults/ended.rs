//! A link that ends before its mail is sent: the mail is not sent, and the log
//! says so.

use rekey_events::mail::MailEvent;
use rekey_test_support::smtp::{Fault, Latch, Phase};

use crate::bed::Bed;

/// Longer than any pause of the breaker.
const PAUSE: u64 = 20;

/// A bed whose server is away, and a mail that waits for it.
async fn queued() -> (Bed, rekey_events::AccountId) {
    let mut bed = Bed::start().await;
    bed.sink.refuse().await;
    let ana = bed.asks("ana").await;
    bed.tried(ana).await;
    (bed, ana)
}

#[tokio::test]
async fn the_mail_of_a_used_link_is_not_sent() {
    let (mut bed, ana) = queued().await;
    let link = bed.mails(ana).await.remove(0);
    bed.use_link(&link, "ana").await;
    bed.sink.resume().await.unwrap();
    bed.later(PAUSE);
    // The notice that the password was changed is the newer mail.
    bed.mail_in(ana, "accepted").await;
    bed.until_over(&link, MailEvent::MailSuperseded {}).await;
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test]
async fn of_two_links_the_newer_is_sent() {
    let (mut bed, ana) = queued().await;
    let older = bed.mails(ana).await.remove(0);
    bed.later(60);
    bed.ask("ana").await;
    bed.mail(ana, "another", |mail| mail.mail_id != older.mail_id).await;
    bed.sink.resume().await.unwrap();
    bed.later(PAUSE);
    bed.mail_in(ana, "accepted").await;
    bed.until_over(&older, MailEvent::MailSuperseded {}).await;
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test]
async fn a_link_with_less_than_five_minutes_left_is_not_sent() {
    let (mut bed, ana) = queued().await;
    let link = bed.mails(ana).await.remove(0);
    bed.sink.resume().await.unwrap();
    bed.later(55 * 60 + 1);
    bed.until_over(&link, MailEvent::MailExpired {}).await;
    assert!(bed.received("ana").is_empty());
}

#[tokio::test]
async fn a_link_used_while_the_server_is_at_it_is_not_sent() {
    let bed = Bed::start().await;
    let latch = Latch::new();
    bed.sink.script([(Phase::Rcpt, Fault::Hold(latch.clone()))]);
    let ana = bed.asks("ana").await;
    latch.wait_for(1).await;
    let link = bed.mails(ana).await.remove(0);
    bed.use_link(&link, "ana").await;
    latch.open();
    bed.until_over(&link, MailEvent::MailSuperseded {}).await;
    bed.mail_in(ana, "accepted").await;
    assert_eq!(bed.received("ana").len(), 1, "the notice alone");
}

impl Bed {
    /// Once the mail has this outcome.
    async fn until_over(&self, mail: &rekey_events::rows::MailRow, outcome: MailEvent) {
        let last = async || self.events(mail).await.pop().filter(|last| *last == outcome).map(drop);
        crate::until::until(&format!("{outcome:?}"), last).await;
    }
}
