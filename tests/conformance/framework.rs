//! The log as cqrs-es' event store, under that crate's own executor.

use cqrs_es::{AggregateContext, AggregateError, CqrsFramework, EventStore};
use rekey_events::account::{Account, AccountCommand, AccountRefusal};
use rekey_events::aggregate::{At, Ruled};
use rekey_events::store::CqrsStore;
use rekey_events::{Env, ResetId};

use crate::bed::Bed;
use crate::facts::{REGISTER, assert_gapless, stream};
use crate::replay::assert_views;

type Framework = CqrsFramework<Ruled<Account>, CqrsStore>;

fn framework(bed: &Bed) -> Framework {
    CqrsFramework::new(CqrsStore(bed.log.clone()), vec![], ())
}

fn now(bed: &Bed, command: AccountCommand) -> At<AccountCommand> {
    At::new(bed.env.now(), command)
}

async fn loaded(bed: &Bed, id: &str) -> impl AggregateContext<Ruled<Account>> + use<> {
    EventStore::<Ruled<Account>>::load_aggregate(&CqrsStore(bed.log.clone()), id).await.unwrap()
}

/// Trap: cqrs-es' own snapshots apply each event twice.
pub async fn each_event_is_applied_once(bed: Bed) {
    let (framework, id) = (framework(&bed), stream(&bed).to_string());
    let links = (0..5).map(|_| AccountCommand::IssueReset { reset: ResetId(bed.env.uuid()) });
    for command in std::iter::once(REGISTER).chain(links) {
        framework.execute(&id, now(&bed, command)).await.unwrap();
        bed.env.advance(std::time::Duration::from_secs(61));
    }
    let sixth = AccountCommand::IssueReset { reset: ResetId(bed.env.uuid()) };
    let refused = framework.execute(&id, now(&bed, sixth)).await;
    let refusal = matches!(refused, Err(AggregateError::UserError(AccountRefusal::NotEligible(_))));
    assert!(refusal, "{refused:?}: five links count as five, no more and no fewer");
    assert!(loaded(&bed, &id).await.aggregate().state.live_reset(bed.env.now()).is_some());
    let store = CqrsStore(bed.log.clone());
    let events = EventStore::<Ruled<Account>>::load_events(&store, &id).await.unwrap();
    assert!(events.iter().map(|event| event.sequence).eq(1..=events.len()));
    // Registered, five links, four of them replaced; and five mails owed.
    assert_eq!((events.len(), assert_gapless(&bed.store).await.len()), (10, 15));
    let due = bed.store.unsettled_mails().await.unwrap();
    assert_eq!(due, 5);
    assert_views(&bed).await;
}

pub async fn a_conflict_is_told_as_one(bed: Bed) {
    let (framework, id) = (framework(&bed), stream(&bed).to_string());
    framework.execute(&id, now(&bed, REGISTER)).await.unwrap();
    let store = CqrsStore(bed.log.clone());
    let outdated = EventStore::<Ruled<Account>>::load_aggregate(&store, &id).await.unwrap();
    framework.execute(&id, now(&bed, AccountCommand::RecordSignIn)).await.unwrap();
    let events = EventStore::<Ruled<Account>>::load_events(&store, &id).await.unwrap();
    let again = vec![events[1].payload.clone()];
    let outcome = EventStore::<Ruled<Account>>::commit(&store, again, outdated, Default::default()).await;
    assert!(matches!(outcome, Err(AggregateError::AggregateConflict)), "{outcome:?}");
}
