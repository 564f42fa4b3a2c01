//! The bus: NATS JetStream, which carries hints that a mail is due.
//!
//! A hint is no obligation. What is owed is a row in the database; the bus may
//! lose, double or delay whatever it likes, or be gone for good.

mod error;
mod hint;
mod stream;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::{Context, message::PublishMessage};
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use rekey_events::MailId;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use uuid::Uuid;

pub use error::BusError;
pub use hint::{Hint, Hints};
pub use stream::{Lane, Seen, stream_name};

/// How long a half-open line may go unnoticed, twice.
const PING: Duration = Duration::from_secs(5);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest pause between tries to connect.
const AGAIN: Duration = Duration::from_secs(1);

/// Where the bus is.
#[derive(Clone, Debug)]
pub struct BusConfig {
    /// `nats://host:port` or `tls://host:port`, without credentials.
    pub servers: Vec<String>,
    /// The name and password of this role.
    pub user: Option<(String, SecretString)>,
    /// Certificates to trust beside the system's; asks for TLS.
    pub ca_file: Option<PathBuf>,
    /// On how many servers the stream is kept.
    pub replicas: usize,
}

/// A line to the bus; cheap to clone.
#[derive(Clone, Debug)]
pub struct BusLine {
    client: Client,
    context: Context,
    replicas: usize,
    connections: watch::Receiver<u64>,
}

impl BusLine {
    /// Begins to connect, and goes on in the background for as long as it takes.
    ///
    /// # Errors
    /// The configuration is of no use: the text says what is wrong.
    pub async fn connect(config: &BusConfig) -> Result<Self, BusError> {
        let servers = config.servers.iter().map(|server| address(server)).collect::<Result<Vec<_>, _>>()?;
        if servers.is_empty() {
            return Err(BusError::Config("there is no server to connect to".to_owned()));
        }
        let (connected, connections) = watch::channel(0);
        let connecting = options(config, connected).connect(servers).await;
        let client = connecting.map_err(|error| BusError::Config(error.to_string()))?;
        let context = ContextBuilder::new().timeout(PATIENCE).build(client.clone());
        Ok(Self { client, context, replicas: config.replicas, connections })
    }

    /// The bus, for the hints of the log with this id.
    #[must_use]
    pub fn of_log(self, log: Uuid) -> Bus {
        Bus { log, line: self }
    }
}

/// The bus, for the hints of one log; cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus {
    log: Uuid,
    line: BusLine,
}

impl Bus {
    /// Whether there is a connection now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.line.client.connection_state() == State::Connected
    }

    /// The name of the log's stream.
    #[must_use]
    pub fn stream_name(&self) -> String {
        stream_name(self.log)
    }

    /// How often it was connected so far: what was known before may not hold after.
    #[must_use]
    pub fn connections(&self) -> u64 {
        *self.line.connections.borrow()
    }

    /// Waits until it was connected more often than that.
    pub async fn reconnected(&self, connections: u64) {
        let mut watched = self.line.connections.clone();
        if watched.wait_for(|now| *now > connections).await.is_err() {
            // The client has ended, with the process.
            std::future::pending::<()>().await;
        }
    }

    /// Publishes a hint; where it is in the stream. `id` must be a new one
    /// each time: the server swallows what it has seen.
    ///
    /// # Errors
    /// Nobody knows whether it is there.
    pub async fn publish(&self, lane: Lane, mail: MailId, id: &str) -> Result<i64, BusError> {
        let message = PublishMessage::build().message_id(id).payload(hint::body(mail).into());
        let publishing = async {
            let acknowledgement = self.line.context.send_publish(lane.subject(self.log), message).await?;
            acknowledgement.await
        };
        let published = tokio::time::timeout(PATIENCE, publishing).await.map_err(|_| BusError::Late)?;
        let published = published.map_err(BusError::answer)?;
        Ok(i64::try_from(published.sequence).unwrap_or(i64::MAX))
    }

    /// Fails at once when there is no connection: a request would wait for one.
    fn connected(&self) -> Result<&Context, BusError> {
        if self.is_connected() { Ok(&self.line.context) } else { Err(BusError::Away) }
    }
}

fn address(server: &str) -> Result<ServerAddr, BusError> {
    let address: ServerAddr =
        server.parse().map_err(|_| BusError::Config("a server is not nats://host:port".to_owned()))?;
    if address.has_user_pass() || address.password().is_some() {
        return Err(BusError::Config(
            "a server's address has credentials in it: they have their own settings".to_owned(),
        ));
    }
    Ok(address)
}

fn options(config: &BusConfig, connected: watch::Sender<u64>) -> ConnectOptions {
    let told = AtomicBool::new(false);
    let mut options = ConnectOptions::new()
        .name("rekey")
        .retry_on_initial_connect()
        .ping_interval(PING)
        .request_timeout(Some(PATIENCE))
        .reconnect_delay_callback(pause)
        .event_callback(move |event| {
            tell(&event, &told);
            if event == Event::Connected {
                connected.send_modify(|connections| *connections += 1);
            }
            std::future::ready(())
        });
    if let Some((user, password)) = &config.user {
        options = options.user_and_password(user.clone(), password.expose_secret().to_owned());
    }
    if let Some(file) = &config.ca_file {
        options = options.add_root_certificates(file.clone()).require_tls(true);
    }
    options
}

/// The pause before a try to connect: soon, then each second.
fn pause(tries: usize) -> Duration {
    let exponent = u32::try_from(tries.min(6)).unwrap_or(6);
    AGAIN.min(Duration::from_millis(25) * 2_u32.pow(exponent))
}

/// Says when the bus goes and when it comes; of the faults in between, the first.
fn tell(event: &Event, told: &AtomicBool) {
    match event {
        Event::Connected => {
            told.store(false, Ordering::Relaxed);
            tracing::info!("connected to the bus");
        }
        fault if told.swap(true, Ordering::Relaxed) => tracing::debug!(%fault, "the bus"),
        Event::Disconnected => tracing::warn!("the bus is away; mails are found without it"),
        fault => tracing::warn!(%fault, "the bus cannot be used; mails are found without it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(server: &str) -> BusConfig {
        BusConfig { servers: vec![server.to_owned()], user: None, ca_file: None, replicas: 1 }
    }

    #[tokio::test]
    async fn connecting_to_nobody_returns_at_once() {
        let bus = BusLine::connect(&config("nats://127.0.0.1:1")).await.unwrap().of_log(Uuid::nil());
        assert!(!bus.is_connected());
        assert!(matches!(bus.look().await, Err(BusError::Away)));
    }

    #[tokio::test]
    async fn an_address_with_a_password_is_refused_without_repeating_it() {
        let refused = BusLine::connect(&config("nats://rekey:sesame@127.0.0.1:4222")).await.unwrap_err();
        assert!(!refused.to_string().contains("sesame"), "{refused}");
    }

    #[test]
    fn tries_to_connect_never_pause_for_long() {
        assert!((0..100).all(|tries| pause(tries) <= AGAIN));
    }
}
