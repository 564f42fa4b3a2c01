//! rekey: a self-hosted, event-sourced password service.
//!
//! This crate is the edges: HTTP, command line, configuration, wiring. What is
//! decided and remembered is in `rekey-events`; what is done in the background
//! in `rekey-workers`.

pub mod audit;
pub mod backup;
pub mod cli;
pub mod config;
pub mod credential;
pub mod dev;
pub mod http;
pub mod keys;
pub mod mails;
pub mod node;
pub mod problem;
pub mod service;
pub mod text_file;
