//! A thin SMTP client (RFC 5321) that never guesses: each phase has its own limit, each code is checked, and a
//! connection is kept only after a complete and expected reply. Its one entrance is [`Pool::deliver`].
//!
//! ```text
//! Pool::deliver ─ slot ─ idle Connection or Connection::open ─ transaction: MAIL RCPT gate DATA body gate dot
//!     slots          connection: greeting EHLO STARTTLS AUTH              transaction
//!                    wire: one command, one reply, one limit              outcome: what it all means
//! ```
//!
//! Why not lettre's connection (0.11.23), whose messages we do use:
//! - it writes body and final dot in one call, so nobody can be asked between them (a worker that lost its lease must
//!   not write the dot), and progress of the body and patience at the dot cannot have different limits;
//! - bytes that follow a reply stay in its buffer and answer the next command: after a doubled reply a refused mail
//!   reads as accepted, and at STARTTLS plain text injected by a stranger is taken for encrypted (CVE-2011-0411);
//! - it refuses replies without a text, and answers a refusal with a QUIT whose reply it waits for.

mod address;
mod auth;
mod authorities;
mod config;
mod connection;
mod dots;
mod gate;
mod hello;
mod outcome;
mod pool;
mod queue_id;
mod refusal;
mod reply;
mod slots;
mod tcp;
mod tls;
mod tls_failure;
mod transaction;
mod wait_hint;
mod wire;

pub use address::{Address, AddressError};
pub use authorities::{Authorities, AuthoritiesError};
pub use config::{ConfigError, Limits, ProviderConfig, Tls};
pub use gate::{Gate, Open, RESET, SLOT, Verdict};
pub use hello::HelloName;
pub use outcome::{Delivery, Failure, Phase};
pub use pool::{Envelope, Pool};
pub use refusal::Refusal;
pub use reply::Reply;
pub use slots::Usage;
pub use tls_failure::TlsFailure;
