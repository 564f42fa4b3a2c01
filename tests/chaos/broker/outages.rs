//! The bus is away: for a while, or for good.

use std::time::{Duration, Instant};

use super::post::{Post, counted};
use crate::until::until;

/// Row: NATS down for minutes or for good.
pub const SLOW: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_bus_from_the_start_every_mail_arrives() {
    let mut post = Post::open().await;
    post.nats.kill().await;
    let relay = post.run_relay().await;
    let mailers = [post.run_mailer().await, post.run_mailer().await];
    let began = Instant::now();
    post.owe(0..40).await;
    post.each_has_one_mail(40).await;
    assert!(began.elapsed() < SLOW, "{:?}", began.elapsed());
    assert_eq!(mailers.iter().map(|stats| stats.claimed_by_look()).sum::<u64>(), 40);
    assert!(!relay.is_connected());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_that_went_down_with_the_bus_for_good_cost_fifteen_seconds() {
    let mut post = Post::open().await;
    let relay = post.run_relay().await;
    post.owe(0..20).await;
    post.hints(20).await;
    post.nats.kill().await;
    let began = Instant::now();
    post.run_mailer().await;
    post.each_has_one_mail(20).await;
    assert!(began.elapsed() < SLOW, "{:?}", began.elapsed());
    counted(&[&relay], "new", 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_hints_are_published_and_taken_again() {
    let mut post = Post::open().await;
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    post.owe(0..10).await;
    post.each_has_one_mail(10).await;
    post.nats.kill().await;
    post.owe(10..20).await;
    post.each_has_one_mail(20).await;
    post.nats.start_again().await;
    until("a connection", async || relay.is_connected().then_some(())).await;
    post.until_told(&mailer, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_hangs_costs_fifteen_seconds() {
    let post = Post::open().await;
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    let people = post.until_told(&mailer, 0).await;
    post.line.hold();
    let began = Instant::now();
    post.owe(people..people + 10).await;
    post.each_has_one_mail(people + 10).await;
    assert!(began.elapsed() < SLOW, "{:?}", began.elapsed());
    post.line.release();
    until("a connection", async || relay.is_connected().then_some(())).await;
    post.until_told(&mailer, people + 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_are_cut_again_and_again_lose_and_double_nothing() {
    let post = Post::open().await;
    let relays = [post.run_relay().await, post.run_relay().await];
    let mailer = post.run_mailer().await;
    let people = post.until_told(&mailer, 0).await;
    for round in 0..40 {
        post.owe(people + round * 5..people + round * 5 + 5).await;
        post.line.cut();
    }
    post.each_has_one_mail(people + 200).await;
    assert_eq!(relays.iter().map(|stats| stats.epochs()).sum::<u64>(), 1);
    assert_eq!(mailer.claimed_by_hint() + mailer.claimed_by_look(), u64::from(people) + 200);
}
