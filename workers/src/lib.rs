//! rekey's hands: the issuer answers requests, the mailer sends what is owed,
//! the sweeper records what time has ended and forgets what may be forgotten.
//!
//! Each is built first and then run; `step` is the one thing it does, for tests.

pub mod issuer;
pub mod mailer;
pub mod message;
pub mod smtp;
pub mod sweeper;

pub use issuer::Issuer;
pub use mailer::Mailer;
pub use sweeper::Sweeper;
