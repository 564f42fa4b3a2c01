//! Hints that came as often as the bus hands them out.

use std::time::Instant;

use rekey_test_support::nats::Done;

use super::hints::LINKS;
use super::outages::SLOW;
use super::post::Post;

/// The consumers' max_deliver.
const MOST: usize = 10;

/// Row: past max_deliver.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_whose_hints_do_not_come_any_more_are_found_without() {
    let post = Post::open().await;
    post.run_relay().await;
    post.owe(0..10).await;
    post.hints(10).await;
    let stranger = post.stranger().await;
    for _ in 0..MOST {
        assert_eq!(stranger.take(&post.stream(), LINKS, 10, Done::Refused).await.unwrap(), 10);
    }
    assert_eq!(stranger.take(&post.stream(), LINKS, 10, Done::Forgotten).await.unwrap(), 0);
    let began = Instant::now();
    post.run_mailer().await;
    post.each_has_one_mail(10).await;
    assert!(began.elapsed() < SLOW, "{:?}", began.elapsed());
}
