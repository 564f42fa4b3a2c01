//! `rekey audit`: history, to be read, checked and taken away.

mod export;
mod log;
mod prove;
mod replay;
mod verify;

use std::error::Error;
use std::process::ExitCode;

use clap::Subcommand;

use super::say::say;

/// The exit code when nothing can be said: there is no such database, export or key.
const UNREADABLE: u8 = 2;

/// What was found, in words, and whether all is well; or why nothing can be said.
type Judged = Result<(String, bool), Box<dyn Error>>;

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
            Self::Replay(replay) => Ok(told(replay.judge().await, "replayed")),
            Self::Verify(verify) => Ok(told(verify.judge().await, "verified")),
        }
    }
}

/// The exit code tells three answers apart.
fn told(judged: Judged, verb: &str) -> ExitCode {
    match judged.and_then(|(words, is_well)| say(&words).map(|()| is_well).map_err(Into::into)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("This cannot be {verb}: {error}");
            ExitCode::from(UNREADABLE)
        }
    }
}
