//! The mail server refuses a mail for good, or there is nothing to send it:
//! the mail is visible, and can be tried again.

use rekey_events::mail::MailEvent;
use rekey_events::mail::event::DeadBecause;
use rekey_test_support::smtp::{Fault, Phase};

use crate::bed::Bed;

#[tokio::test]
async fn a_refused_recipient_is_rejected_and_visible() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Rcpt, Fault::reply("550 5.1.1 nobody of that name"))]);
    let ana = bed.asks("ana").await;
    let rejected = bed.mail_in(ana, "rejected").await;
    assert_eq!(rejected.last_code, Some(550));
    let shown = bed.api.text("/v1/mails?state=rejected").await;
    assert!(shown.contains(&rejected.mail_id.to_string()), "{shown}");
    assert!(bed.received("ana").is_empty());
}

#[tokio::test]
async fn a_refused_message_is_dead_until_it_is_requeued() {
    let bed = Bed::start().await;
    bed.sink.script([(Phase::Dot, Fault::reply("554 5.7.1 spam, perhaps"))]);
    let ana = bed.asks("ana").await;
    let dead = bed.mail_in(ana, "dead").await;
    assert_eq!(dead.last_code, Some(554));
    assert!(bed.api.text("/v1/mails?state=dead").await.contains(&dead.mail_id.to_string()));
    bed.requeue(&dead).await;
    bed.mail_in(ana, "accepted").await;
    assert_eq!(bed.received("ana").len(), 1);
}

#[tokio::test]
async fn a_mail_that_cannot_be_written_is_dead_and_the_others_go_out() {
    let bed = Bed::start().await;
    let (ana, ben) = (bed.register("ana").await, bed.register("ben").await);
    bed.falsify(ana, |person| person.email = "nowhere".to_owned()).await;
    bed.falsify(ben, |person| person.username = "bell\u{7}".to_owned()).await;
    for (account, reason) in [(ana, DeadBecause::NoAddress), (ben, DeadBecause::CannotRender)] {
        bed.issue(account).await;
        let dead = bed.mail_in(account, "dead").await;
        let last = bed.events(&dead).await.pop();
        assert_eq!(
            last,
            Some(MailEvent::MailDead { reason, code: None, enhanced: None, phase: None, provider: None })
        );
    }
    let carla = bed.asks("carla").await;
    bed.mail_in(carla, "accepted").await;
}
