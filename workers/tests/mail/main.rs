//! The SMTP driver against a real server that misbehaves on order.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod acceptance;
mod addresses;
mod ambiguity;
mod bare_lf;
mod gates;
mod login;
mod phases;
mod pooling;
mod setup;
mod slowness;
