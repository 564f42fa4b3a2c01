//! Why a process does not start.

use std::net::SocketAddr;

use rekey_events::store::StoreError;
use rekey_workers::bus::BusError;
use rekey_workers::message::DkimError;

use super::{Role, TablesError};
use crate::config::ConfigError;

/// Why a process was not built. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database's tables.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The mail server's configuration.
    #[error("mail: {0}")]
    Mail(#[from] rekey_workers::smtp::ConfigError),
    /// The bus's configuration.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The DKIM key.
    #[error("mail.dkim: {0}")]
    Dkim(#[from] DkimError),
    /// The TLS of witnesses and webhook.
    #[error("seal: TLS cannot be set up: {0}")]
    Tls(#[from] rekey_workers::sealer::TlsError),
    /// The password hash.
    #[error("the password hash cannot be set up: {0}")]
    Hash(argon2::Error),
    /// A file.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// Another process has the embedded database.
    #[error(
        "another rekey process uses the database {0}, by this or another name of the file: stop it first. \
         On SQLite one process does everything; `rekey work` beside `rekey serve` needs PostgreSQL."
    )]
    Held(String),
    /// The work is left to processes that cannot share the database.
    #[error(
        "on SQLite one process does everything: start `rekey serve` without --api-only, or use PostgreSQL"
    )]
    Alone,
    /// A relay without a bus.
    #[error(
        "a relay needs PostgreSQL and nats.servers in the configuration: give both, or leave the role out"
    )]
    NoBus,
    /// A sealer without a key.
    #[error("a sealer needs [seal] in the configuration: give it, or leave the role out")]
    NoSeal,
    /// The address to listen at.
    #[error("cannot listen at {0}: {1}. Choose another by `listen`, or --listen.")]
    Listen(SocketAddr, std::io::Error),
    /// It started, and failed since.
    #[error(transparent)]
    Failed(#[from] std::io::Error),
}

impl BuildError {
    /// What a role lacks that cannot be done with the configuration.
    pub(super) fn cannot(role: Role) -> Self {
        if role == Role::Sealer { Self::NoSeal } else { Self::NoBus }
    }
}
