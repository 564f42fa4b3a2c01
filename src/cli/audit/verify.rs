//! `rekey audit verify`.

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use rekey_events::seal::VerifierKey;

use super::DatabaseArgs;
use super::progress::Progress;
use crate::audit::verify::{Report, Trust, database, export};

/// The exit code when nothing can be said: the export, a key or a checkpoint is none.
const UNREADABLE: u8 = 2;

/// What, and against what.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    database: DatabaseArgs,
    /// An export; without it, the database.
    export: Option<PathBuf>,
    /// The public key of the seal, `NAME+HASH+KEY`, or a file that holds it; one for each epoch.
    #[arg(long = "key", value_name = "KEY", required = true)]
    keys: Vec<String>,
    /// A checkpoint from earlier that was kept elsewhere: a file. Proves that nothing was cut off since.
    #[arg(long, value_name = "CHECKPOINT")]
    since: Vec<PathBuf>,
}

impl Verify {
    /// The exit code tells three answers apart.
    pub(super) async fn run(self) -> ExitCode {
        match self.judge().await {
            Ok(report) => {
                print!("{}", told(&report));
                if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(error) => {
                eprintln!("This cannot be verified: {error}");
                ExitCode::from(UNREADABLE)
            }
        }
    }

    async fn judge(self) -> Result<Report, Box<dyn Error>> {
        let trust = self.trust()?;
        let progress = Progress::new(None);
        let report = match &self.export {
            Some(path) => {
                let file = File::open(path).map_err(|error| named(path, &error))?;
                export(file, &trust, |position| progress.reached(position))?
            }
            None => {
                let store = self.database.open().await?;
                let report = database(&store, &trust, |position, of| progress.at(position, of)).await;
                store.close().await;
                report?
            }
        };
        progress.end();
        Ok(report)
    }

    fn trust(&self) -> Result<Trust, Box<dyn Error>> {
        let keys = self.keys.iter().map(|key| parse(key)).collect::<Result<_, _>>()?;
        let read = |path: &PathBuf| {
            let note = std::fs::read_to_string(path).map_err(|error| named(path, &error))?;
            Ok((path.display().to_string(), note))
        };
        let since = self.since.iter().map(read).collect::<Result<_, String>>()?;
        Ok(Trust { keys, since })
    }
}

/// A key as it is, or out of a file.
fn parse(key: &str) -> Result<VerifierKey, Box<dyn Error>> {
    if key.contains('+') {
        return Ok(key.parse()?);
    }
    let text = std::fs::read_to_string(key).map_err(|error| named(Path::new(key), &error))?;
    Ok(text.trim().parse()?)
}

fn named(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

fn told(report: &Report) -> String {
    let Report { log, events, checkpoints, sealed, flaws } = report;
    let mut text = format!("log {log}: {events} events, {checkpoints} checkpoints that hold\n");
    for flaw in flaws {
        text += &format!("WRONG: {flaw}\n");
    }
    if !flaws.is_empty() {
        text += &format!("Not verified. Up to position {sealed} all is as it was signed.\n");
    } else if report.is_well() {
        text += &format!(
            "Verified: nothing up to position {sealed} was altered, removed, reordered or cut off.\n"
        );
        text += &match events - sealed {
            0 => String::new(),
            more => format!("{more} events came after the last checkpoint: nobody vouches for them yet.\n"),
        };
    } else {
        text += "Not verified: no checkpoint by this key came with the log, so nobody vouches for it.\n";
    }
    text
}
