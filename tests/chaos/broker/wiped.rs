//! JetStream forgets: all, or what it did last.

use std::time::{Duration, Instant};

use super::post::{Post, counted, published};

/// How soon hints are there again once the bus is.
const RESENT: Duration = Duration::from_secs(5);

/// Row: JetStream directory wiped while down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wiped_while_down_every_hint_is_published_again() {
    let mut post = Post::open().await;
    let relays = [post.run_relay().await, post.run_relay().await];
    post.owe(0..20).await;
    post.hints(20).await;
    post.nats.stop().await;
    post.nats.wipe();
    post.nats.start_again().await;
    let back = Instant::now();
    post.hints(20).await;
    assert!(back.elapsed() < RESENT, "{:?}", back.elapsed());
    let both = [&*relays[0], &*relays[1]];
    counted(&both, "epoch", 20).await;
    assert_eq!(published(&both, "new"), 20);
    assert_eq!(relays.iter().map(|stats| stats.epochs()).sum::<u64>(), 2);
    post.run_mailer().await;
    post.all_acknowledged().await;
    post.each_has_one_mail(20).await;
}

/// Row: wiped under the running server, which goes on acknowledging.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wiped_under_the_running_server_no_mail_is_lost() {
    let mut post = Post::open().await;
    let relay = post.run_relay().await;
    post.owe(0..20).await;
    post.hints(20).await;
    post.nats.wipe();
    post.owe(20..40).await;
    let mailer = post.run_mailer().await;
    post.each_has_one_mail(40).await;
    post.owe(40..60).await;
    post.each_has_one_mail(60).await;
    post.nats.kill().await;
    post.nats.start_again().await;
    post.until_told(&mailer, 60).await;
    assert!(relay.epochs() >= 2);
}

/// Row: the stream is deleted under everybody's hands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_stream_is_made_anew() {
    let post = Post::open().await;
    let relay = post.run_relay().await;
    post.owe(0..20).await;
    post.hints(20).await;
    post.stranger().await.delete_stream(&post.stream()).await.unwrap();
    let gone = Instant::now();
    post.hints(20).await;
    assert!(gone.elapsed() < RESENT, "{:?}", gone.elapsed());
    counted(&[&relay], "epoch", 20).await;
    assert_eq!(relay.epochs(), 2);
    post.run_mailer().await;
    post.all_acknowledged().await;
    post.each_has_one_mail(20).await;
}

/// Row: restored from an older copy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restored_from_an_older_copy_every_hint_is_published_again() {
    let mut post = Post::open().await;
    let relay = post.run_relay().await;
    post.owe(0..5).await;
    post.hints(5).await;
    post.nats.stop().await;
    let copy = post.nats.copy();
    post.nats.start_again().await;
    post.owe(5..20).await;
    post.hints(20).await;
    post.nats.stop().await;
    post.nats.restore(&copy);
    post.nats.start_again().await;
    let back = Instant::now();
    post.hints(20).await;
    assert!(back.elapsed() < RESENT, "{:?}", back.elapsed());
    counted(&[&relay], "epoch", 20).await;
    assert_eq!(relay.epochs(), 2);
    post.run_mailer().await;
    post.all_acknowledged().await;
    post.each_has_one_mail(20).await;
}
