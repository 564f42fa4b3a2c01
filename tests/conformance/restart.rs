//! Another epoch, another server process.

use std::collections::HashMap;
use std::sync::Arc;

use rekey_events::EventId;
use rekey_events::account::Account;
use rekey_events::store::{AppendError, Store};
use rekey_test_support::postgres::Postgres;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::bed::Bed;
use crate::facts::{account, all, assert_gapless, begin};

const CALLERS: usize = 64;
const KILLS: usize = 3;

/// After a restore, say: whoever began before it must not go on as if nothing had happened.
pub async fn another_epoch_stops_appends_loudly(bed: Bed) {
    bed.log.append(begin(&bed)).await.unwrap();
    bed.sql().await.run("UPDATE log_head SET epoch = epoch + 1").await.unwrap();
    let outcome = bed.log.append(begin(&bed)).await;
    let Err(AppendError::Refused(words)) = outcome else { panic!("{outcome:?}") };
    assert!(words.contains("the log is in epoch 2, not 1: restart"), "{words}");
    bed.another_node().await.append(begin(&bed)).await.unwrap();
    let epochs: Vec<_> = assert_gapless(&bed.store).await.iter().map(|event| event.epoch).collect();
    assert_eq!(epochs, [1, 2]);
}

/// On a server of its own, killed with all its children while 64 callers append.
pub async fn a_killed_server_loses_and_doubles_nothing(_: Bed) {
    let mut server = Postgres::start().await;
    let bed = Arc::new(Bed::of(&server).await);
    let id = account(&bed, &bed.log).await;
    let callers = Callers::start(&bed);
    for kill in 1..=KILLS {
        callers.until_acknowledged(kill * 500).await;
        server.kill().await;
        let log = bed.log.clone();
        let load = tokio::spawn(async move { log.load::<Account>(id.into()).await });
        server.start_again().await;
        let loaded = load.await.unwrap();
        assert!(loaded.is_err() || loaded.is_ok_and(|loaded| loaded.version == 1), "never an empty history");
    }
    callers.until_acknowledged((KILLS + 1) * 500).await;
    callers.stop_and_check(&bed).await;
}

/// Callers that append for ever, and what they were told.
pub struct Callers {
    tasks: Vec<JoinHandle<Vec<Attempt>>>,
    acknowledged: watch::Sender<usize>,
    stop: watch::Sender<bool>,
}

type Attempt = (EventId, Result<i64, AppendError>);

impl Callers {
    pub fn start(bed: &Arc<Bed>) -> Self {
        let (acknowledged, stop) = (watch::Sender::new(0), watch::Sender::new(false));
        let call = |_| tokio::spawn(append_until(bed.clone(), stop.subscribe(), acknowledged.clone()));
        Self { tasks: (0..CALLERS).map(call).collect(), acknowledged, stop }
    }

    pub async fn until_acknowledged(&self, count: usize) {
        self.acknowledged.subscribe().wait_for(|acknowledged| *acknowledged >= count).await.unwrap();
    }

    /// Everything acknowledged is there once, where it was said to be; all else at most once.
    pub async fn stop_and_check(self, bed: &Bed) {
        self.stop.send_replace(true);
        let attempts: Vec<Attempt> = all(self.tasks).await.into_iter().flatten().collect();
        // What was cut last may still be in the pool.
        let store = Store::open(&bed.url).await.unwrap();
        let stored: HashMap<_, _> =
            assert_gapless(&store).await.iter().map(|event| (event.event_id, event.position)).collect();
        let tried: HashMap<_, _> = attempts.into_iter().collect();
        for (id, outcome) in &tried {
            match outcome {
                Ok(position) => assert_eq!(stored.get(id), Some(position), "acknowledged, and not there"),
                Err(AppendError::Unavailable(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        let untried = stored.keys().filter(|id| !tried.contains_key(id)).count();
        assert!(
            untried <= 1,
            "{untried} events, and not only the account's, were stored that nobody appended"
        );
        let lost = tried.values().filter(|outcome| outcome.is_err()).count();
        println!("{} attempts, {} stored, {lost} without an answer", tried.len(), stored.len());
    }
}

async fn append_until(
    bed: Arc<Bed>,
    stopped: watch::Receiver<bool>,
    acknowledged: watch::Sender<usize>,
) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    while !*stopped.borrow() {
        let commit = begin(&bed);
        let id = commit.events[0].event_id;
        let outcome = bed.log.append(commit).await.map(|appended| appended.position);
        acknowledged.send_modify(|count| *count += usize::from(outcome.is_ok()));
        attempts.push((id, outcome));
    }
    attempts
}
