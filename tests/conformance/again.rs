//! The same commit sent again, because nobody knew what became of it.

use rekey_events::store::{AppendError, Appended, Commit};

use crate::bed::Bed;
use crate::facts::{assert_gapless, begin, event, stream, together};

/// Of three events, so that the position answered is the last one's.
fn of_three(bed: &Bed) -> Commit {
    let stream = stream(bed);
    Commit { events: (1..=3).map(|version| event(bed, stream, version)).collect(), ..Commit::default() }
}

pub async fn a_commit_sent_again_counts_as_done(bed: Bed) {
    let commit = of_three(&bed);
    bed.log.append(begin(&bed)).await.unwrap();
    let first = bed.log.append(commit.clone()).await.unwrap();
    assert_eq!(first, Appended { position: 4, before: false });
    let again = bed.another_node().await.append(commit.clone()).await.unwrap();
    assert_eq!(again, Appended { position: 4, before: true });
    let outcomes = together(&bed, vec![begin(&bed), commit, begin(&bed)]).await;
    let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap().position).collect();
    assert_eq!(outcomes, [5, 4, 6]);
    assert_eq!(assert_gapless(&bed.store).await.len(), 6);
}

/// Trap: ON CONFLICT DO NOTHING loses events without a word.
pub async fn a_commit_sent_again_with_another_body_changes_nothing(bed: Bed) {
    let mut commit = of_three(&bed);
    bed.log.append(commit.clone()).await.unwrap();
    let before = assert_gapless(&bed.store).await;
    commit.events[0].payload = b"{}".to_vec();
    assert_eq!(bed.log.append(commit).await.unwrap(), Appended { position: 3, before: true });
    assert_eq!(assert_gapless(&bed.store).await, before);
}

pub async fn an_event_id_used_in_another_commit_is_refused(bed: Bed) {
    let commit = of_three(&bed);
    bed.log.append(commit.clone()).await.unwrap();
    let mut other = of_three(&bed);
    other.events[1].event_id = commit.events[1].event_id;
    let outcomes = together(&bed, vec![begin(&bed), other, begin(&bed)]).await;
    let refused = matches!(&outcomes[1], Err(AppendError::Taken(_) | AppendError::Refused(_)));
    assert!(refused && outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    assert_eq!(assert_gapless(&bed.store).await.len(), 5);
}
