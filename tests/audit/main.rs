//! Exports of a log, tampered with in every way we know, and judged by both verifiers: `rekey audit verify`,
//! and docs/verify.py, which shares nothing with it but the description in docs/audit.md.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod histories;
mod judges;
mod sealed;
mod trials;
mod witnessed;
