//! Hints that are doubled, lost, or answered by somebody else.

use std::time::{Duration, Instant};

use rekey_events::store::hints::Owed;
use rekey_events::{Env, Moment};
use rekey_test_support::nats::Done;
use rekey_workers::bus::Lane;

use super::post::{Post, counted, published};

pub const LINKS: &str = "mailer-link";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_says_no_more_than_which_mail() {
    let post = Post::open().await;
    let relay = post.relay().await;
    let account = post.owe(0..1).await[0];
    assert_eq!(relay.step().await.unwrap(), 1);
    let mail = post.office.mails(account).await[0].mail_id;
    let epoch = post.office.store().broker().await.unwrap().epoch;
    let said = post.stranger().await.read(&post.stream()).await.unwrap();
    assert_eq!(said, [(format!("{mail}:{epoch}:1"), format!(r#"{{"v":1,"id":"{mail}"}}"#))]);
}

/// Row: relay killed between publish and its note.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_that_nobody_noted_is_published_twice_and_claimed_once() {
    let post = Post::open().await;
    let relay = post.relay().await;
    relay.step().await.unwrap();
    let bus = post.connected().await;
    for account in post.owe(0..10).await {
        let mail = post.office.mails(account).await[0].mail_id;
        bus.publish(Lane::Links, mail, &format!("{mail}:by a relay that died")).await.unwrap();
    }
    assert_eq!(relay.step().await.unwrap(), 10);
    post.hints(20).await;
    let mailers = [post.run_mailer().await, post.run_mailer().await];
    post.all_acknowledged().await;
    post.each_has_one_mail(10).await;
    assert_eq!(
        mailers.iter().map(|stats| stats.claimed_by_hint() + stats.claimed_by_look()).sum::<u64>(),
        10
    );
}

/// Row: two relays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_publish_each_hint_once() {
    let post = Post::open().await;
    let relays = [post.run_relay().await, post.run_relay().await];
    for people in [0..20, 20..40, 40..60] {
        let last = people.end;
        post.owe(people).await;
        post.hints(last.into()).await;
    }
    let both = [&*relays[0], &*relays[1]];
    counted(&both, "new", 60).await;
    assert_eq!(["aged", "floor", "epoch"].map(|reason| published(&both, reason)), [0; 3]);
    assert_eq!(relays.iter().map(|stats| stats.epochs()).sum::<u64>(), 1);
    let mailers = [post.run_mailer().await, post.run_mailer().await];
    post.each_has_one_mail(60).await;
    post.all_acknowledged().await;
    assert!(mailers.iter().map(|stats| stats.claimed_by_hint()).sum::<u64>() > 0);
}

/// Row: consumer deleted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_of_a_deleted_consumer_are_published_again() {
    let post = Post::open().await;
    let relay = post.run_relay().await;
    post.owe(0..10).await;
    post.hints(10).await;
    post.stranger().await.delete_consumer(&post.stream(), LINKS).await.unwrap();
    post.hints(20).await;
    counted(&[&relay], "floor", 10).await;
    assert_eq!(relay.epochs(), 1);
    post.run_mailer().await;
    post.all_acknowledged().await;
    post.each_has_one_mail(10).await;
}

/// The same, while a mailer pulls from it: it pulls from the new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailer_finds_the_new_consumer() {
    let post = Post::open().await;
    let relay = post.run_relay().await;
    let mailer = post.run_mailer().await;
    let people = post.until_told(&mailer, 0).await;
    post.stranger().await.delete_consumer(&post.stream(), LINKS).await.unwrap();
    post.until_told(&mailer, people).await;
    assert_eq!(relay.epochs(), 1);
}

