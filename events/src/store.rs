//! The store: log, vault and views on SQLite or PostgreSQL.
//!
//! What both databases say alike is written once, in the files beside this
//! one; where they differ, `sqlite` and `postgres` hold twin files with the
//! same functions in the same order.

pub mod accounts;
mod address;
pub mod append;
pub mod audit;
mod backup;
mod changes;
pub mod chart;
mod clock;
pub mod error;
pub mod execute;
pub mod hints;
mod loads;
pub mod log;
pub mod mails;
mod many;
mod name_keys;
mod open;
pub mod overview;
mod postgres;
mod reads;
pub mod rebuild;
pub mod replay;
pub mod scan;
pub mod seal;
pub mod sql;
mod sqlite;
mod streams;
mod together;
pub mod vault;
pub mod wakes;
mod writer;

mod cqrs;

pub use address::{Address, AddressError};
pub use append::{Appended, Commit, Guard};
pub use cqrs::{CqrsStore, StreamContext};
pub use error::{AppendError, StoreError};
pub use execute::{CommandError, Context, Done};
pub use log::Log;
pub use open::Head;
pub use streams::Loaded;
pub use writer::Writer;

/// A database holding one log with its vault and views.
#[derive(Clone, Debug)]
pub enum Store {
    /// Embedded: one file.
    Sqlite(sqlite::Database),
    /// Scaled out: one server, any number of nodes.
    Postgres(postgres::Database),
}

/// Runs the same body over either database's pool for reading.
macro_rules! reading {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite(database) => {
                let $pool = &database.readers;
                $body
            }
            $crate::store::Store::Postgres(database) => {
                let $pool = &*database.connections;
                $body
            }
        }
    };
}

/// Runs the same body over either database's way of writing outside the log.
macro_rules! writing {
    ($store:expr, $executor:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite(database) => {
                let mut turn = database.writing.turn().await?;
                let $executor = &mut *turn;
                $body
            }
            $crate::store::Store::Postgres(database) => {
                let $executor = &*database.connections;
                $body
            }
        }
    };
}

pub(crate) use {reading, writing};
