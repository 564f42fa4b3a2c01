//! Commits of one transaction: each stands or falls by itself.

use rekey_events::rows::{Change, CredentialRow, SuppressionRow};
use rekey_events::store::{AppendError, Commit};
use rekey_events::{AccountId, CredentialId, Env, StreamId};

use crate::bed::Bed;
use crate::facts::*;

/// A commit that begins an account with a person and a password.
fn registration(bed: &Bed, username: &str) -> (AccountId, Commit) {
    let id = AccountId::new(&*bed.env);
    let credential_id = CredentialId(bed.env.uuid());
    let credential = CredentialRow { account_id: id, credential_id, hash: "hash".to_owned() };
    let changes = [Change::PutPerson(person(id, username)), Change::PutCredential(credential)];
    (id, changing(write(bed, id.into(), 1), changes))
}

async fn assert_there(bed: &Bed, id: AccountId, there: bool) {
    assert_eq!(bed.store.stream(id.into()).await.unwrap().len(), usize::from(there));
    assert_eq!(bed.store.person(id).await.unwrap().is_some(), there);
    assert_eq!(bed.store.credential(id).await.unwrap().is_some(), there);
}

fn positions(outcomes: &[Outcome]) -> Vec<Option<i64>> {
    outcomes.iter().map(|outcome| outcome.as_ref().ok().map(|appended| appended.position)).collect()
}

async fn begun(bed: &Bed) -> StreamId {
    let stream = stream(bed);
    bed.log.append(write(bed, stream, 1)).await.unwrap();
    stream
}

pub async fn a_stale_commit_fails_alone(bed: Bed) {
    let moved = begun(&bed).await;
    let stale = [write(&bed, moved, 1), write(&bed, moved, 3), write(&bed, stream(&bed), 2)];
    for stale in stale {
        let before = bed.store.last_position().await.unwrap();
        let outcomes = together(&bed, vec![begin(&bed), stale, begin(&bed)]).await;
        assert!(matches!(outcomes[1], Err(AppendError::Conflict)), "{outcomes:?}");
        assert_eq!(positions(&outcomes), [Some(before + 1), None, Some(before + 2)]);
    }
    assert_gapless(&bed.store).await;
}

pub async fn a_taken_username_fails_alone(bed: Bed) {
    let (_, first) = registration(&bed, "ana");
    bed.log.append(first).await.unwrap();
    let (before, left) = registration(&bed, "ben");
    let (culprit, taken) = registration(&bed, "ana");
    let (after, right) = registration(&bed, "carla");
    let outcomes = together(&bed, vec![left, taken, right]).await;
    assert!(matches!(&outcomes[1], Err(AppendError::Taken(what)) if what == "username"), "{outcomes:?}");
    assert_eq!(positions(&outcomes), [Some(2), None, Some(3)]);
    assert_there(&bed, culprit, false).await;
    assert_there(&bed, before, true).await;
    assert_there(&bed, after, true).await;
    assert_gapless(&bed.store).await;
}

pub async fn a_username_taken_twice_in_a_batch_is_the_firsts(bed: Bed) {
    let (winner, first) = registration(&bed, "ana");
    let (loser, second) = registration(&bed, "ana");
    let outcomes = together(&bed, vec![begin(&bed), first, begin(&bed), second, begin(&bed)]).await;
    assert!(matches!(&outcomes[3], Err(AppendError::Taken(what)) if what == "username"), "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4);
    assert_there(&bed, winner, true).await;
    assert_there(&bed, loser, false).await;
    assert_gapless(&bed.store).await;
}

pub async fn a_moved_guard_fails_its_commit(bed: Bed) {
    let guarded = begun(&bed).await;
    for version in [0, 2] {
        let outcome = bed.log.append(guarding(begin(&bed), guarded, version)).await;
        assert!(matches!(outcome, Err(AppendError::Conflict)), "{outcome:?}");
    }
    bed.log.append(guarding(begin(&bed), guarded, 1)).await.unwrap();
    bed.log.append(guarding(begin(&bed), stream(&bed), 0)).await.unwrap();
    assert_gapless(&bed.store).await;
}

pub async fn a_guard_and_a_write_of_one_stream_are_kept_apart(bed: Bed) {
    let guarded = begun(&bed).await;
    let guard_first = vec![guarding(begin(&bed), guarded, 1), write(&bed, guarded, 2)];
    assert!(together(&bed, guard_first).await.iter().all(Result::is_ok));
    let write_first = vec![write(&bed, guarded, 3), guarding(begin(&bed), guarded, 2)];
    let outcomes = together(&bed, write_first).await;
    assert!(matches!(outcomes[..], [Ok(_), Err(AppendError::Conflict)]), "{outcomes:?}");
    assert_gapless(&bed.store).await;
}

pub async fn commits_to_one_stream_follow_each_other(bed: Bed) {
    let stream = stream(&bed);
    let outcomes = together(&bed, (1..=5).map(|version| write(&bed, stream, version)).collect()).await;
    assert_eq!(positions(&outcomes), [Some(1), Some(2), Some(3), Some(4), Some(5)]);
}

pub async fn of_two_commits_that_guard_each_other_one_wins(bed: Bed) {
    let (left, right) = (begun(&bed).await, begun(&bed).await);
    let crossed = vec![guarding(write(&bed, left, 2), right, 1), guarding(write(&bed, right, 2), left, 1)];
    let outcomes = together(&bed, crossed).await;
    assert!(matches!(outcomes[..], [Ok(_), Err(AppendError::Conflict)]), "{outcomes:?}");
}

/// It would damage the stream for ever.
pub async fn a_commit_with_a_hole_in_its_stream_is_refused(bed: Bed) {
    let stream = stream(&bed);
    let events = [1, 3].map(|version| event(&bed, stream, version)).into();
    let outcome = bed.log.append(Commit { events, ..Commit::default() }).await;
    assert!(matches!(outcome, Err(AppendError::Refused(_))), "{outcome:?}");
    assert!(assert_gapless(&bed.store).await.is_empty());
}

/// Mails of one person are streams of their own: what becomes of each may be in one batch.
pub async fn of_suppressions_in_a_batch_the_last_word_holds(bed: Bed) {
    let (ana, first) = registration(&bed, "ana");
    bed.log.append(first).await.unwrap();
    let email_key = person(ana, "ana").email_key;
    let now = bed.env.now();
    let put = |email_key: &str, ends_at| {
        let email_key = email_key.to_owned();
        Change::PutSuppression(SuppressionRow { account_id: ana, email_key, ends_at })
    };
    let (late, later) = (now.micros() + 1_000_000, now.micros() + 2_000_000);
    let elsewhere = put("ana@example.net", later);
    let (late, later) = (put(&email_key, late), put(&email_key, later));
    let drop = Change::DropSuppression(email_key.clone());
    for (changes, suppressed) in [
        (vec![&late, &drop], false),
        (vec![&drop, &late], true),
        (vec![&late, &drop, &later], true),
        (vec![&drop, &late, &later, &drop], false),
        (vec![&drop, &late, &elsewhere], true),
    ] {
        let commits = changes.into_iter().map(|change| changing(begin(&bed), [change.clone()])).collect();
        assert!(together(&bed, commits).await.iter().all(Result::is_ok));
        let addressee = bed.log.addressee(ana, now).await.unwrap().unwrap();
        assert_eq!(addressee.suppressed, suppressed);
    }
}
