//! The connections to one provider, and the one way to send a mail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    address::Address,
    config::{ConfigError, ProviderConfig},
    connection::{Connection, Provider},
    dots::{self, Defect},
    gate::{Gate, RESET, SLOT},
    outcome::{Delivery, Failure, Phase},
    refusal::Refusal,
    reply::Reply,
    slots::{Slots, Usage},
    tls::Handshake,
    transaction::Mail,
};

/// Who sends and who receives, as the server is told. One recipient: with several, a delivery has no single outcome.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Where failures are reported.
    pub from: Address,
    /// The recipient.
    pub to: Address,
}

/// Connections to one provider. Never more than its `max_connections` are open.
pub struct Pool {
    provider: Arc<Provider>,
    slots: Slots,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    /// Checks the configuration and reads certificates; connects nowhere yet.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    pub fn new(config: ProviderConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let handshake = Handshake::for_provider(&config)?;
        let slots = Slots::new(config.max_connections);
        Ok(Self { provider: Arc::new(Provider { config, handshake }), slots, idle: Mutex::default() })
    }

    /// Sends `message` and tells exactly what is known about it afterwards.
    ///
    /// Waits for a free slot first. Dropping the future closes the socket; the mail is then ambiguous if
    /// [`Gate::before_dot`] had been asked, and not sent otherwise.
    pub async fn deliver<G: Gate>(&self, envelope: &Envelope, message: &[u8], gate: &G) -> Delivery {
        let body = match dots::stuff(message) {
            Ok(body) => body,
            Err(defect) => return unsendable(defect),
        };
        gate.waits_for(self.name(), SLOT);
        let Some(slot) = self.slots.take().await else {
            return Delivery::ConnectionFailed { phase: Phase::Connect, reason: Failure::PoolClosed };
        };
        let outcome = self.attempt(&Mail { envelope, body: &body }, gate).await;
        self.slots.give_back(slot, &outcome);
        outcome
    }

    /// The provider's name, for logs and metrics.
    pub fn name(&self) -> &str {
        &self.provider.config.name
    }

    /// How busy it is.
    pub fn usage(&self) -> Usage {
        self.slots.usage()
    }

    /// Takes no new deliveries and says goodbye on idle connections; deliveries under way end by themselves.
    pub async fn close(&self) {
        self.slots.close();
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            connection.close().await;
        }
    }

    /// Over a kept connection if one still works, else over a new one.
    async fn attempt(&self, mail: &Mail<'_>, gate: &impl Gate) -> Delivery {
        while let Some(mut connection) = self.take_idle(gate).await {
            let outcome = connection.deliver(mail, gate).await;
            self.put_back(connection).await;
            if !went_stale(&outcome) {
                return outcome;
            }
        }
        match Connection::open(&self.provider, gate).await {
            Ok(mut connection) => {
                let outcome = connection.deliver(mail, gate).await;
                self.put_back(connection).await;
                outcome
            }
            Err(broken) => broken.into(),
        }
    }

    /// The connection used last: those the traffic no longer needs grow old at the bottom.
    async fn take_idle(&self, gate: &impl Gate) -> Option<Connection> {
        loop {
            let mut connection = self.idle().pop()?;
            gate.waits_for(self.name(), RESET);
            if connection.is_reusable() && connection.refresh().await.is_ok() {
                return Some(connection);
            }
            connection.close().await;
        }
    }

    async fn put_back(&self, connection: Connection) {
        if connection.is_reusable() {
            self.idle().push(connection);
        } else {
            connection.close().await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a kept connection turned out to be dead when it was used: nothing was sent, a new one may be better.
fn went_stale(outcome: &Delivery) -> bool {
    match outcome {
        Delivery::ConnectionFailed { phase: Phase::Mail, reason } => match reason {
            Failure::Closed | Failure::Io(_) | Failure::OutOfTurn => true,
            Failure::Refused(reply) => reply.code == 421,
            _ => false,
        },
        _ => false,
    }
}

fn unsendable(defect: Defect) -> Delivery {
    let (phase, about) = (Phase::Body, Refusal::Message);
    Delivery::Rejected { phase, reply: Reply::local(554, "5.6.0", &defect.to_string()), about }
}
