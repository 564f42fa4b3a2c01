//! A mail server to break things with: real SMTP over real sockets, with faults on order and a ledger of its own.
//!
//! ```no_run
//! # use rekey_test_support::smtp::{Fault, Phase, SmtpSink};
//! # async fn example() -> std::io::Result<()> {
//! let sink = SmtpSink::start().await?;
//! sink.script([(Phase::Rcpt, Fault::reply("450 4.2.0 try again in 5 minutes"))]);
//! // … deliver to sink.address() …
//! sink.wait_for(1).await;
//! # Ok(())
//! # }
//! ```

mod auth;
mod fault;
mod file;
mod ledger;
mod line;
mod server;
mod session;
mod sink;
mod tls;

pub use fault::{Fault, Latch, Phase, Plan, Session};
pub use ledger::{Accepted, Attempt};
pub use sink::{Builder, SmtpSink};
pub(crate) use tls::acceptor as certified;
pub use tls::{Encryption, Identity};
