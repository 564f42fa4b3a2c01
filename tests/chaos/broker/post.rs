//! A database and a bus, and relays and mailers on them, each as in a process of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rekey::keys::Keys;
use rekey_events::store::{Log, Store};
use rekey_events::{AccountId, Language};
use rekey_test_support::nats::{Client, Nats};
use rekey_test_support::postgres::Postgres;
use rekey_test_support::proxy::Proxy;
use rekey_test_support::smtp::{Attempt, SmtpSink};
use rekey_test_support::sql::Sql;
use rekey_workers::bus::{Lane, stream_name};
use rekey_workers::mailer::{Letterhead, MailerStats, Outlet, Sending};
use rekey_workers::message::{Brand, Mailbox};
use rekey_workers::relay::RelayStats;
use rekey_workers::smtp::{Address, Limits, Pool, ProviderConfig, Tls};
use rekey_workers::{Bus, BusConfig, BusLine, Mailer, Relay};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::bed::Bed;
use crate::load::address;
use crate::until::until;

/// A name and a password, where the bus asks for them.
pub type User = Option<(&'static str, &'static str)>;

pub struct Post {
    pub nats: Nats,
    /// Those beside it that keep the same stream.
    others: Vec<Nats>,
    pub office: Bed,
    users: [User; 2],
    /// The line to the bus.
    pub line: Proxy,
    keys: Keys,
    pub sink: SmtpSink,
    folder: TempDir,
    stop: CancellationToken,
    _server: Arc<Postgres>,
}

impl Post {
    /// Nobody works here yet.
    pub async fn open() -> Self {
        Self::open_with(Nats::start().await, [None, None]).await
    }

    /// On a bus that knows these users: the relay's and the mailer's.
    pub async fn open_with(nats: Nats, users: [User; 2]) -> Self {
        let server = Postgres::shared().await;
        let office = Bed::build(Some(server.database("broker").await)).await;
        let (folder, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());
        tokio::spawn(office.service.log().clone().spread_wakes(stop.clone().cancelled_owned()));
        let sink = SmtpSink::builder().ledger(folder.path().join("ledger")).start().await.unwrap();
        Self {
            line: Proxy::start(nats.address()).await.unwrap(),
            nats,
            others: Vec::new(),
            users,
            keys: Keys::generate(&*office.env, true),
            office,
            sink,
            folder,
            stop,
            _server: server,
        }
    }

    /// Another installation, on the same account of the same bus.
    pub async fn open_beside(other: &Self) -> Self {
        Self::open_with(other.nats.shared(), [None, None]).await
    }

    /// On a bus of three servers, each of which keeps every hint.
    pub async fn open_on_three() -> Self {
        let [first, others @ ..] = Nats::start_three().await;
        let mut post = Self::open_with(first, [None, None]).await;
        post.others = others.into();
        post
    }

    /// One of the servers, from 0.
    pub fn server(&mut self, number: usize) -> &mut Nats {
        if number == 0 { &mut self.nats } else { &mut self.others[number - 1] }
    }

    async fn bus(&self, user: User) -> Bus {
        let user = user.map(|(name, password)| (name.to_owned(), password.into()));
        let line = format!("nats://{}", self.line.address());
        let servers: Vec<_> = std::iter::once(line).chain(self.others.iter().map(Nats::url)).collect();
        let config = BusConfig { replicas: servers.len(), servers, user, ca_file: None };
        BusLine::connect(&config).await.unwrap().of_log(self.office.service.log().id())
    }

    /// The name of the stream of hints.
    pub fn stream(&self) -> String {
        stream_name(self.office.service.log().id())
    }

    /// One that is connected.
    pub async fn connected(&self) -> Bus {
        let bus = self.bus(self.users[0]).await;
        until("a connection", async || bus.is_connected().then_some(())).await;
        bus
    }

    /// A process of its own, woken by the others.
    pub async fn log(&self) -> Log {
        let store = Store::open(&self.office.database).await.unwrap();
        let (log, writer) = Log::open(store, self.office.env.clone()).await.unwrap();
        tokio::spawn(writer.run());
        tokio::spawn(log.clone().spread_wakes(self.stop.clone().cancelled_owned()));
        log
    }

    /// A relay that does nothing yet, but is connected.
    pub async fn relay(&self) -> Relay {
        Relay::new(self.log().await, self.connected().await)
    }

    /// A relay at work.
    pub async fn run_relay(&self) -> Arc<RelayStats> {
        let relay = Relay::new(self.log().await, self.bus(self.users[0]).await);
        let stats = relay.stats();
        tokio::spawn(relay.run(self.stop.clone()));
        stats
    }

    /// A mailer at work.
    pub async fn run_mailer(&self) -> Arc<MailerStats> {
        let sending = Sending {
            outlets: vec![Outlet::Smtp(Pool::new(self.provider()).unwrap())],
            concurrency: 8,
            suppress_for: Duration::ZERO,
        };
        let bus = self.bus(self.users[1]).await;
        let mailer = Mailer::new(self.log().await, self.letterhead(), sending).with_bus(bus);
        let stats = mailer.stats();
        tokio::spawn(mailer.run(self.stop.clone()));
        stats
    }

