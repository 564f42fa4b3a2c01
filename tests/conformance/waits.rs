//! What workers wait for is told with their leases, and is over with them.

use std::time::Duration;

use rekey_events::store::overview::Wait;
use rekey_events::{Env, MailId, SystemEnv};

use crate::bed::Bed;

fn wait(bed: &Bed) -> Wait {
    let (provider, phase) = ("main".to_owned(), "greeting".to_owned());
    Wait { mail: MailId(bed.env.uuid()), version: 2, provider, phase, millis: 700 }
}

pub async fn what_living_workers_wait_for_is_seen(bed: Bed) {
    let (living, dead, wait) = (bed.env.uuid(), bed.env.uuid(), wait(&bed));
    let lease = Duration::from_secs(60);
    bed.store.renew_lease(living, lease, &[]).await.unwrap();
    bed.store.renew_lease(dead, Duration::ZERO, std::slice::from_ref(&wait)).await.unwrap();
    assert_eq!(bed.store.waits().await.unwrap(), []);

    bed.store.renew_lease(living, lease, std::slice::from_ref(&wait)).await.unwrap();
    let seen = bed.store.waits().await.unwrap().remove(0);
    assert!((700..30_000).contains(&seen.millis), "{seen:?}");
    assert_eq!(Wait { millis: 700, ..seen.clone() }, wait);
    // It goes on while nobody tells of it.
    let later = async {
        while bed.store.waits().await.unwrap()[0].millis <= seen.millis {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), later).await.expect("a wait that grows");

    bed.store.renew_lease(living, lease, &[]).await.unwrap();
    assert_eq!(bed.store.waits().await.unwrap(), []);
}

pub async fn a_worker_that_was_killed_is_forgotten_after_a_day(bed: Bed) {
    const HOUR: Duration = Duration::from_secs(60 * 60);
    bed.store.renew_lease(bed.env.uuid(), Duration::ZERO, &[]).await.unwrap();
    bed.store.renew_lease(bed.env.uuid(), 3 * HOUR, &[]).await.unwrap();
    // Leases are on the database's clock, whatever the test's says.
    let now = SystemEnv.now();
    for (hours, left) in [(23, 2), (25, 1), (28, 0)] {
        bed.store.forget_old(now.after(hours * HOUR), HOUR).await.unwrap();
        assert_eq!(bed.sql().await.number("SELECT count(*) FROM workers").await, left, "{hours} h");
    }
}
