//! What can go wrong around issuer and mailer, row by row.

mod claims;
mod clock;
mod database;
mod ended;
mod flood;
mod killed;
mod providers;
mod reasons;
mod refusals;
mod refused;
mod server;
mod silence;
mod suppression;
mod unconfirmed;
mod visible;
