//! `rekey audit verify`.

use std::error::Error;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use rekey_events::Moment;
use rekey_events::seal::NoteError;

use super::Judged;
use crate::audit::line::EventLine;
use crate::audit::proof::{Proven, check, is_proof};
use crate::audit::verify::{Report, Trust, VerifyError, Witnessed, database, export};
use crate::cli::database::DatabaseArgs;
use crate::cli::progress::Progress;
use crate::mails::words;
use crate::text_file::read_text;

/// What is said when witnesses were to vouch, and one does not.
const UNWITNESSED: &str = "Not verified: a witness does not vouch for it.";

/// What, and against what.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    database: DatabaseArgs,
    /// An export, or the proof of one event; without it, the database is verified.
    export: Option<PathBuf>,
    /// The public key of the seal, `NAME+HASH+KEY`, or a file that holds it; one for each epoch.
    #[arg(long = "key", value_name = "KEY", required = true)]
    keys: Vec<String>,
    /// A checkpoint from earlier that was kept elsewhere: a file. Proves that nothing was cut off since.
    #[arg(long, value_name = "CHECKPOINT")]
    since: Vec<PathBuf>,
    /// The public key of a witness, or a file that holds it: the newest checkpoint must carry its cosignature.
    #[arg(long = "witness", value_name = "KEY")]
    witnesses: Vec<String>,
}

impl Verify {
    /// What was found, in words, and whether all is well.
    pub(super) async fn judge(self) -> Judged {
        let trust = self.trust()?;
        let report = match &self.export {
            Some(path) => {
                let mut file = File::open(path).map_err(|error| named(path, &error))?;
                if begins_as_proof(&mut file)? {
                    if !trust.since.is_empty() {
                        return Err("--since is for a whole log, and this is the proof of one event".into());
                    }
                    return prove(&read(path)?, &trust);
                }
                let progress = Progress::count();
                export(file, &trust, move |position| progress.reached(position))?
            }
            None => {
                let store = self.database.open_to_read().await?;
                let progress = Progress::bar();
                let report = database(&store, &trust, move |position, of| progress.at(position, of)).await;
                store.close().await;
                report?
            }
        };
        Ok((told(&report), report.is_well()))
    }

    fn trust(&self) -> Result<Trust, Box<dyn Error>> {
        let keys = self.keys.iter().map(|key| parse(key)).collect::<Result<_, _>>()?;
        let witnesses = self.witnesses.iter().map(|key| parse(key)).collect::<Result<_, _>>()?;
        // Mail programs may save a note with line ends of their own.
        let named = |path: &PathBuf| Ok((path.display().to_string(), read(path)?.replace("\r\n", "\n")));
        let since = self.since.iter().map(named).collect::<Result<_, String>>()?;
        Ok(Trust { keys, since, witnesses })
    }
}

/// A key as it is, or out of a file.
fn parse<K: FromStr<Err = NoteError>>(key: &str) -> Result<K, Box<dyn Error>> {
    if key.contains('+') {
        return Ok(key.parse()?);
    }
    Ok(read(Path::new(key))?.trim().parse()?)
}

/// Looks at how a file begins, and goes back.
fn begins_as_proof(file: &mut File) -> std::io::Result<bool> {
    let mut begins = [0; 32];
    let many = file.read(&mut begins)?;
    file.rewind()?;
    Ok(is_proof(&begins[..many]))
}

/// A proof that does not hold is told as such; one that cannot be read is an error.
fn prove(text: &str, trust: &Trust) -> Judged {
    match check(text, trust) {
        Ok(Proven { log, event, checkpoint, witnesses }) => {
            let EventLine { position, r#type, id, time, payload, .. } = event;
            let when = words::time(Moment::from_micros(time));
            let size = checkpoint.size;
            let text = format!("log {log}: event {id} at position {position}, {type}, {when}\n{payload}\n");
            let is_well = witnesses.iter().all(|witness| witness.at.is_ok());
            let verdict = if is_well {
                format!("Verified: it is in the log as it was signed when it had {size} events.\n")
            } else {
                format!("{UNWITNESSED} It is in the log as it was signed when it had {size} events.\n")
            };
            Ok((text + &cosigned(&witnesses) + &verdict, is_well))
        }
        Err(error @ VerifyError::Proof(_)) => Ok((format!("WRONG: {error}\n"), false)),
        Err(error) => Err(error.into()),
    }
}

fn read(path: &Path) -> Result<String, String> {
    read_text(path).map_err(|error| named(path, &error))
}

fn named(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

fn told(report: &Report) -> String {
    let Report { log, events, checkpoints, strange, sealed, flaws, witnesses } = report;
    let mut text = format!("log {log}: {}, {}", many(events, "event"), many(checkpoints, "checkpoint"));
    text += if *checkpoints == 1 { " that holds\n" } else { " that hold\n" };
    if *strange > 0 {
        text += &format!("{} that no key given has signed: not counted.\n", many(strange, "checkpoint"));
    }
    for flaw in flaws {
        text += &format!("WRONG: {flaw}\n");
    }
    text += &cosigned(witnesses);
    if !flaws.is_empty() {
        text += &format!("Not verified. Up to position {sealed} all is as it was signed.\n");
    } else if *sealed == 0 {
        text += "Not verified: no checkpoint by this key came with the log, so nobody vouches for it.\n";
    } else if !report.is_well() {
        text += &format!("{UNWITNESSED} Up to position {sealed} all is as it was signed.\n");
    } else {
        text += &format!(
            "Verified: nothing up to position {sealed} was altered, removed, reordered or cut off.\n"
        );
        text += &match events - sealed {
            0 => String::new(),
            more => format!(
                "{} came after the last checkpoint: nobody vouches for that yet.\n",
                many(&more, "event")
            ),
        };
    }
    text
}

/// One event, two events.
fn many(count: &impl ToString, what: &str) -> String {
    let count = count.to_string();
    let ending = if count == "1" { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// What witnesses say of the newest checkpoint, a line each.
fn cosigned(witnesses: &[Witnessed]) -> String {
    let line = |Witnessed { by, size, at }: &Witnessed| match at {
        Ok(seconds) => {
            let when = words::time(Moment::from_micros(seconds.cast_signed().saturating_mul(1_000_000)));
            format!("Cosigned: {by} says that the first {size} events continued all it had seen, {when}.\n")
        }
        Err(error) => {
            format!("WRONG: the newest checkpoint, of {size} events, is not cosigned by {by}: {error}\n")
        }
    };
    witnesses.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rekey_events::seal::{SigningKey, VerifierKey};

    use super::*;
    use crate::text_file::tests::as_saved;

    #[test]
    fn a_key_in_a_file_is_read_however_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seal.key.pub");
        let key = SigningKey::new("login.example.org/log", [1; 32]).unwrap().verifier();
        for saved in as_saved(&key.to_string()) {
            fs::write(&file, &saved).unwrap();
            assert_eq!(parse::<VerifierKey>(file.to_str().unwrap()).unwrap(), key, "{saved:?}");
        }
    }
}