/// Row: hint aged out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_that_is_too_old_is_published_again() {
    let post = Post::open().await;
    let relay = post.relay().await;
    post.owe(0..10).await;
    assert_eq!(relay.step().await.unwrap(), 10);
    assert_eq!(relay.step().await.unwrap(), 0);
    post.age_hints(299).await;
    assert_eq!(relay.step().await.unwrap(), 0, "a backlog alone is no reason");
    post.age_hints(2).await;
    assert_eq!(relay.step().await.unwrap(), 10);
    assert_eq!(published(&[&relay.stats()], "aged"), 10);
    post.run_mailer().await;
    post.all_acknowledged().await;
    post.each_has_one_mail(10).await;
}

/// Row: hint terminated; or acknowledged by somebody who did not claim.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_that_somebody_else_answered_are_published_again() {
    for done in [Done::Acknowledged, Done::Terminated] {
        let post = Post::open().await;
        let relay = post.run_relay().await;
        post.owe(0..10).await;
        post.hints(10).await;
        assert_eq!(post.stranger().await.take(&post.stream(), LINKS, 10, done).await.unwrap(), 10);
        post.hints(20).await;
        counted(&[&relay], "floor", 10).await;
        assert_eq!(relay.epochs(), 1, "{done:?}");
        post.run_mailer().await;
        post.each_has_one_mail(10).await;
    }
}

/// Row: mailer killed after receive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_whose_receiver_died_are_made_up_for() {
    let post = Post::open().await;
    post.run_relay().await;
    post.owe(0..10).await;
    post.hints(10).await;
    assert_eq!(post.stranger().await.take(&post.stream(), LINKS, 10, Done::Forgotten).await.unwrap(), 10);
    let began = Instant::now();
    post.run_mailer().await;
    post.each_has_one_mail(10).await;
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    post.all_acknowledged().await;
}

/// What a mailer gives back untried has used up its hint.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_given_back_gets_a_new_hint() {
    let post = Post::open().await;
    let relay = post.relay().await;
    post.owe(0..1).await;
    assert_eq!(relay.step().await.unwrap(), 1);
    let (store, env) = (post.office.store(), &post.office.env);
    let worker = env.uuid();
    let claimed = store.claim_mails(worker, env.now(), 1).await.unwrap();
    assert_eq!(relay.step().await.unwrap(), 0);
    store.release_mail(&claimed[0], worker).await.unwrap();
    assert_eq!(relay.step().await.unwrap(), 1);
    let said = post.stranger().await.read(&post.stream()).await.unwrap();
    assert!(said[1].0.ends_with(":2"), "a new id, or the server swallows it: {said:?}");
}

/// Publishing in vain, again and again, does not keep a mail from those who look for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_found_ten_seconds_after_it_was_told_of_first() {
    let post = Post::open().await;
    post.relay().await.step().await.unwrap();
    post.owe(0..1).await;
    let (store, env) = (post.office.store(), &post.office.env);
    let owed = Owed { since: Moment::default(), until: env.now(), notices: false, floor: 0, limit: 10 };
    assert_eq!(store.owe_hints(&owed).await.unwrap().len(), 1);
    assert_eq!(store.owe_hints(&owed).await.unwrap().len(), 0, "somebody publishes it");
    post.age_hints(7).await;
    assert_eq!(store.owe_hints(&owed).await.unwrap().len(), 1, "that took too long");
    let worker = env.uuid();
    assert_eq!(store.claim_overlooked(worker, env.now(), 10).await.unwrap(), []);
    post.age_hints(4).await;
    assert_eq!(store.claim_overlooked(worker, env.now(), 10).await.unwrap().len(), 1);
}

/// Clocks of two processes differ by some milliseconds: nobody waits for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_due_in_a_moment_is_told_of_and_sent() {
    let post = Post::open().await;
    let relay = post.relay().await;
    post.owe(0..1).await;
    let due = post.office.env.now();
    post.office.env.set(due.before(Duration::from_millis(51)));
    assert_eq!(relay.step().await.unwrap(), 0);
    post.office.env.set(due.before(Duration::from_millis(50)));
    assert_eq!(relay.step().await.unwrap(), 1);
    let mailer = post.run_mailer().await;
    post.each_has_one_mail(1).await;
    assert_eq!(mailer.claimed_by_hint(), 1);
}
