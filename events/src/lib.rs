//! rekey's facts: the events, the rules that decide them, and (with the
//! `store` feature) the log, the vault and the views that remember them.
//!
//! Rules are plain functions of a state and a command; they read no clock,
//! roll no die and know no database.

pub mod account;
pub mod aggregate;
pub mod attempt;
pub mod eligibility;
pub mod env;
pub mod envelope;
pub mod fact;
pub mod ids;
pub mod keys;
pub mod language;
pub mod mail;
pub mod moment;
pub mod names;
pub mod permission;
pub mod policy;
pub mod replay;
pub mod request;
pub mod rows;
pub mod schema;
pub mod seal;
#[cfg(feature = "store")]
pub mod store;
#[cfg(test)]
mod story;
pub mod text;
pub mod token;
pub mod upcast;

pub use aggregate::{At, Rules};
pub use env::{Env, ProcessEnv, SystemEnv};
pub use fact::Fact;
pub use ids::*;
pub use language::Language;
pub use moment::Moment;
pub use permission::Permission;
