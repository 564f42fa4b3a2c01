//! The rights that deploy/nats/nats.conf gives are enough, and no more than that.

use rekey_test_support::nats::Nats;

use super::post::{Post, User, published};
use crate::until::until;

const RELAY: User = Some(("relay", "sesame"));
const MAILER: User = Some(("mailer", "sesame"));

/// A server that knows who may do what, as deployed.
async fn guarded() -> Nats {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/nats/nats.conf");
    let deployed = std::fs::read_to_string(file).unwrap();
    let rights = &deployed[deployed.find("\nauthorization {").unwrap()..];
    let rights = rights.replace("$NATS_RELAY_PASSWORD", "sesame").replace("$NATS_MAILER_PASSWORD", "sesame");
    Nats::start_configured(&rights).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relay_and_mailer_do_their_work_with_the_rights_they_have() {
    let mut post = Post::open_with(guarded().await, [RELAY, MAILER]).await;
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    let people = post.until_told(&mailer, 0).await;
    post.nats.stop().await;
    post.nats.wipe();
    post.nats.start_again().await;
    post.until_told(&mailer, people).await;
    assert_eq!(relay.epochs(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailer_may_publish_nothing() {
    let post = Post::open_with(guarded().await, [MAILER, MAILER]).await;
    let relay = post.relay().await;
    post.owe(0..1).await;
    assert!(relay.step().await.is_err());
    assert_eq!((published(&[&relay.stats()], "new"), relay.stats().epochs()), (0, 0));
    assert!(!relay.stats().is_connected(), "the line stands, but hints cannot be published");
    // Without a relay, it finds the mail itself.
    post.run_mailer().await;
    post.each_has_one_mail(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_costs_no_mail() {
    let wrong: User = Some(("mailer", "abracadabra"));
    let post = Post::open_with(guarded().await, [RELAY, wrong]).await;
    let relay = post.run_relay().await;
    post.run_mailer().await;
    post.owe(0..5).await;
    post.each_has_one_mail(5).await;
    // The mails may have been quicker than its first connection.
    until("a relay that is let in", async || relay.is_connected().then_some(())).await;
}
