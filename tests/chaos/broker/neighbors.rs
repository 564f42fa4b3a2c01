//! Two installations use one account of the bus.

use super::post::{Post, counted, published};
use crate::until::until;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_installations_on_one_account_leave_each_others_hints_alone() {
    let here = Post::open().await;
    let there = Post::open_beside(&here).await;
    let relays = [here.run_relay().await, there.run_relay().await];
    for post in [&here, &there] {
        post.owe(0..20).await;
        post.hints(20).await;
    }
    // Long enough for either to look at its stream again, and again.
    for (relay, post) in relays.iter().zip([&here, &there]) {
        post.owe(20..40).await;
        post.hints(40).await;
        counted(&[relay], "new", 40).await;
    }
    let mailers = [here.run_mailer().await, there.run_mailer().await];
    for ((relay, mailer), post) in relays.iter().zip(&mailers).zip([&here, &there]) {
        post.all_acknowledged().await;
        post.each_has_one_mail(40).await;
        assert_eq!(mailer.claimed_by_hint() + mailer.claimed_by_look(), 40, "each its own");
        assert_eq!(relay.epochs(), 1, "nobody deleted its stream");
        assert_eq!(["aged", "floor", "epoch"].map(|reason| published(&[relay], reason)), [0; 3]);
    }
}

/// Also when one of them loses its stream and makes it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_that_makes_its_stream_again_leaves_its_neighbors() {
    let here = Post::open().await;
    let there = Post::open_beside(&here).await;
    let relays = [here.run_relay().await, there.run_relay().await];
    for post in [&here, &there] {
        post.owe(0..10).await;
        post.hints(10).await;
    }
    here.stranger().await.delete_stream(&here.stream()).await.unwrap();
    here.hints(10).await;
    until("a second epoch", async || (relays[0].epochs() == 2).then_some(())).await;
    there.owe(10..20).await;
    there.hints(20).await;
    assert_eq!(relays[1].epochs(), 1);
}
