//! Measures how quickly the whole log is verified and replayed, against the quickest way to read the same rows: a
//! binary COPY on PostgreSQL, sqlx's own rows on SQLite.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell but where")]

mod lives;
mod rebuild;
mod yardstick;

use std::time::Instant;

use clap::{Parser, ValueEnum};
use rekey_events::seal::Verification;
use rekey_events::store::Store;
use rekey_test_support::postgres::Postgres;
use uuid::Uuid;

/// The id of the log.
const LOG: Uuid = Uuid::from_u128(7);

/// What to measure, and how often.
#[derive(Debug, Parser)]
struct Options {
    /// On which database; on both when not given.
    #[arg(long)]
    database: Option<Kind>,
    /// Events in the log.
    #[arg(long, default_value_t = 1_000_000)]
    events: i64,
    /// How often each has its turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Keep the SQLite file here, to try `rekey audit` on it.
    #[arg(long)]
    keep: Option<std::path::PathBuf>,
    /// Rebuild the views instead, with this program: `cargo build --release --bin rekey --target-dir benches/target`.
    #[arg(long, value_name = "PROGRAM")]
    rebuild: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Postgres,
    Sqlite,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    if options.rebuild.is_none() {
        head(&options);
    }
    for kind in [Kind::Postgres, Kind::Sqlite] {
        if options.database.is_none_or(|wanted| wanted == kind) {
            measure(kind, &options).await;
        }
    }
}

fn head(options: &Options) {
    println!(
        "| {} events | yardstick | verify | replay | verify : yardstick | replay : verify |",
        options.events
    );
    println!("|---|--:|--:|--:|--:|--:|");
}

async fn measure(kind: Kind, options: &Options) {
    let folder = tempfile::tempdir().unwrap();
    let server = if kind == Kind::Postgres { Some(Postgres::start().await) } else { None };
    let file = options.keep.clone().unwrap_or_else(|| folder.path().join("log.db"));
    let url = match &server {
        Some(server) => server.database("history").await,
        None => format!("sqlite:{}", file.display()),
    };
    let store = Store::open(&url).await.unwrap();
    store.migrate(LOG).await.unwrap();
    lives::live(&store, options.events).await;
    if let Some(program) = &options.rebuild {
        println!("{kind:?}");
        return rebuild::measure(program, &store, &url).await;
    }
    let end = store.last_position().await.unwrap();
    let (mut read, mut verified, mut replayed) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=options.rounds {
        let begun = Instant::now();
        let rows = match kind {
            Kind::Postgres => yardstick::copy(&url).await,
            Kind::Sqlite => yardstick::rows(&url).await,
        };
        let after_reading = begun.elapsed();
        assert_eq!(rows, end);
        let begun = Instant::now();
        verify(&store, end).await;
        let after_verifying = begun.elapsed();
        let begun = Instant::now();
        let mut rows = 0;
        store.replay(end, |_, step| rows += step.after.len()).await.unwrap();
        assert!(rows > 0);
        // The first round finds the caches cold.
        if round > 0 {
            let rate = |span: std::time::Duration| end as f64 / span.as_secs_f64() / 1000.0;
            read.push(rate(after_reading));
            verified.push(rate(after_verifying));
            replayed.push(rate(begun.elapsed()));
        }
    }
    let ratio =
        |these: &[f64], those: &[f64]| median(these.iter().zip(those).map(|(one, other)| one / other));
    let (faster, half) = (ratio(&verified, &read), ratio(&replayed, &verified));
    let rate = |rates: Vec<f64>| format!("{:.0} k/s", median(rates.into_iter()));
    println!(
        "| {kind:?} | {} | {} | {} | {faster:.2} | {half:.2} |",
        rate(read),
        rate(verified),
        rate(replayed)
    );
}

async fn verify(store: &Store, end: i64) {
    let (mut verification, mut flaws) = (Verification::new(LOG, []), Vec::new());
    let mut scan = store.scan(0, end);
    while let Some(batch) = scan.next().await.unwrap() {
        batch.iter().for_each(|event| verification.take(event, &mut flaws));
    }
    assert_eq!((flaws, verification.tree().size()), (Vec::new(), end.cast_unsigned()));
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
