//! MAIL.md's failure table, row by row, for the mailer of one node.

mod claims;
mod database;
mod ended;
mod refused;
mod server;
