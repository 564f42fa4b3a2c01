//! Real servers for rekey's tests: each of its own folder and port, none left behind.

pub mod browser;
pub mod clock;
pub mod https;
pub mod nats;
pub mod pgbouncer;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod smtp;
mod spawn;
pub mod sql;
pub mod tools;
mod user;
