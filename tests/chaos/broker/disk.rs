//! The bus cannot write.

use std::time::Instant;

use super::outages::SLOW;
use super::post::{Post, published};

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
    assert!(relay.is_connected(), "the server lives, and only cannot write");
    // There is room again; the server takes no more into a stream that it could not write until it starts anew.
    post.nats.kill().await;
    post.nats.start_again().await;
    post.until_told(&mailer, people + 20).await;
}
