//! A node in this process: a clock set by hand, and a mail server to break.

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rekey::config::Config;
use rekey::keys::Keys;
use rekey::node::{BuildError, MailTo, Node};
use rekey::service::accounts::Registration;
use rekey::service::resets::Completion;
use rekey::service::sessions::token_hash;
use rekey::service::{Call, Caller, Service};
use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::env::ManualEnv;
use rekey_events::mail::MailEvent;
use rekey_events::rows::{Change, MailRow, PersonRow};
use rekey_events::store::execute::Draft;
use rekey_events::store::{Context, Store, StoreError};
use rekey_events::token::{Claims, Token};
use rekey_events::{AccountId, Moment, ResetId};
use rekey_test_support::smtp::{Accepted, SmtpSink};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::Api;
use crate::load::address;
use crate::until::until;

pub const USER: &str = "rekey";
pub const PASSWORD: &str = "open sesame";
const KEY: &str = "the operator's key";

pub struct Bed {
    pub sink: SmtpSink,
    pub env: Arc<ManualEnv>,
    pub service: Service,
    pub api: Api,
    pub database: String,
    keys: Keys,
    node: Option<Node>,
    running: Option<JoinHandle<Result<(), BuildError>>>,
    stop: CancellationToken,
    _folder: TempDir,
}

impl Bed {
    /// A running node on a file of its own.
    pub async fn start() -> Self {
        let mut bed = Self::build(None).await;
        bed.run();
        bed
    }

    /// A node that does nothing yet; on a file of its own when no database is given.
    pub async fn build(database: Option<String>) -> Self {
        Self::build_with_spare(database, None).await
    }

    /// The same, with a second mail server to turn to.
    pub async fn build_with_spare(database: Option<String>, spare: Option<&SmtpSink>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = format!("sqlite:{}", folder.path().join("rekey.db").display());
        let database = database.unwrap_or(own);
        let sink = SmtpSink::builder().pipelining().credentials(USER, PASSWORD).start().await.unwrap();
        // Beds on one database must not draw the same ids.
        static SEED: AtomicU64 = AtomicU64::new(1);
        let seed = SEED.fetch_add(1, Ordering::Relaxed) << 32;
        let env = Arc::new(ManualEnv::new(Moment::from_micros(1_767_225_600_000_000), seed));
        let keys = Keys::generate(&*env, true);
        let config = config(folder.path(), &database, &sink, spare);
        let node = Node::build(&config, keys.clone(), MailTo::Server, env.clone()).await.unwrap();
        Self {
            sink,
            env,
            service: node.service.clone(),
            api: Api::new(node.address().unwrap(), Some(KEY)),
            database,
            keys,
            node: Some(node),
            running: None,
            stop: CancellationToken::new(),
            _folder: folder,
        }
    }

    pub fn run(&mut self) {
        let node = self.node.take().expect("a node that does not run yet");
        self.running = Some(tokio::spawn(node.run(self.stop.clone())));
    }

    pub fn store(&self) -> &Store {
        self.service.store()
    }

    /// Later, the mailer looks again.
    pub fn later(&self, seconds: u64) {
        self.env.advance(Duration::from_secs(seconds));
        self.service.log().wakes().mails.notify_one();
    }

    /// Waits for this line of the metrics.
    pub async fn counts(&self, line: &str) {
        until(line, async || self.api.text("/metrics").await.lines().any(|one| one == line).then_some(()))
            .await;
    }

    fn context(&self) -> Context {
        Context::new(&*self.env, "anyone")
    }

    fn call(&self) -> Call {
        Call { caller: Caller::Anyone, context: self.context(), idempotency: None }
    }

    /// An account created in the app.
    pub async fn register(&self, username: &str) -> AccountId {
        let account = AccountId::new(&*self.env);
        let registration = Registration {
            username,
            email: &address(username),
            display_name: username,
            origin: Origin::App,
            password: None,
            must_change: false,
        };
        self.service.register(&self.call(), account, &registration, &[]).await.unwrap();
        account
    }

    /// The person asks for a link.
    pub async fn ask(&self, username: &str) {
        self.service.request_reset(&self.call(), username, &address(username)).await.unwrap();
    }

    /// A new account whose person asks for a link.
    pub async fn asks(&self, username: &str) -> AccountId {
        let account = self.register(username).await;
        self.ask(username).await;
        account
    }

    /// New accounts, each with a link on its way.
    pub async fn with_links(&self, usernames: &[&str]) -> Vec<AccountId> {
        let mut accounts = Vec::new();
        for username in usernames {
            let account = self.register(username).await;
            self.issue(account).await;
            accounts.push(account);
        }
        accounts
    }

