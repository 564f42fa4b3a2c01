//! What can go wrong around issuer and mailer, row by row.

mod claims;
mod database;
mod ended;
mod flood;
mod refused;
mod server;
