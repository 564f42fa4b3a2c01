//! Measures pages of the list of accounts among a hundred and among a hundred
//! thousand: what does not depend on their number has a ratio of 1.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to tell but where")]

mod pages;
mod people;
mod served;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use rekey_events::store::Store;
use rekey_events::store::accounts::AccountQuery;
use rekey_test_support::postgres::Postgres;
use uuid::Uuid;

use people::People;
use served::Served;

/// What to measure, and how often.
#[derive(Debug, Parser)]
struct Options {
    /// On which database; on both when not given.
    #[arg(long)]
    database: Option<Kind>,
    /// How often each page is read.
    #[arg(long, default_value_t = 300)]
    rounds: usize,
    /// Accounts in the small and in the large database.
    #[arg(long, value_delimiter = ',', num_args = 2, default_values_t = [100, 100_000])]
    accounts: Vec<usize>,
    /// Accounts on a page.
    #[arg(long, default_value_t = 50)]
    limit: i64,
    /// The program, to measure the page that an administrator gets, too: `target/release/rekey`.
    #[arg(long)]
    program: Option<PathBuf>,
}

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
            measure(kind, &options).await;
        }
    }
}

async fn measure(kind: Kind, options: &Options) {
    let folder = tempfile::tempdir().unwrap();
    let server = if kind == Kind::Postgres { Some(Postgres::start_durable().await) } else { None };
    let mut sites = Vec::new();
    let mut urls = Vec::new();
    for many in &options.accounts {
        let url = match &server {
            Some(server) => server.database("users").await,
            None => format!("sqlite:{}", folder.path().join(format!("{many}.db")).display()),
        };
        let store = Store::open(&url).await.unwrap();
        store.migrate(Uuid::from_u128(7)).await.unwrap();
        let people = People::put(&store, *many).await;
        sites.push((store, people));
        urls.push(url);
    }
    let [small, large] = &sites[..] else { panic!("two databases") };
    println!("\n### Pages of {} accounts, {kind:?}\n", options.limit);
    println!("| page | of {}, ms | of {}, ms | ratio | accounts on them |", small.1.len(), large.1.len());
    println!("|---|--:|--:|--:|--:|");
    for (name, page) in pages::all() {
        let query = |people: &People, nth| AccountQuery { limit: options.limit, ..page(people, nth) };
        let mut spans = Vec::new();
        let mut counts = (0, 0);
        for nth in 0..options.rounds + 20 {
            let (of_small, of_large) = (query(&small.1, nth), query(&large.1, nth));
            let pair = (read(&small.0, &of_small).await, read(&large.0, &of_large).await);
            counts = (pair.0.1, pair.1.1);
            spans.push((millis(pair.0.0), millis(pair.1.0)));
        }
        // Connections, caches and plans are made in the first ones.
        report(&name, &spans[20..], counts);
    }
    let Some(program) = &options.program else { return };
    for (store, _) in sites {
        store.close().await;
    }
    let small = Served::on(&urls[0], program).await;
    let large = Served::on(&urls[1], program).await;
    println!("\n### The page of users over HTTP, {kind:?}\n");
    println!(
        "| page | of {}, ms | of {}, ms | ratio | users on them |",
        options.accounts[0], options.accounts[1]
    );
    println!("|---|--:|--:|--:|--:|");
    for (name, query) in served::QUERIES {
        let mut spans = Vec::new();
        let mut counts = (0, 0);
        for _ in 0..options.rounds + 20 {
            let pair = (small.page(query).await, large.page(query).await);
            counts = (pair.0.1, pair.1.1);
            spans.push((millis(pair.0.0), millis(pair.1.0)));
        }
        report(name, &spans[20..], counts);
    }
}

/// How long it took, and how many accounts are on the page.
async fn read(store: &Store, query: &AccountQuery) -> (Duration, usize) {
    let start = Instant::now();
    let page = store.list_accounts(query).await.unwrap();
    (start.elapsed(), page.accounts.len())
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

fn report(name: &str, spans: &[(f64, f64)], (few, many): (usize, usize)) {
    let small = median(spans.iter().map(|(small, _)| *small));
    let large = median(spans.iter().map(|(_, large)| *large));
    let ratio = median(spans.iter().map(|(small, large)| large / small));
    println!("| {name} | {small:.2} | {large:.2} | {ratio:.2} | {few}, {many} |");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
