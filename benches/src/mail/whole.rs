//! From the request to the recorded outcome: all at once, and one at a time.

use std::time::{Duration, Instant};

use rekey_test_support::process::Process;

use crate::ask::{Caller, ask_all};
use crate::report::{at, median};
use crate::sink::Sink;
use crate::site::{Site, stop};
use crate::{Options, people};

/// A process for each role, and `mailers` that send.
async fn crew(site: &Site, mailers: usize, concurrency: usize) -> Vec<Process> {
    let concurrency = concurrency.to_string();
    let mut crew = vec![site.work("issuer", &[]).await, site.work("relay", &[]).await];
    for _ in 0..mailers {
        crew.push(site.work("mailer", &["--concurrency", &concurrency]).await);
    }
    crew
}

/// Mails a second from the first request to the last recorded outcome.
pub async fn flood(options: &Options, mailers: usize) {
    let sink = Sink::start(Duration::ZERO);
    let site = Site::new(&options.rekey, &sink, options.connections, true).await;
    let (api, address) = site.serve().await;
    let crew = crew(&site, mailers, options.concurrency).await;
    let (mut asked, mut ended) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        let usernames = people::register(&site.log, options.mails).await;
        sink.empty();
        site.settle_disk().await;
        let start = Instant::now();
        let asking = async {
            ask_all(address, usernames, options.callers).await;
            start.elapsed()
        };
        let (asking, ()) = tokio::join!(asking, sink.wait_for(options.mails));
        site.settled().await;
        let all = start.elapsed();
        let tally = sink.tally();
        assert_eq!((tally.mails, tally.distinct), (options.mails, options.mails), "each once");
        assert_eq!(site.accepted().await, round * options.mails);
        let rate = |span: Duration| options.mails as f64 / span.as_secs_f64();
        asked.push(rate(asking));
        ended.push(rate(all));
        println!("  round {round}: {:.0} asked/s, {:.0} mails/s", rate(asking), rate(all));
    }
    println!(
        "| end to end, {mailers} mailer(s), {} callers | {:.0} asked/s | {:.0} mails/s |",
        options.callers,
        median(asked),
        median(ended)
    );
    stop(api).await;
    for process in crew {
        stop(process).await;
    }
}

/// From a request to the 250 for it, while nothing else is asked.
pub async fn idle(options: &Options) {
    let sink = Sink::start(Duration::ZERO);
    let site = Site::new(&options.rekey, &sink, options.connections, true).await;
    let (api, address) = site.serve().await;
    let crew = crew(&site, 1, options.concurrency).await;
    let mut caller = Caller::connect(address).await;
    let mut spans = Vec::new();
    for (nth, username) in people::register(&site.log, options.idle + 1).await.iter().enumerate() {
        sink.empty();
        let start = Instant::now();
        caller.ask(username, nth).await;
        sink.wait_for(1).await;
        // The first one finds the connections not made yet.
        if nth > 0 {
            spans.push(sink.tally().last.duration_since(start).as_secs_f64() * 1000.0);
        }
        site.settled().await;
        tokio::time::sleep(Duration::from_millis(20 + nth as u64 % 100)).await;
    }
    println!(
        "| idle, request to 250, {} mails | p50 {:.1} ms | p99 {:.1} ms | longest {:.1} ms |",
        options.idle,
        at(&spans, 0.5),
        at(&spans, 0.99),
        at(&spans, 1.0)
    );
    stop(api).await;
    for process in crew {
        stop(process).await;
    }
}
