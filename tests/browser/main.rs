//! The pages in a real browser, as people go through them.
//!
//! A person can: reset a forgotten password by the mailed link, and is told kindly when the link cannot be used
//! (`forgotten`), also when a mail program has mangled the link (`mangled`); change a password, set up and remove a
//! second factor, see and end sessions, choose language and time zone (`profile`). An administrator can send others a link and remove a lost second factor, and is told why not
//! (`administrators`); watch the log and the mails (`operations`). All of it without script (`without_script`), with the
//! keyboard alone (`keyboard`), typed or pasted in any spelling (`typed`), on PostgreSQL and NATS (`scaled_out`), in every
//! language and look (`looks`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod administrators;
mod demo;
mod forgotten;
mod keyboard;
mod looks;
mod mangled;
mod operations;
mod people;
mod pictures;
mod profile;
mod scaled_out;
mod site;
mod speaker;
mod topology;
mod typed;
mod without_script;
