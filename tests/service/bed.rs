//! A node of the test's own: its database, its mail server, its clock.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use rekey::config::Config;
use rekey::keys::Keys;
use rekey::node::{MailTo, Node};
use rekey::service::Service;
use rekey::service::sessions::token_hash;
use rekey_events::env::ManualEnv;
use rekey_events::store::Store;
use rekey_events::{Moment, Permission};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::smtp::SmtpSink;
use rekey_test_support::sql::Sql;
use serde_json::{Value, json};
use strum::IntoEnumIterator;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::api::Api;
use crate::mail::Mail;

/// The key of a program that may do everything a program may.
pub const KEY: &str = "rkk_the-tests-own-key";
/// Where people reach us, whatever a request says.
pub const PUBLIC: &str = "https://login.example.org";
/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(5);

/// Which database.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Sqlite,
    Postgres,
}

/// What lives as long as the test does.
enum Home {
    Folder(#[expect(dead_code, reason = "held, so that the folder stays")] TempDir),
    Server(#[expect(dead_code, reason = "held, so that the server stays")] Arc<Postgres>),
    Elsewhere,
}

/// A running node.
pub struct Bed {
    pub api: Api,
    pub service: Service,
    pub env: Arc<ManualEnv>,
    pub sink: SmtpSink,
    pub url: String,
    keys: Keys,
    home: Arc<Home>,
}

tokio::task_local! {
    /// The databases of a test, and where they live.
    static OPENED: RefCell<Vec<(Store, Arc<Home>)>>;
}

/// Runs a test; what it leaves of the log is folded once more, and must be the views it leaves.
pub async fn replayed(test: impl Future<Output = ()>) {
    let then_replayed = async {
        test.await;
        for (store, _home) in OPENED.with(RefCell::take) {
            let compared = store.compare_views(|_, _| {}).await.unwrap();
            assert_eq!((compared.differences, compared.and_more), (Vec::new(), false), "views, replayed");
        }
    };
    OPENED.scope(RefCell::default(), then_replayed).await;
}

impl Place {
    pub async fn open(self) -> Bed {
        self.open_with(json!({})).await
    }

    /// With a policy of the test's own.
    pub async fn open_with(self, policy: Value) -> Bed {
        let (url, home) = self.database().await;
        let bed = Bed::on(url, home.into(), policy).await;
        OPENED.with(|opened| opened.borrow_mut().push((bed.store().clone(), bed.home.clone())));
        bed
    }

    async fn database(self) -> (String, Home) {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                (format!("sqlite:{}", folder.path().join("rekey.db").display()), Home::Folder(folder))
            }
            Self::Postgres => {
                let server = Postgres::shared().await;
                (server.database("service").await, Home::Server(server))
            }
        }
    }
}

impl Bed {
    /// On a server that the test itself keeps, to do things to it.
    pub async fn of(server: &Postgres) -> Self {
        Self::on(server.database("service").await, Home::Elsewhere.into(), json!({})).await
    }

    /// On a database that the test itself keeps.
    pub async fn at(url: &str) -> Self {
        Self::on(url.to_owned(), Home::Elsewhere.into(), json!({})).await
    }

    async fn on(url: String, home: Arc<Home>, policy: Value) -> Self {
        let env = Arc::new(ManualEnv::new(Moment::from_micros(1_767_225_600_000_000), 1));
        let sink = SmtpSink::start().await.unwrap();
        let keys = Keys::generate(&*env, false);
        let (api, service) = start(&url, &sink, &keys, &env, policy).await;
        Self { api, service, env, sink, url, keys, home }
    }

    /// Another node on the same database.
    pub async fn another_node(&self) -> Api {
        start(&self.url, &self.sink, &self.keys, &self.env, json!({})).await.0
    }

    pub fn store(&self) -> &Store {
        self.service.store()
    }

    /// A connection past rekey.
    pub async fn sql(&self) -> Sql {
        Sql::connect(&self.url).await
    }

    pub async fn position(&self) -> i64 {
        self.store().last_position().await.unwrap()
    }

    /// The log, as auditors get it.
    pub async fn events(&self) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        loop {
            let page = self.api.get(KEY, &format!("/v1/events?after={}", events.len())).await.expect(200);
            let lines: Vec<_> = page.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            if lines.is_empty() {
                return events;
            }
            events.extend(lines);
        }
    }

    /// The payloads of all events of this type, in order.
    pub async fn payloads(&self, name: &str) -> Vec<Value> {
        let events = self.events().await;
        events
            .into_iter()
            .filter(|event| event["type"] == name)
            .map(|event| event["payload"].clone())
            .collect()
    }

    pub async fn count(&self, name: &str) -> usize {
        self.payloads(name).await.len()
    }

    /// Waits until every request is answered and every mail has its outcome.
    pub async fn settled(&self) {
        until("an empty queue", async || {
            let waiting = self.store().pending_requests(1).await.unwrap();
            waiting.is_empty() && self.store().unsettled_mails().await.unwrap() == 0
        })
        .await;
    }

    /// How many mails have arrived, for [`Self::mail_after`].
    pub fn seen(&self) -> usize {
        self.sink.accepted_count()
    }

    /// The first mail after `seen` that is wanted.
    pub async fn mail_after(&self, seen: usize, wanted: impl Fn(&Mail) -> bool) -> Mail {
        let arrives = async {
            let mut count = seen;
            loop {
                self.sink.wait_for(count + 1).await;
                let mails = self.mails();
                if let Some(mail) = mails.iter().skip(seen).find(|mail| wanted(mail)) {
                    return mail.clone();
                }
                count = mails.len();
            }
        };
        tokio::time::timeout(PATIENCE, arrives).await.expect("a mail")
    }

    /// All mails that have arrived.
    pub fn mails(&self) -> Vec<Mail> {
        self.sink.accepted().iter().map(Mail::from).collect()
    }

    /// All that have arrived for NAME, once nothing is under way.
    pub async fn mails_to(&self, name: &str) -> Vec<Mail> {
        self.settled().await;
        let address = format!("{name}@example.org");
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    pub fn advance(&self, seconds: u64) {
        self.env.advance(Duration::from_secs(seconds));
    }
}

async fn start(
    url: &str,
    sink: &SmtpSink,
    keys: &Keys,
    env: &Arc<ManualEnv>,
    policy: Value,
) -> (Api, Service) {
    let config = config(url, sink, policy);
    let node = Node::build(&config, keys.clone(), MailTo::Server, env.clone()).await.unwrap();
    let (service, address) = (node.service.clone(), node.address().unwrap());
    tokio::spawn(node.run(CancellationToken::new()));
    (Api::at(format!("http://{address}")), service)
}

fn config(url: &str, sink: &SmtpSink, mut policy: Value) -> Config {
    // Every request here comes from one address.
    policy["requests_per_source"] = 1_000_000.into();
    let permissions: Vec<_> = Permission::iter().collect();
    let text = json!({
        "public_url": PUBLIC,
        "listen": "127.0.0.1:0",
        "return_to": ["https://app.example.org"],
        "key_file": "handed over",
        "trusted_proxies": ["127.0.0.0/8"],
        "database": { "url": url },
        "mail": { "from": "rekey@example.org", "host": "127.0.0.1", "port": sink.address().port(), "tls": "none" },
        "policy": policy,
        "api_keys": [{ "name": "tests", "token_hash": token_hash(KEY), "permissions": permissions }],
    });
    serde_json::from_value(text).unwrap()
}

/// Looks again and again until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let so = async {
        while !is_so().await {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, so).await.unwrap_or_else(|_| panic!("{what} is late"));
}
