//! Clients that register accounts and ask for a link for each, and remember
//! what they were told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rekey_events::AccountId;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api::Api;

/// What a client was told about one of its accounts. What it was not told may
/// be so or not: the answer was lost.
#[derive(Clone, Debug)]
pub struct Told {
    pub username: String,
    /// The account, and where its registration is.
    pub registered: Option<(AccountId, i64)>,
    /// Whether its request was answered 202.
    pub requested: bool,
}

impl Told {
    pub fn address(&self) -> String {
        address(&self.username)
    }
}

pub fn address(username: &str) -> String {
    format!("{username}@example.org")
}

/// Clients at work. They pause while there is no server.
pub struct Load {
    server: watch::Sender<Server>,
    clients: JoinSet<()>,
    told: Arc<Mutex<Vec<Told>>>,
}

/// Which run of the server there is to talk to.
#[derive(Clone)]
enum Server {
    None,
    Run(u32, Api),
    Over,
}

impl Load {
    /// As fast as it goes.
    pub fn start(clients: u32) -> Self {
        Self::paced(clients, Duration::ZERO)
    }

    /// Each client rests for `pace` between two accounts.
    pub fn paced(clients: u32, pace: Duration) -> Self {
        let (server, _) = watch::channel(Server::None);
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut running = JoinSet::new();
        for number in 0..clients {
            let client =
                Client { number, pace, made: 0, server: server.subscribe(), told: Arc::clone(&told) };
            running.spawn(client.run());
        }
        Self { server, clients: running, told }
    }

    /// There is a server, freshly started.
    pub fn server_is_up(&self, run: u32, api: Api) {
        self.server.send_replace(Server::Run(run, api));
    }

    /// How many accounts were tried so far.
    pub fn tried(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// Every client finishes what it has in hand; what they were told.
    pub async fn finish(mut self) -> Vec<Told> {
        self.server.send_replace(Server::Over);
        while let Some(ended) = self.clients.join_next().await {
            ended.unwrap();
        }
        let told = self.told.lock().unwrap();
        told.clone()
    }
}

struct Client {
    number: u32,
    pace: Duration,
    made: u32,
    server: watch::Receiver<Server>,
    told: Arc<Mutex<Vec<Told>>>,
}

impl Client {
    async fn run(mut self) {
        let mut failed = None;
        loop {
            let other = |server: &Server| match server {
                Server::None => false,
                Server::Run(run, _) => Some(*run) != failed,
                Server::Over => true,
            };
            let server = self.server.wait_for(other).await.unwrap().clone();
            let Server::Run(run, api) = server else { return };
            if self.use_once(&api).await.is_err() {
                // Gone. The next run will do.
                failed = Some(run);
            }
            if !self.pace.is_zero() {
                tokio::time::sleep(self.pace).await;
            }
        }
    }

    /// One account and one request; stops where an answer is lost.
    async fn use_once(&mut self, api: &Api) -> Result<(), Lost> {
        let username = format!("p{}-{}", self.number, self.made);
        self.made += 1;
        let mut told = Told { username, registered: None, requested: false };
        let outcome = ask_for(api, &mut told).await;
        self.told.lock().unwrap().push(told);
        outcome
    }
}

/// The answer was lost.
struct Lost;

impl From<reqwest::Error> for Lost {
    fn from(_: reqwest::Error) -> Self {
        Self
    }
}

/// A new account whose person asks for a link. The server must answer.
pub async fn asks(api: &Api, username: &str) -> Told {
    let mut told = Told { username: username.to_owned(), registered: None, requested: false };
    assert!(ask_for(api, &mut told).await.is_ok(), "an answer was lost");
    told
}

async fn ask_for(api: &Api, told: &mut Told) -> Result<(), Lost> {
    let account = json!({ "username": told.username, "email": told.address(), "origin": "app" });
    let (status, answer) = post(api, "/v1/commands/register-account", &account).await?;
    assert_eq!(status, 201, "{answer}");
    told.registered = Some((answer["account_id"].as_str().unwrap().parse().unwrap(), position(&answer)));
    let request = json!({ "username": told.username, "email": told.address() });
    let (status, answer) = post(api, "/v1/commands/request-reset", &request).await?;
    assert_eq!(status, 202, "{answer}");
    // The answer names no position: it must not tell how the log moves.
    assert!(answer.get("position").is_none(), "{answer}");
    told.requested = true;
    Ok(())
}

/// A 503 is no answer: it may be done or not.
async fn post(api: &Api, path: &str, body: &Value) -> Result<(u16, Value), Lost> {
    let (status, answer) = api.post(path, body).await?;
    if status == 503 { Err(Lost) } else { Ok((status, answer)) }
}

fn position(answer: &Value) -> i64 {
    answer["position"].as_i64().unwrap()
}
