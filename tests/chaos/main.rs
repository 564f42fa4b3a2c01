//! rekey under things that go wrong: killed processes, mail servers that fail
//! in every way, and one mail server that no one here wrote.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod api;
mod bed;
mod broker;
mod check;
mod failover;
mod faults;
mod kills;
mod load;
mod real_server;
mod rebuilt;
mod secret;
mod site;
mod soak;
mod until;
