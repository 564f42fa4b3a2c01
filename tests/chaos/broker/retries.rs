//! The mail server fails while mails are told by the bus.

use rekey_test_support::smtp::{Fault, Phase};

use super::post::{Post, published};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_due_again_gets_a_hint_again() {
    let post = Post::open().await;
    post.sink.script([(Phase::Rcpt, Fault::reply("450 4.2.0 greylisted"))]);
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    post.pulled_by(1).await;
    let ana = post.owe(0..1).await[0];
    post.office.tried(ana).await;
    assert!(published(&[&relay], "new") <= 1, "not before it is due");
    post.office.later(6);
    post.each_has_one_mail(1).await;
    assert_eq!(mailer.claimed_by_hint() + mailer.claimed_by_look(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_mail_server_is_away_hints_stay_on_the_bus() {
    let mut post = Post::open().await;
    post.sink.refuse().await;
    post.run_relay().await;
    let mailer = post.run_mailer().await;
    post.pulled_by(1).await;
    let ana = post.owe(0..1).await[0];
    post.office.tried(ana).await;
    // The clock stands still, so the breaker stays open.
    post.pulled_by(0).await;
    let claimed = mailer.claimed_by_hint() + mailer.claimed_by_look();
    let accounts = post.owe(1..10).await;
    for account in accounts {
        let mail = post.office.mail(account, "told", |_| true).await;
        assert_eq!((mail.state.as_str(), mail.version), ("pending", 1));
    }
    assert_eq!(mailer.claimed_by_hint() + mailer.claimed_by_look(), claimed);
    post.sink.resume().await.unwrap();
    post.office.later(20);
    post.each_has_one_mail(10).await;
}
