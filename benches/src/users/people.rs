//! Accounts in bulk: rows without a history.

use std::sync::Arc;

use rekey_events::env::random;
use rekey_events::envelope::NewEvent;
use rekey_events::rows::{AccountRow, Change, PersonRow};
use rekey_events::store::accounts::{Place, Sort};
use rekey_events::store::{Commit, Log, Store};
use rekey_events::{AccountId, Env, EventId, StreamId, SystemEnv};

const GIVEN: [&str; 26] = [
    "anna", "ben", "carla", "dora", "emil", "fadi", "greta", "hiro", "ines", "jonas", "kofi", "lena",
    "maria", "nils", "olga", "paulo", "quinn", "rosa", "samir", "tara", "ulla", "vera", "wim", "xenia",
    "yara", "zoe",
];
/// Accounts in a commit.
const AT_ONCE: usize = 1000;

/// Who is in a database.
pub struct People {
    all: Vec<(PersonRow, AccountRow)>,
}

impl People {
    /// Puts so many there.
    pub async fn put(store: &Store, many: usize) -> Self {
        let all: Vec<_> = (0..many).map(|nth| row(nth, many)).collect();
        let (log, writer) = Log::open(store.clone(), Arc::new(SystemEnv)).await.unwrap();
        tokio::spawn(writer.run());
        for some in all.chunks(AT_ONCE) {
            let rows = some.iter().cloned();
            let changes =
                rows.flat_map(|(person, account)| [Change::PutPerson(person), Change::PutAccount(account)]);
            let commit = Commit { events: vec![event()], changes: changes.collect(), ..Commit::default() };
            log.append(commit).await.unwrap();
        }
        Self { all }
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Somebody's username: another's each time.
    pub fn username(&self, nth: usize) -> String {
        self.any(nth).0.username.clone()
    }

    /// Somebody's place in the list.
    pub fn place(&self, sort: Sort, nth: usize) -> Place {
        let (person, account) = self.any(nth);
        let key = match sort {
            Sort::Username => person.username_key.clone(),
            Sort::Address => person.email_key.clone(),
            Sort::LastSignIn => account.last_signed_in_at.unwrap_or(0).to_string(),
        };
        Place { key, account: account.account_id }
    }

    fn any(&self, nth: usize) -> &(PersonRow, AccountRow) {
        &self.all[nth * 7919 % self.all.len()]
    }
}

/// The username is a number that says nothing about when the account came to be; a third never signed in.
fn row(nth: usize, many: usize) -> (PersonRow, AccountRow) {
    let account_id = AccountId::new(&SystemEnv);
    let username = format!("e{:06}", nth * 7919 % many);
    let email = format!("{}.{:04}{nth}@example.org", GIVEN[nth % GIVEN.len()], nth * 31 % 9973);
    let dice = u64::from_le_bytes(random(&SystemEnv));
    let hours = i64::try_from(dice % 10_000_000_000).unwrap();
    let person = PersonRow {
        account_id,
        username_key: username.clone(),
        username,
        email_key: email.clone(),
        email,
        display_name: format!("Person {nth}"),
        language: None,
        zone: None,
    };
    let account = AccountRow {
        account_id,
        origin: "app".to_owned(),
        registered_at: 1_767_225_600_000_000,
        last_signed_in_at: (nth % 3 > 0).then_some(1_767_225_600_000_000 + hours),
        credential_id: None,
        must_change: false,
        factor_id: None,
        permissions: String::new(),
        self_service: "eligible".to_owned(),
        by_administrator: "eligible".to_owned(),
        erased: false,
    };
    (person, account)
}

fn event() -> NewEvent {
    NewEvent {
        stream: StreamId::new(&SystemEnv),
        version: 1,
        event_id: EventId::new(&SystemEnv),
        name: "Measured",
        schema: 1,
        recorded_at: SystemEnv.now(),
        payload: b"{}".to_vec(),
        metadata: b"{}".to_vec(),
        subject: None,
    }
}
