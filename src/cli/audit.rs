//! `rekey audit`: history, to be read, checked and taken away.

mod export;
mod log;
mod prove;
mod replay;
mod verify;

use std::error::Error;
use std::process::ExitCode;

use clap::Subcommand;

/// History, for auditors.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Read the log: what happened, to whom, by whom, and from where.
    Log(log::Log),
    /// Write all of the log to a file that can be verified anywhere, without this database.
    Export(export::Export),
    /// Fold the log from nothing: compare the live views with it, or tell what was true at some time.
    Replay(replay::Replay),
    /// Prove of one event that it is in the log as it was signed: a file for anybody, without the others.
    Prove(prove::Prove),
    /// Check that nothing was altered, removed, reordered or cut off: in an export, in the database; or a proof.
    Verify(verify::Verify),
}

impl Audit {
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Log(log) => log.run().await,
            Self::Export(export) => export.run().await,
            Self::Prove(prove) => prove.run().await,
            Self::Replay(replay) => replay.run().await,
            Self::Verify(verify) => Ok(verify.run().await),
        }
    }
}
