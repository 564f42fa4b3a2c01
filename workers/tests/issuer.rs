//! The issuer on a database of its own.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::sync::Arc;
use std::time::Duration;

use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::env::ManualEnv;
use rekey_events::request::{Request, RequestCommand};
use rekey_events::rows::{Change, PendingRequestRow, PersonRow};
use rekey_events::store::execute::Draft;
use rekey_events::store::{Context, Log, Store};
use rekey_events::{AccountId, Env, Moment, ResetId};
use rekey_workers::issuer::Issuer;
use tempfile::TempDir;
use uuid::Uuid;

const ROUNDS: usize = 200;
/// Less than it takes to give up waiting for the connection that writes.
const PATIENCE: Duration = Duration::from_secs(5);
const HOUR: Duration = Duration::from_secs(60 * 60);

struct Bed {
    env: Arc<ManualEnv>,
    log: Log,
    /// Another node on the same database.
    other: Log,
    _folder: TempDir,
}

impl Bed {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("rekey.db").display());
        let env = Arc::new(ManualEnv::new(Moment::from_micros(1_767_225_600_000_000), 1));
        Store::open(&url).await.unwrap().migrate(Uuid::from_u128(7)).await.unwrap();
        let (log, other) = (node(&url, &env).await, node(&url, &env).await);
        Self { env, log, other, _folder: folder }
    }

    fn context(&self) -> Context {
        Context::new(&*self.env, "anyone")
    }

    /// An account, which the node through which it is registered remembers.
    async fn register(&self, node: &Log, username: &str) {
        let id = AccountId::new(&*self.env);
        let person = PersonRow {
            account_id: id,
            username: username.to_owned(),
            username_key: username.to_owned(),
            email: address(username),
            email_key: address(username),
            display_name: username.to_owned(),
            language: None,
            zone: None,
        };
        let register = AccountCommand::Register { origin: Origin::App, credential: None, must_change: false };
        let also = |_: &_, _: &[_], draft: &mut Draft<'_>| {
            draft.change(Change::PutPerson(person.clone()));
        };
        node.begin::<Account>(&self.context(), id.into(), &register, also).await.unwrap();
    }

    async fn ask(&self, username: &str) {
        let reset = ResetId::new(&*self.env);
        let pending = PendingRequestRow {
            reset_id: reset,
            username: username.to_owned(),
            email: address(username),
            source_key: "somewhere".to_owned(),
            fingerprint: username.to_owned(),
            requested_at: self.env.now().micros(),
        };
        let ask = RequestCommand::Ask { fingerprint: username.to_owned() };
        let also = |_: &_, _: &[_], draft: &mut Draft<'_>| {
            draft.change(Change::PutPendingRequest(pending.clone()));
        };
        self.log.begin::<Request>(&self.context(), reset.into(), &ask, also).await.unwrap();
    }

    /// How often requests of this username were counted.
    async fn counted(&self, username: &str) -> i64 {
        let key = format!("request words {username}");
        let keys = std::slice::from_ref(&key);
        let counts = self.log.store().attempts_of(keys, self.env.now(), HOUR).await.unwrap();
        counts.get(&key).copied().unwrap_or_default()
    }
}

async fn node(url: &str, env: &Arc<ManualEnv>) -> Log {
    let (log, writer) = Log::open(Store::open(url).await.unwrap(), env.clone()).await.unwrap();
    tokio::spawn(writer.run());
    log
}

fn address(username: &str) -> String {
    format!("{username}@example.org")
}

/// Trap: the one whose account must be loaded holds the connection that the count of the other needs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_counted_does_not_wait_for_who_is_answered() {
    let bed = Bed::new().await;
    let issuer = Issuer::new(bed.log.clone(), i64::MAX);
    for round in 0..ROUNDS {
        let usernames = [format!("ana{round}"), format!("ben{round}")];
        bed.register(&bed.log, &usernames[0]).await;
        bed.register(&bed.other, &usernames[1]).await;
        for username in &usernames {
            bed.ask(username).await;
        }
        let answered = tokio::time::timeout(PATIENCE, issuer.step()).await.expect("it stalls");
        assert_eq!(answered.unwrap(), 2);
        for username in &usernames {
            assert_eq!(bed.counted(username).await, 1, "{username}");
        }
    }
}
