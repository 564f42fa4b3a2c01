//! Load, decide, append.

use rekey_events::AccountId;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::store::sql;

use crate::bed::Bed;
use crate::facts::{REGISTER, execute};

pub async fn a_command_is_recorded_and_folded_again(bed: Bed) {
    let id = AccountId::new(&*bed.env);
    let done = bed.log.begin::<Account>(&bed.context(), id.into(), &REGISTER, |_, _, _| {}).await.unwrap();
    assert_eq!(done.position, Some(1));
    let done = execute(&bed, &bed.log, id, &AccountCommand::RecordSignIn).await.unwrap();
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