    fn provider(&self) -> ProviderConfig {
        ProviderConfig {
            name: "sink".to_owned(),
            host: self.sink.address().ip().to_string(),
            port: self.sink.address().port(),
            tls: Tls::None,
            extra_roots: None,
            credentials: None,
            hello_name: "localhost".parse().unwrap(),
            max_connections: 8,
            limits: Limits::default(),
        }
    }

    fn letterhead(&self) -> Letterhead {
        Letterhead {
            public_url: "http://127.0.0.1:1".to_owned(),
            from: Mailbox { name: None, address: Address::parse("noreply@example.org").unwrap() },
            brand: Brand { product_name: "rekey".to_owned(), contact: None, accent: None },
            language: Language::En,
            links: self.keys.links().clone(),
            message_id: self.keys.message_id(),
            dkim: None,
        }
    }

    /// Links on their way to new people of these numbers.
    pub async fn owe(&self, people: std::ops::Range<u32>) -> Vec<AccountId> {
        let names: Vec<_> = people.map(name).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        self.office.with_links(&names).await
    }

    /// A client that is none of ours.
    pub async fn stranger(&self) -> Client {
        self.nats.client().await
    }

    /// Owes mails to new people from this number on, until one is claimed by a hint;
    /// how many people there are then.
    pub async fn until_told(&self, mailer: &MailerStats, first: u32) -> u32 {
        let before = mailer.claimed_by_hint();
        for people in first + 1..first + 200 {
            self.owe(people - 1..people).await;
            self.each_has_one_mail(people).await;
            if mailer.claimed_by_hint() > before {
                return people;
            }
        }
        panic!("no mail was claimed by a hint");
    }

    /// Until the stream has this many hints.
    pub async fn hints(&self, count: u64) {
        let stranger = self.stranger().await;
        let there = async || (stranger.messages(&self.stream()).await == Some(count)).then_some(());
        until(&format!("{count} hints"), there).await;
    }

    /// Until this many mailers, or none, ask for hints.
    pub async fn pulled_by(&self, mailers: usize) {
        let stranger = self.stranger().await;
        let consumer = Lane::Links.consumer();
        let asked = async || (stranger.pulls(&self.stream(), consumer).await == Some(mailers)).then_some(());
        until(&format!("{mailers} mailers that ask for hints"), asked).await;
    }

    /// Until every hint was acknowledged.
    pub async fn all_acknowledged(&self) {
        let stranger = self.stranger().await;
        let consumer = Lane::Links.consumer();
        let done = async || (stranger.unfinished(&self.stream(), consumer).await == Some(0)).then_some(());
        until("an acknowledgement of every hint", done).await;
    }

    /// Makes every hint older.
    pub async fn age_hints(&self, seconds: u32) {
        let age = format!("{seconds} * 1000000::bigint");
        let age = format!("UPDATE hints SET published_at = published_at - {age}, since = since - {age}");
        Sql::connect(&self.office.database).await.run(&age).await.unwrap();
    }

    /// Until no mail waits.
    pub async fn settled(&self) {
        let settled = async || matches!(self.office.store().unsettled_mails().await, Ok(0)).then_some(());
        until("an outcome of every mail", settled).await;
    }

    /// Once all is settled: each mail was accepted, and the server's own record
    /// has each of these people exactly once, and nobody else.
    pub async fn each_has_one_mail(&self, people: u32) {
        self.settled().await;
        let mails = self.office.store().mails(None, "", "", 1000).await.unwrap();
        assert!(mails.iter().all(|mail| mail.state == "accepted"), "{mails:?}");
        assert_eq!(mails.len(), people as usize);
        let expected: BTreeMap<_, _> = (0..people).map(|person| (address(&name(person)), 1)).collect();
        assert_eq!(self.accepted(), expected);
    }

    /// How many mails the server has accepted, by recipient.
    fn accepted(&self) -> BTreeMap<String, u32> {
        let ledger: PathBuf = self.folder.path().join("ledger");
        let text = std::fs::read_to_string(ledger).unwrap();
        let attempts = text.lines().map(|line| serde_json::from_str::<Attempt>(line).unwrap());
        let mut accepted = BTreeMap::new();
        for attempt in attempts.filter(|attempt| attempt.code == 250) {
            *accepted.entry(attempt.to.unwrap()).or_default() += 1;
        }
        accepted
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Hints these relays have published for a reason.
pub fn published(relays: &[&RelayStats], reason: &str) -> u64 {
    let hints = relays.iter().flat_map(|stats| stats.hints());
    hints.filter(|(name, _)| *name == reason).map(|(_, count)| count).sum()
}

/// Until these relays have counted so many hints for a reason: they do so after the bus.
pub async fn counted(relays: &[&RelayStats], reason: &str, count: u64) {
    let counted = async || (published(relays, reason) == count).then_some(());
    until(&format!("{count} hints because of {reason}"), counted).await;
}

fn name(person: u32) -> String {
    format!("p{person}")
}
