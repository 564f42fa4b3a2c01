//! What workers wait for is told with their leases, and is over with them.

use std::time::Duration;

use rekey_events::store::overview::Wait;
use rekey_events::{Env, MailId};

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
