//! Two relays and three mailers, and a bus to which everything happens.

use rekey_events::env::{ManualEnv, random};
use rekey_events::{Moment, SystemEnv};
use rekey_test_support::nats::Done;

use super::post::Post;

/// A fixed seed draws the same faults again.
const SEED: &str = "REKEY_TEST_SEED";
const LINKS: &str = "mailer-link";
const ROUNDS: u32 = 50;
const MAILS: u32 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_the_bus_each_mail_is_sent_once() {
    let mut post = Post::open().await;
    let drawn = u64::from_be_bytes(random(&SystemEnv));
    let seed = std::env::var(SEED).map_or(drawn, |seed| seed.parse().unwrap());
    println!("{SEED}={seed}");
    let dice = ManualEnv::new(Moment::default(), seed);
    let relays = [post.run_relay().await, post.run_relay().await];
    let mailers = [post.run_mailer().await, post.run_mailer().await, post.run_mailer().await];
    for round in 0..ROUNDS {
        let [fault]: [u8; 1] = random(&dice);
        post.owe(round * MAILS..round * MAILS + MAILS / 2).await;
        strike(&mut post, fault % 8).await;
        post.owe(round * MAILS + MAILS / 2..(round + 1) * MAILS).await;
    }
    post.each_has_one_mail(ROUNDS * MAILS).await;
    let hinted: u64 = mailers.iter().map(|stats| stats.claimed_by_hint()).sum();
    let looked: u64 = mailers.iter().map(|stats| stats.claimed_by_look()).sum();
    let epochs: u64 = relays.iter().map(|stats| stats.epochs()).sum();
    println!("{hinted} mails claimed by a hint, {looked} by a look, {epochs} epochs");
    assert_eq!(hinted + looked, u64::from(ROUNDS * MAILS));
}

/// What is gone already cannot be struck again.
async fn strike(post: &mut Post, fault: u8) {
    let stranger = post.stranger().await;
    match fault {
        0 => {
            post.nats.kill().await;
            post.nats.start_again().await;
        }
        1 => {
            post.nats.stop().await;
            post.nats.wipe();
            post.nats.start_again().await;
        }
        2 => post.nats.wipe(),
        3 => {
            post.nats.stop().await;
            let copy = post.nats.copy();
            post.nats.start_again().await;
            post.nats.kill().await;
            post.nats.restore(&copy);
            post.nats.start_again().await;
        }
        4 => drop(stranger.delete_consumer(&post.stream(), LINKS).await),
        5 => drop(stranger.delete_stream(&post.stream()).await),
        6 => drop(stranger.take(&post.stream(), LINKS, 5, Done::Forgotten).await),
        _ => drop(stranger.take(&post.stream(), LINKS, 5, Done::Acknowledged).await),
    }
}
