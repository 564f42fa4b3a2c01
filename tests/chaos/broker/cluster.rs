//! Three servers carry the hints, each of which may go.

use std::time::Instant;

use rekey_test_support::nats::Nats;

use super::outages::SLOW;
use super::post::Post;
use crate::until::until;

/// Which of the three leads the stream, once all have it: what only two have is lost with one of them,
/// when the third is elected.
async fn leader(post: &Post) -> usize {
    let stranger = post.stranger().await;
    let name =
        until("a leader that all follow", async || stranger.followed_leader(&post.stream()).await).await;
    (0..3).find(|number| Nats::name(*number) == name).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_of_three_servers_gone_every_mail_arrives_and_hints_go_on() {
    let mut post = Post::open_on_three().await;
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    let mut people = post.until_told(&mailer, 0).await;
    let first = leader(&post).await;
    for victim in [first, (first + 1) % 3, (first + 2) % 3] {
        leader(&post).await;
        post.server(victim).kill().await;
        let began = Instant::now();
        post.owe(people..people + 10).await;
        post.each_has_one_mail(people + 10).await;
        assert!(began.elapsed() < SLOW, "{:?}", began.elapsed());
        people = post.until_told(&mailer, people + 10).await;
        post.server(victim).start_again().await;
    }
    assert_eq!(relay.epochs(), 1, "two of three kept the stream");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_of_three_stores_wiped_every_mail_arrives_and_hints_go_on() {
    let mut post = Post::open_on_three().await;
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    let people = post.until_told(&mailer, 0).await;
    let leader = leader(&post).await;
    post.server(leader).kill().await;
    post.server(leader).wipe();
    post.server(leader).start_again().await;
    let began = Instant::now();
    post.owe(people..people + 10).await;
    post.each_has_one_mail(people + 10).await;
    assert!(began.elapsed() < SLOW, "{:?}", began.elapsed());
    post.until_told(&mailer, people + 10).await;
    // Back at once, a leader without its store may lead again, with nothing: then the stream is made anew, once.
    assert!((1..=2).contains(&relay.epochs()), "made {} times", relay.epochs());
}
