//! Who gets mail: accounts made in bulk through the log, unmeasured.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{StreamExt, stream};
use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::names::{email_key, username_key};
use rekey_events::rows::{Change, PersonRow};
use rekey_events::store::{Context, Log};
use rekey_events::{AccountId, Env, ResetId, SystemEnv};

const AT_ONCE: usize = 256;

/// Registers so many accounts that are entitled to a link; their usernames.
pub async fn register(log: &Log, many: usize) -> Vec<String> {
    made(log, many).await.into_iter().map(|(_, username)| username).collect()
}

/// Leaves so many mails owed, each to an account of its own.
pub async fn owe(log: &Log, many: usize) {
    let accounts = made(log, many).await;
    let issues = accounts.into_iter().map(|(account, _)| issue(log, account));
    stream::iter(issues).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// The mail address of one of them.
pub fn address(username: &str) -> String {
    format!("{username}@example.org")
}

async fn made(log: &Log, many: usize) -> Vec<(AccountId, String)> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let names = (0..many).map(|_| format!("person{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    stream::iter(names.map(|name| make(log, name))).buffer_unordered(AT_ONCE).collect().await
}

async fn make(log: &Log, username: String) -> (AccountId, String) {
    let account = AccountId(SystemEnv.uuid());
    let command = AccountCommand::Register { origin: Origin::App, credential: None, must_change: false };
    let email = address(&username);
    let person = PersonRow {
        account_id: account,
        username_key: username_key(&username).unwrap(),
        username: username.clone(),
        email_key: email_key(&email),
        email,
        display_name: String::new(),
        language: None,
        zone: None,
    };
    let context = Context::new(&SystemEnv, "measurement");
    let done = log
        .begin::<Account>(&context, account.into(), &command, |_, _, draft| {
            draft.change(Change::PutPerson(person.clone()));
        })
        .await;
    done.unwrap();
    (account, username)
}

async fn issue(log: &Log, account: AccountId) {
    let command = AccountCommand::IssueReset { reset: ResetId(SystemEnv.uuid()) };
    let context = Context::new(&SystemEnv, "measurement");
    log.execute::<Account>(&context, account.into(), &command, |_, _, _| {}).await.unwrap();
}
