//! Measures mails through the real program, in processes of its own: end to
//! end, the mailer alone, and from idle. `docs/performance.md` shows the
//! figures and how to get `smtp-source`, which is the limit.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell but where")]

mod alone;
mod ask;
mod people;
mod report;
mod sink;
mod site;
mod whole;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// What to measure, and how much of it.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    what: What,
    /// The program: `cargo build --release --bin rekey --target-dir benches/target` puts it beside this one.
    #[arg(long, global = true, default_value_os_t = beside())]
    rekey: PathBuf,
    /// Postfix's `smtp-source`; without it there is no limit to compare with.
    #[arg(long, global = true)]
    smtp_source: Option<PathBuf>,
    /// Mails in a turn.
    #[arg(long, global = true, default_value_t = 10_000)]
    mails: usize,
    /// Mails in a turn from idle.
    #[arg(long, global = true, default_value_t = 300)]
    idle: usize,
    /// Callers that ask for links side by side.
    #[arg(long, global = true, default_value_t = 64)]
    callers: usize,
    /// How many mailers.
    #[arg(long, global = true, value_delimiter = ',', default_values_t = [1, 2, 4])]
    mailers: Vec<usize>,
    /// Connections of a mailer to the mail server.
    #[arg(long, global = true, default_value_t = 16)]
    connections: usize,
    /// Mails that a mailer works on at a time: some wait for a connection, or for their record.
    #[arg(long, global = true, default_value_t = 64)]
    concurrency: usize,
    /// Mailers alone are told by the bus, too.
    #[arg(long, global = true)]
    bus: bool,
    /// How often each has its turn.
    #[arg(long, global = true, default_value_t = 3)]
    rounds: usize,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// From the request to the recorded outcome.
    Whole,
    /// The mailer alone, against `smtp-source`.
    Alone,
    /// The mailer alone, into a server that takes 100 ms for a mail.
    Slow,
    /// One request at a time, until its 250.
    Idle,
    /// All of it.
    All,
}

fn beside() -> PathBuf {
    std::env::current_exe().map_or_else(|_| PathBuf::from("rekey"), |own| own.with_file_name("rekey"))
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let does = |what: fn(&What) -> bool| what(&options.what) || matches!(options.what, What::All);
    for mailers in options.mailers.iter().copied().filter(|_| does(|what| matches!(what, What::Whole))) {
        whole::flood(&options, mailers).await;
    }
    for mailers in options.mailers.iter().copied().filter(|_| does(|what| matches!(what, What::Alone))) {
        alone::fast(&options, mailers).await;
    }
    if does(|what| matches!(what, What::Slow)) {
        alone::slow(&options).await;
    }
    if does(|what| matches!(what, What::Idle)) {
        whole::idle(&options).await;
    }
}
