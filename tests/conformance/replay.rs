//! The views, folded once more from nothing but the log, and compared with the live ones.

use rekey_events::MailId;
use rekey_events::replay::ViewRow;
use rekey_events::seal::Flaw;
use rekey_events::store::replay::{Comparison, Difference, Misfiled};
use uuid::Uuid;

use crate::bed::Bed;
use crate::facts::account;
use crate::seal::tamper;

/// Fails unless the live views are the fold of the log: the same rows, and no other.
pub async fn assert_views(bed: &Bed) {
    let compared = compare(bed).await;
    assert!(compared.is_same() && !compared.and_more, "{compared:?}");
    assert_eq!(compared.position, bed.store.last_position().await.unwrap());
}

/// An id, as the database takes it.
fn id_of(bed: &Bed, id: Uuid) -> String {
    if bed.url.starts_with("sqlite") { format!("x'{}'", id.simple()) } else { format!("'{id}'::uuid") }
}

async fn compare(bed: &Bed) -> Comparison {
    bed.store.compare_views(|_, _| {}).await.unwrap()
}

pub async fn a_row_that_was_changed_is_told(bed: Bed) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(account(&bed, &bed.log).await);
    }
    assert_views(&bed).await;
    let before = bed.store.account(ids[2]).await.unwrap().unwrap();
    let mut sql = bed.sql().await;
    let which = id_of(&bed, ids[2].0);
    sql.run(&format!("UPDATE accounts SET permissions = 'x' WHERE account_id = {which}")).await.unwrap();
    let after = bed.store.account(ids[2]).await.unwrap().unwrap();
    assert_ne!(before, after);
    let expected = Difference {
        view: "accounts",
        key: ids[2].0,
        live: Some(ViewRow::Account(after)),
        replayed: Some(ViewRow::Account(before)),
    };
    assert_eq!(compare(&bed).await.differences, [expected]);
}

pub async fn a_row_that_is_missing_or_too_many_is_told(bed: Bed) {
    let id = account(&bed, &bed.log).await;
    let row = bed.store.account(id).await.unwrap().unwrap();
    let strange = Uuid::from_u128(9);
    let mut sql = bed.sql().await;
    sql.run("DELETE FROM accounts").await.unwrap();
    sql.run(&format!(
        "INSERT INTO mails (mail_id, kind, account_id, state, version, attempts, copies, requested_at, due_at, expires_at)
         SELECT {0}, 'reset_link', {0}, 'pending', 1, 0, 0, 1, 1, 1",
        id_of(&bed, strange)
    ))
    .await
    .unwrap();
    let mail = bed.store.mail(MailId(strange)).await.unwrap().unwrap();
    let compared = compare(&bed).await;
    let expected = [
        Difference { view: "accounts", key: id.0, live: None, replayed: Some(ViewRow::Account(row)) },
        Difference { view: "mails", key: strange, live: Some(ViewRow::Mail(mail)), replayed: None },
    ];
    assert_eq!((compared.differences.as_slice(), compared.rows), (&expected[..], 1));
}

/// Whom an event is about stands beside it, and is in no leaf: a history that somebody took an event out of is told.
pub async fn an_event_in_a_wrong_history_is_told(bed: Bed) {
    let ids = [account(&bed, &bed.log).await, account(&bed, &bed.log).await];
    assert_views(&bed).await;
    let another = format!("UPDATE events SET subject = {} WHERE position = 2", id_of(&bed, ids[0].0));
    for (statement, live) in
        [("UPDATE events SET subject = NULL WHERE position = 2", None), (another.as_str(), Some(ids[0]))]
    {
        tamper(&bed, statement).await;
        let compared = compare(&bed).await;
        assert_eq!(compared.misfiled, [Misfiled { position: 2, live, replayed: Some(ids[1]) }]);
        assert!(compared.differences.is_empty() && !compared.is_same());
    }
}

pub async fn a_head_that_counts_what_is_not_there_is_not_trusted(bed: Bed) {
    account(&bed, &bed.log).await;
    bed.sql().await.run("UPDATE log_head SET position = 2").await.unwrap();
    let compared = compare(&bed).await;
    assert_eq!(compared.head, Some(Flaw::Head { said: 2, first: 1, last: 1 }));
    assert!(!compared.is_same());
}
