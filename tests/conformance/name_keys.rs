//! Keys of usernames and addresses that an earlier version made, rebuilt by `migrate`.

use rekey_events::names::email_key;
use rekey_events::rows::{Change, PersonRow, SuppressionRow};
use rekey_events::store::Store;
use rekey_events::store::overview::Tables;
use rekey_events::{AccountId, Env};
use uuid::Uuid;

use crate::bed::Bed;
use crate::facts::{begin, changing, person};

/// Later than the test, µs.
const LATER: i64 = 1_800_000_000_000_000;

/// Somebody on file as an earlier version kept them: the address in lower case was its key.
fn on_file(bed: &Bed, username: &str, email: &str) -> PersonRow {
    let row = person(AccountId(bed.env.uuid()), username);
    PersonRow { email: email.to_owned(), email_key: email.trim().to_lowercase(), ..row }
}

async fn put(bed: &Bed, changes: Vec<Change>) {
    bed.log.append(changing(begin(bed), changes)).await.unwrap();
}

/// The database as it was before keys had rules of this version.
async fn age(bed: &Bed) {
    bed.sql().await.run("UPDATE name_keys SET rules = 1").await.unwrap();
    assert_eq!(bed.store.tables().await.unwrap(), Tables::Behind);
}

/// What the next start of a program does.
async fn migrate(bed: &Bed) {
    let store = Store::open(&bed.url).await.unwrap();
    store.migrate(Uuid::from_u128(7)).await.unwrap();
    assert_eq!(store.tables().await.unwrap(), Tables::Current);
    store.close().await;
}

async fn key_of(bed: &Bed, row: &PersonRow) -> (String, String) {
    let person = bed.store.person(row.account_id).await.unwrap().unwrap();
    assert_eq!((&person.username, &person.email), (&row.username, &row.email), "what is on file stays");
    (person.username_key, person.email_key)
}

pub async fn keys_of_an_earlier_version_are_made_anew(bed: Bed) {
    let people = [
        ("rosa", "Rosa@MÜNCHEN.example", "rosa@xn--mnchen-3ya.example"),
        ("ben", "ben@XN--mnchen-3ya.example", "ben@xn--mnchen-3ya.example"),
        ("zoe", "Zoe\u{308}@example.org", "zoë@example.org"),
        ("ana", "Ana@Example.org", "ana@example.org"),
    ];
    let people = people.map(|(name, email, key)| (on_file(&bed, name, email), key));
    // More than are read at a time.
    let others: Vec<_> =
        (0..1200).map(|n| on_file(&bed, &format!("u{n}"), &format!("u{n}@bücher.example"))).collect();
    let rows = people.iter().map(|(row, _)| row).chain(&others);
    put(&bed, rows.cloned().map(Change::PutPerson).collect()).await;
    age(&bed).await;
    migrate(&bed).await;
    for (row, key) in &people {
        assert_eq!(key_of(&bed, row).await, (row.username.clone(), (*key).to_owned()));
    }
    let renewed = "SELECT count(*) FROM people WHERE email_key = username || '@xn--bcher-kva.example'";
    assert_eq!(bed.sql().await.number(renewed).await, 1200);
}

pub async fn keys_are_made_anew_once(bed: Bed) {
    let rosa = on_file(&bed, "rosa", "rosa@münchen.example");
    put(&bed, vec![Change::PutPerson(rosa.clone())]).await;
    migrate(&bed).await;
    assert_eq!(key_of(&bed, &rosa).await.1, rosa.email_key, "nobody asked for it");
    age(&bed).await;
    migrate(&bed).await;
    assert_eq!(key_of(&bed, &rosa).await.1, email_key(&rosa.email));
}

pub async fn a_suppression_follows_its_address(bed: Bed) {
    let [rosa, zoe] = [("rosa", "rosa@münchen.example"), ("zoe", "zoe\u{308}@example.org")]
        .map(|(name, email)| on_file(&bed, name, email));
    let put_suppression = |row: &PersonRow, email_key: &str, ends_at| {
        Change::PutSuppression(SuppressionRow {
            account_id: row.account_id,
            email_key: email_key.to_owned(),
            ends_at,
        })
    };
    put(&bed, vec![Change::PutPerson(rosa.clone()), Change::PutPerson(zoe.clone())]).await;
    put(
        &bed,
        vec![put_suppression(&rosa, &rosa.email_key, LATER), put_suppression(&zoe, &zoe.email_key, LATER)],
    )
    .await;
    age(&bed).await;
    migrate(&bed).await;
    let rows = "SELECT email_key, ends_at FROM suppressions ORDER BY email_key";
    let rows = bed.sql().await.rows(rows).await.unwrap();
    let kept =
        ["rosa@xn--mnchen-3ya.example", "zoë@example.org"].map(|key| vec![key.to_owned(), LATER.to_string()]);
    assert_eq!(rows, kept);
}

/// The one whose name another account is found by is not lost: it keeps its key, its address and its row in the list.
pub async fn of_two_accounts_that_come_to_share_a_name_neither_is_lost(bed: Bed) {
    let first = on_file(&bed, "ana", "ana@example.org");
    let second =
        PersonRow { username: "ANA".to_owned(), ..on_file(&bed, "ana-before", "ana@münchen.example") };
    put(&bed, vec![Change::PutPerson(first.clone()), Change::PutPerson(second.clone())]).await;
    age(&bed).await;
    migrate(&bed).await;
    assert_eq!(key_of(&bed, &first).await, ("ana".to_owned(), "ana@example.org".to_owned()));
    assert_eq!(
        key_of(&bed, &second).await,
        ("ana-before".to_owned(), "ana@xn--mnchen-3ya.example".to_owned())
    );
}
