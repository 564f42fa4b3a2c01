//! Processes on one PostgreSQL wake each other.

use std::time::Duration;

use rekey_test_support::sql::Sql;
use tokio::sync::Notify;

use super::post::Post;

/// Nothing but a wake-up ends this.
async fn woken(by: &Notify) {
    let woken = tokio::time::timeout(Duration::from_secs(20), by.notified()).await;
    woken.expect("a wake-up from another process");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_and_requests_wake_other_processes() {
    let post = Post::open().await;
    let other = post.log().await;
    let wakes = other.wakes();
    // Once it listens, it looks for what it has missed.
    for one in [&wakes.mails, &wakes.relay, &wakes.requests] {
        woken(one).await;
    }
    post.owe(0..1).await;
    woken(&wakes.mails).await;
    woken(&wakes.relay).await;
    post.office.ask("p0").await;
    woken(&wakes.requests).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_line_is_made_up_for() {
    let post = Post::open().await;
    let other = post.log().await;
    woken(&other.wakes().relay).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%LISTEN%' AND pid <> pg_backend_pid()";
    assert!(Sql::connect(&post.office.database).await.run(cut).await.unwrap() > 0);
    woken(&other.wakes().relay).await;
    post.owe(0..1).await;
    woken(&other.wakes().relay).await;
}
