//! Measures rekey's log against its peers (postgres-es, sqlite-es) and against
//! bare inserts; `docs/performance.md` shows the figures and how to read them.
//!
//! What is compared runs in turns, several times; the figures are medians, the
//! ratios medians of the ratios of neighbouring runs.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell but where")]

mod bare;
mod bed;
mod ours;
mod peers;
mod report;
mod run;
mod subjects;
mod table;
mod work;

use clap::{Parser, Subcommand, ValueEnum};

use bed::Bed;
use work::Kept;

/// What to measure, and how long.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    what: What,
    /// On which database; on both when not given.
    #[arg(long, global = true)]
    database: Option<Kind>,
    /// How many callers at a time.
    #[arg(long, global = true, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    callers: Vec<usize>,
    /// How often each contender has its turn.
    #[arg(long, global = true, default_value_t = 5)]
    rounds: usize,
    /// How long a turn lasts at most.
    #[arg(long, global = true, default_value_t = 3.0)]
    seconds: f64,
    /// Only workloads whose name contains this.
    #[arg(long, global = true, default_value = "")]
    only: String,
    /// Only rekey, to look at it with a profiler.
    #[arg(long, global = true)]
    alone: bool,
    /// Connections of the peers' pools.
    #[arg(long, global = true)]
    pool: Option<u32>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// Load, decide, append: events alone.
    Commands,
    /// The same, where the commands are those of [`Self::Views`].
    Links,
    /// With views and mails kept.
    Views,
    /// Appends alone, against inserts.
    Appends,
    /// Appends to an empty, a full and an emptied table.
    Table,
    /// All of it.
    All,
}

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Postgres,
    Sqlite,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    for kind in [Kind::Postgres, Kind::Sqlite] {
        if options.database.is_none_or(|wanted| wanted == kind) {
            measure(&Bed::new(kind).await, &options).await;
        }
    }
}

async fn measure(bed: &Bed, options: &Options) {
    if matches!(options.what, What::Commands | What::All) {
        work::measure(bed, options, Kept::SignIns).await;
    }
    if matches!(options.what, What::Links | What::All) {
        work::measure(bed, options, Kept::Links).await;
    }
    if matches!(options.what, What::Views | What::All) {
        work::measure(bed, options, Kept::LinksInViews).await;
    }
    if matches!(options.what, What::Appends | What::All) {
        bare::measure(bed, options).await;
    }
    if matches!(options.what, What::Table | What::All) {
        table::measure(bed, options).await;
    }
    bed.report_wal();
}
