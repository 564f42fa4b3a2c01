//! Load, decide, append.

use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::store::sql;
use rekey_events::AccountId;

use crate::bed::Bed;

pub const REGISTER: AccountCommand =
    AccountCommand::Register { origin: Origin::App, credential: None, must_change: false };

pub async fn a_command_is_recorded_and_folded_again(bed: Bed) {
    let id = AccountId::new(&*bed.env);
    let done = bed.log.begin::<Account>(&bed.context(), id.into(), &REGISTER, |_, _, _| {}).await.unwrap();
    assert_eq!(done.position, Some(1));
    let done = bed
        .log
        .execute::<Account>(&bed.context(), id.into(), &AccountCommand::RecordSignIn, |_, _, _| {})
        .await
        .unwrap();
    assert_eq!(done.position, Some(2));
    let loaded = bed.another_node().await.load::<Account>(id.into()).await.unwrap();
    assert_eq!(loaded.version, 2);
    assert!(loaded.state.signed_in_ever());
    let row = bed.store.account(id).await.unwrap().unwrap();
    assert_eq!(row.self_service, "eligible");
}

pub async fn every_statement_can_be_prepared(bed: Bed) {
    for (name, text) in sql::every(&bed.store) {
        bed.store.prepare(text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

pub async fn positions_have_no_gaps(bed: Bed) {
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let (log, context) = (bed.log.clone(), bed.context());
            let id = AccountId::new(&*bed.env);
            tokio::spawn(async move {
                log.begin::<Account>(&context, id.into(), &REGISTER, |_, _, _| {}).await.unwrap().position.unwrap()
            })
        })
        .collect();
    let mut positions = Vec::new();
    for task in tasks {
        positions.push(task.await.unwrap());
    }
    positions.sort_unstable();
    assert_eq!(positions, (1..=200).collect::<Vec<_>>());
    let stored: Vec<_> = bed.store.after(0, 1000).await.unwrap().iter().map(|event| event.position).collect();
    assert_eq!(stored, positions);
}
