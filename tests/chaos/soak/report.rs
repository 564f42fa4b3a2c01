//! What is printed of a soak, to be kept with its seed.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::journal::{Journal, listed};
use super::spans::Span;
use super::waits::Waits;
use crate::check::Found;

/// Everything that was found.
pub struct Report {
    pub seed: u64,
    pub seconds: u64,
    pub found: Found,
    pub journal: Journal,
    /// Wrong answers of the mail server.
    pub given: BTreeMap<&'static str, usize>,
    /// Doubles by cause.
    pub causes: BTreeMap<&'static str, usize>,
    pub waits: Waits,
    pub stalls: Vec<Span>,
    pub drained: Duration,
}

/// A table in Markdown.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, seconds, found, journal, given, causes, waits, stalls, drained } = self;
        writeln!(f, "| seed {seed}, {seconds} s | |\n|---|---|")?;
        writeln!(f, "| obligations | {} |", found.obligations())?;
        writeln!(f, "| outcomes | {} |", found.outcomes())?;
        let (doubles, unknown) = (found.doubles(), found.unknown());
        writeln!(f, "| doubles | {doubles} of {unknown} unknown: {} |", listed(causes))?;
        writeln!(f, "| faults | {journal} |")?;
        writeln!(f, "| wrong answers | {} |", listed(given))?;
        writeln!(f, "| waits | {waits} |")?;
        let longest = stalls.iter().map(|(from, until)| until - from).max().unwrap_or_default();
        let longest = Duration::from_micros(longest.unsigned_abs()).as_secs_f64();
        writeln!(f, "| stalls of the machine | {}, the longest {longest:.1} s |", stalls.len())?;
        write!(f, "| drained in | {:.1} s |", drained.as_secs_f64())
    }
}
