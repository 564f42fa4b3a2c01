//! A mail we owe: from `MailRequested` to exactly one outcome.

pub mod command;
pub mod decide;
pub mod event;
pub mod state;
#[cfg(test)]
mod tests;

pub use command::{MailCommand, MailRefusal};
pub use event::{FailureReason, MailEvent, MailKind, Phase};
pub use state::{Mail, MailState};
