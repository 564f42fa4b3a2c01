//! rekey's hands: the issuer answers requests, the relay tells all mailers what
//! is owed, the mailer sends it, the sweeper records what time has ended and
//! forgets what may be forgotten, the sealer signs what was recorded.
//!
//! Each is built first and then run; `step` is the one thing it does, for tests.

mod breath;
pub mod bus;
pub mod issuer;
pub mod mailer;
pub mod message;
pub mod relay;
pub mod sealer;
pub mod smtp;
pub mod sweeper;
mod web;
pub mod words;

pub use bus::{Bus, BusConfig, BusLine};
pub use issuer::Issuer;
pub use mailer::Mailer;
pub use relay::Relay;
pub use sealer::Sealer;
pub use sweeper::Sweeper;
