//! Telling people and programs.

use std::error::Error;
use std::io::{self, Write};

use serde::Serialize;

/// Writes the text, unless nobody reads it any more.
pub(super) fn say(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        said => said,
    }
}

/// The same, as JSON.
pub(super) fn say_json(value: &impl Serialize) -> Result<(), Box<dyn Error>> {
    Ok(say(&json(value)?)?)
}

/// The value, as programs read it.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
