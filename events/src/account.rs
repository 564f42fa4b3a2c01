//! An account: the one aggregate that decides who may sign in, reset, change.

pub mod command;
pub mod decide;
pub mod event;
pub mod state;
#[cfg(test)]
mod tests;

pub use command::{
    AccountCommand, AccountRefusal, Ineligible, PasswordProof, SecondFactorProof, UsernameProof,
};
pub use event::AccountEvent;
pub use state::Account;
