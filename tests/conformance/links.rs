//! One link, used once.

use std::sync::Arc;

use rekey_events::account::{Account, AccountCommand, AccountRefusal};
use rekey_events::store::{CommandError, Log};
use rekey_events::{AccountId, Env, ResetId};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

use crate::bed::Bed;
use crate::facts::{Answer, account, all, assert_gapless, complete, execute};
use crate::replay::assert_views;

const ROUNDS: usize = 50;
const USES: usize = 16;

pub async fn sixteen_uses_of_one_link_have_one_winner(bed: Bed) {
    let nodes = [bed.log.clone(), bed.another_node().await];
    let mut winners = 0;
    let mut refusals = 0;
    for _ in 0..ROUNDS {
        let (won, refused) = race(&bed, &nodes).await;
        assert_eq!((won, refused), (1, USES - 1));
        winners += won;
        refusals += refused;
    }
    println!(
        "{ROUNDS} links, each used {USES} times at once on two nodes: {winners} winners, {refusals} × LinkUnusable"
    );
    assert_gapless(&bed.store).await;
    assert_views(&bed).await;
}

/// How many of the racing uses won, and how many were told that the link is unusable.
async fn race(bed: &Bed, nodes: &[Log]) -> (usize, usize) {
    let id = account(bed, &nodes[0]).await;
    let reset = ResetId(bed.env.uuid());
    execute(bed, &nodes[0], id, &AccountCommand::IssueReset { reset }).await.unwrap();
    let barrier = Arc::new(Barrier::new(USES));
    let uses = nodes.iter().cycle().take(USES).map(|log| usage(bed, log, id, reset, &barrier));
    let answers: Vec<Answer> = all(uses.collect()).await;
    let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    let unusable =
        |answer: &&Answer| matches!(answer, Err(CommandError::Refused(AccountRefusal::LinkUnusable)));
    let credential = bed.store.account(id).await.unwrap().unwrap().credential_id;
    assert!(won.iter().all(|done| done.state.credential() == credential && credential.is_some()));
    (won.len(), answers.iter().filter(unusable).count())
}

fn usage(bed: &Bed, log: &Log, id: AccountId, reset: ResetId, barrier: &Arc<Barrier>) -> JoinHandle<Answer> {
    let command = complete(bed, reset);
    let (log, context, barrier) = (log.clone(), bed.context(), barrier.clone());
    tokio::spawn(async move {
        barrier.wait().await;
        log.execute::<Account>(&context, id.into(), &command, |_, _, _| {}).await
    })
}
