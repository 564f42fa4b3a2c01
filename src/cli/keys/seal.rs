//! The key of the seal over the log.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rekey_events::Env;
use rekey_events::env::random;
use rekey_events::seal::{SigningKey, VerifierKey, origin};

/// The first epoch of a log.
const FIRST: i32 = 1;

/// Makes a key of that name in a new file, and beside it (`.pub`) its public half for the log's first epoch.
pub(crate) fn generate(env: &dyn Env, name: &str, file: &Path) -> Result<VerifierKey, Box<dyn Error>> {
    let key = SigningKey::new(name, random(env))?;
    let verifier = key.named(&origin(name, FIRST))?.verifier();
    write(file, 0o600, &key.expose())?;
    write(&public(file), 0o644, &verifier.to_string())?;
    Ok(verifier)
}

/// Where the public half is.
fn public(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

fn write(file: &Path, mode: u32, text: &str) -> Result<(), Box<dyn Error>> {
    let made = File::options().write(true).create_new(true).mode(mode).open(file);
    let mut made = made.map_err(|error| format!("{} cannot be made: {error}", file.display()))?;
    writeln!(made, "{text}")?;
    Ok(made.sync_all()?)
}
