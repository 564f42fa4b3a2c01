//! Many writers to one stream.

use std::time::{Duration, Instant};

use rekey_events::AccountId;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::store::{AppendError, CommandError, Log};

use crate::bed::Bed;
use crate::facts::{Answer, account, all, assert_gapless, enqueue, execute, stream, write};

const ROUNDS: i64 = 100;

/// Trap: a statement that locks the head and checks versions at once checks them in a snapshot
/// from before the lock was its own.
pub async fn two_nodes_at_one_version_have_one_winner(bed: Bed) {
    let other = bed.another_node().await;
    let stream = stream(&bed);
    for version in 1..=ROUNDS {
        let racers = [&bed.log, &other].map(|log| enqueue(log, write(&bed, stream, version)));
        let outcomes = all(racers.into()).await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let lost = outcomes.iter().filter(|outcome| matches!(outcome, Err(AppendError::Conflict))).count();
        assert_eq!((won, lost), (1, 1), "{outcomes:?}");
    }
    assert_eq!(assert_gapless(&bed.store).await.len() as i64, ROUNDS);
}

/// Trap: without a mutex per stream, group commit makes conflicts.
pub async fn sixty_four_commands_to_one_stream_all_win(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    assert_all_win(&bed, id, 64, std::slice::from_ref(&bed.log)).await;
}

pub async fn commands_of_three_nodes_to_one_stream_all_win(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    assert_all_win(&bed, id, 192, &[bed.log.clone(), bed.another_node().await, bed.another_node().await])
        .await;
}

async fn assert_all_win(bed: &Bed, id: AccountId, commands: usize, nodes: &[Log]) {
    let tasks = nodes.iter().cycle().take(commands).map(|log| {
        let (log, context) = (log.clone(), bed.context());
        tokio::spawn(async move {
            log.execute::<Account>(&context, id.into(), &AccountCommand::RecordSignIn, |_, _, _| {}).await
        })
    });
    let answers: Vec<Answer> = all(tasks.collect()).await;
    let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(lost.is_empty(), "{} of {commands} lost: {lost:?}", lost.len());
    assert_eq!(assert_gapless(&bed.store).await.len(), commands + 1);
    assert_eq!(bed.log.load::<Account>(id.into()).await.unwrap().version, commands as i64 + 1);
}

/// Deciding again cannot help when it is another stream that moved: the caller must look there.
pub async fn a_moved_guard_is_told_at_once(bed: Bed) {
    let (administrator, target) = (account(&bed, &bed.log).await, account(&bed, &bed.log).await);
    execute(&bed, &bed.log, administrator, &AccountCommand::RecordSignIn).await.unwrap();
    let (begun, context) = (Instant::now(), bed.context());
    let guarded =
        bed.log.execute::<Account>(&context, target.into(), &AccountCommand::RecordSignIn, |_, _, draft| {
            draft.guard(administrator.into(), 1)
        });
    assert!(matches!(guarded.await, Err(CommandError::Append(AppendError::Conflict))));
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
}