    /// A link issued at once: no issuer need run.
    pub async fn issue(&self, account: AccountId) {
        let command = AccountCommand::IssueReset { reset: ResetId::new(&*self.env) };
        let context = self.context();
        self.service
            .log()
            .execute::<Account>(&context, account.into(), &command, |_, _, _| {})
            .await
            .unwrap();
    }

    /// Changes what the vault has about a person, past all checks.
    pub async fn falsify(&self, account: AccountId, change: impl Fn(&mut PersonRow)) {
        let mut person = self.store().person(account).await.unwrap().unwrap();
        change(&mut person);
        let also = |_: &Account, _: &[_], draft: &mut Draft<'_>| {
            draft.change(Change::PutPerson(person.clone()));
        };
        let sign_in = AccountCommand::RecordSignIn;
        self.service.log().execute::<Account>(&self.context(), account.into(), &sign_in, also).await.unwrap();
    }

    /// Uses the link that a mail carries, or is to carry.
    pub async fn use_link(&self, mail: &MailRow, username: &str) {
        self.later(1);
        let claims = Claims {
            reset: mail.reset_id.unwrap(),
            account: mail.account_id,
            expires_at: Moment::from_micros(mail.expires_at),
        };
        let token = Token::derive(self.keys.links(), &claims);
        let new_password = "ravens tally 7 gentle rocks";
        let completion = Completion { token: token.expose(), username, new_password, code: None };
        self.service.complete_reset(&self.call(), &completion).await.unwrap();
    }

    pub async fn requeue(&self, mail: &MailRow) {
        let (status, answer) =
            self.api.post("/v1/commands/requeue-mail", &json!({ "mail_id": mail.mail_id })).await.unwrap();
        assert_eq!(status, 202, "{answer}");
    }

    /// Lifts the suppression of the account's address; whether there was one.
    pub async fn lift_suppression(&self, account: AccountId) -> bool {
        let body = json!({ "account_id": account });
        let (status, answer) = self.api.post("/v1/commands/lift-suppression", &body).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        !answer["position"].is_null()
    }

    /// The mails of an account, the newest first.
    pub async fn mails(&self, account: AccountId) -> Vec<MailRow> {
        self.try_mails(account).await.unwrap()
    }

    async fn try_mails(&self, account: AccountId) -> Result<Vec<MailRow>, StoreError> {
        let mut all = self.store().mails(None, "", "", 200).await?;
        all.retain(|mail| mail.account_id == account);
        // Ids of one moment are in no order, and the clock stands still here.
        all.sort_by_key(|mail| Reverse(mail.requested_at));
        Ok(all)
    }

    /// The account's newest mail, once it is as told.
    pub async fn mail(&self, account: AccountId, what: &str, is: impl Fn(&MailRow) -> bool) -> MailRow {
        // The database may be away just now.
        let newest = async || self.try_mails(account).await.ok()?.into_iter().next().filter(|mail| is(mail));
        until(&format!("a mail that is {what}"), newest).await
    }

    /// The account's newest mail, once it is in this state.
    pub async fn mail_in(&self, account: AccountId, state: &str) -> MailRow {
        self.mail(account, state, |mail| mail.state == state).await
    }

    /// The account's newest mail, once it was tried.
    pub async fn tried(&self, account: AccountId) -> MailRow {
        self.mail(account, "tried", |mail| mail.version > 1).await
    }

    pub async fn events(&self, mail: &MailRow) -> Vec<MailEvent> {
        let events = self.store().stream(mail.mail_id.into()).await.unwrap();
        events.iter().map(|event| event.decode().unwrap()).collect()
    }

    /// What the server took for this person.
    pub fn received(&self, username: &str) -> Vec<Accepted> {
        self.sink.accepted().into_iter().filter(|mail| mail.to == address(username)).collect()
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn config(folder: &Path, database: &str, sink: &SmtpSink, spare: Option<&SmtpSink>) -> Config {
    let password = folder.join("password");
    std::fs::write(&password, PASSWORD).unwrap();
    let server = |sink: &SmtpSink| {
        let (host, port) = (sink.address().ip(), sink.address().port());
        json!({ "host": host, "port": port, "tls": "none", "username": USER, "password_file": password })
    };
    let mut mail: Value = server(sink);
    if let Some(spare) = spare {
        let mut providers = [server(sink), server(spare)];
        (providers[0]["name"], providers[1]["name"]) = ("main".into(), "spare".into());
        mail = json!({ "providers": providers });
    }
    mail["from"] = "noreply@example.org".into();
    let config = json!({
        "public_url": "http://127.0.0.1:1",
        "listen": "127.0.0.1:0",
        "key_file": folder.join("keys.toml"),
        "database": { "url": database },
        "mail": mail,
        "policy": { "requests_per_source": 1_000_000 },
        "api_keys": [{ "name": "operator", "token_hash": token_hash(KEY), "permissions": ["utilities.mail", "operations.metrics"] }],
    });
    serde_json::from_value(config).unwrap()
}
