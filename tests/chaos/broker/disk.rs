//! The bus cannot write.

use std::time::Instant;

use rekey_test_support::nats::Nats;

use super::outages::SLOW;
use super::post::{Post, published};
use crate::until::until;

/// Row: disk of NATS full. Here the kernel refuses each write to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_no_hint_is_kept_and_every_mail_arrives() {
    let mut post = Post::open().await;
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    let people = post.until_told(&mailer, 0).await;
    let before = published(&[&relay], "new");
    post.nats.fill_disk();
    let began = Instant::now();
    post.owe(people..people + 20).await;
    post.each_has_one_mail(people + 20).await;
    assert!(began.elapsed() < SLOW, "{:?}", began.elapsed());
    assert_eq!(published(&[&relay], "new"), before, "nothing can be written");
    until("a relay that cannot publish", async || (!relay.is_connected()).then_some(())).await;
    // There is room again; the server takes no more into a stream that it could not write until it starts anew.
    post.nats.kill().await;
    post.nats.start_again().await;
    post.until_told(&mailer, people + 20).await;
    until("a relay that can publish", async || relay.is_connected().then_some(())).await;
}

/// Whether or not a mail is due: else the alert would end by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_whose_hints_are_not_taken_is_not_connected_until_the_bus_takes_messages() {
    let mut post = Post::open().await;
    let (relay, people) = (post.relay().await, 3);
    let stats = relay.stats();
    assert!(!stats.is_connected(), "nothing is known of the stream yet");
    relay.step().await.unwrap();
    assert!(stats.is_connected());
    post.nats.fill_disk();
    post.owe(0..people).await;
    assert!(relay.step().await.is_err());
    assert!(!stats.is_connected());
    post.run_mailer().await;
    post.each_has_one_mail(people).await;
    for _ in 0..3 {
        assert!(relay.step().await.is_err(), "no mail is due, and the stream takes nothing");
        assert!(!stats.is_connected());
    }
    post.nats.kill().await;
    post.nats.start_again().await;
    until("a relay that can publish", async || relay.step().await.ok()).await;
    assert!(stats.is_connected());
}

/// The line stands, and behind it is nobody who keeps hints.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_on_an_account_without_jetstream_is_not_connected() {
    let accounts = r#"
        accounts {
            plain { users: [{ user: "somebody", password: "sesame" }] }
            other { jetstream: enabled, users: [{ user: "else", password: "sesame" }] }
        }
        no_auth_user: "somebody"
    "#;
    let post = Post::open_with(Nats::start_configured(accounts).await, [None, None]).await;
    let relay = post.relay().await;
    assert!(post.connected().await.is_connected(), "as far as the line goes");
    assert!(relay.step().await.is_err());
    assert!(!relay.stats().is_connected());
    post.run_mailer().await;
    post.owe(0..3).await;
    post.each_has_one_mail(3).await;
}
