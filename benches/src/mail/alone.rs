//! The mailer alone: so many mails are owed; it claims, renders, sends, records.
//! Against Postfix's `smtp-source`, which does nothing but send.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::report::median;
use crate::sink::Sink;
use crate::site::{Site, stop};
use crate::{Options, people};

/// Turns of `mailers` of ours and of `smtp-source`, into the same sink.
pub async fn fast(options: &Options, mailers: usize) {
    let sink = Sink::start(Duration::ZERO);
    let site = Site::new(&options.rekey, &sink, options.connections, options.bus).await;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        let rate = turn(&site, &sink, options, mailers, options.mails).await;
        let bytes = sink.tally().bytes;
        ours.push(rate);
        if let Some(program) = &options.smtp_source {
            let limit = source(program, &sink, options, mailers, bytes).await;
            theirs.push(limit);
            ratios.push(rate / limit);
            println!("  round {round}: {rate:.0}/s, smtp-source {limit:.0}/s, mails of {bytes} bytes");
        } else {
            println!("  round {round}: {rate:.0}/s");
        }
    }
    let at_once = mailers * options.connections;
    print!("| {mailers} mailer(s), {at_once} connections | {:.0}/s |", median(ours));
    if !theirs.is_empty() {
        print!(" smtp-source {:.0}/s | {:.2} |", median(theirs), median(ratios));
    }
    println!();
}

/// Into a server that takes 100 ms for each mail: how much more four do than one.
pub async fn slow(options: &Options) {
    let sink = Sink::start(Duration::from_millis(100));
    let site = Site::new(&options.rekey, &sink, options.connections, options.bus).await;
    let mut rates = [Vec::new(), Vec::new(), Vec::new()];
    let mut ratios = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..options.rounds {
        let mut one = 0.0;
        for (at, mailers) in [1, 2, 4].into_iter().enumerate() {
            // As long for each: five seconds.
            let mails = mailers * options.connections * 50;
            let rate = turn(&site, &sink, options, mailers, mails).await;
            if at == 0 {
                one = rate;
            }
            rates[at].push(rate);
            ratios[at].push(rate / one);
        }
    }
    for ((mailers, rates), ratios) in [1, 2, 4].iter().zip(rates).zip(ratios) {
        println!("| 100 ms a mail, {mailers} mailer(s) | {:.0}/s | {:.2} |", median(rates), median(ratios));
    }
}

/// Mails a second from the first 250 to the last recorded outcome.
async fn turn(site: &Site, sink: &Sink, options: &Options, mailers: usize, mails: usize) -> f64 {
    let before = site.accepted().await;
    people::owe(&site.log, mails).await;
    sink.empty();
    site.settle_disk().await;
    let relay = if options.bus { Some(site.work("relay", &[]).await) } else { None };
    let concurrency = options.concurrency.to_string();
    let more = ["--concurrency", &concurrency];
    let crew = futures::future::join_all((0..mailers).map(|_| site.work("mailer", &more))).await;
    sink.wait_for(mails).await;
    site.settled().await;
    let end = Instant::now();
    let tally = sink.tally();
    assert_eq!((tally.mails, tally.distinct), (mails, mails), "each once");
    assert_eq!(site.accepted().await, before + mails);
    for process in crew.into_iter().chain(relay) {
        stop(process).await;
    }
    mails as f64 / end.duration_since(tally.first).as_secs_f64()
}

/// The same number of mails of the same size over as many kept connections, by `smtp-source`.
async fn source(program: &Path, sink: &Sink, options: &Options, mailers: usize, bytes: usize) -> f64 {
    sink.empty();
    let sessions = (mailers * options.connections).to_string();
    // What it is given as the length is the body's: its headers are some 200 bytes.
    let (mails, length) = (options.mails.to_string(), bytes.saturating_sub(200).to_string());
    let mut command = Command::new(program);
    command.args(["-d", "-s", &sessions, "-m", &mails, "-l", &length]);
    command.args(["-f", "noreply@example.org", "-t", "person@example.org", &sink.address.to_string()]);
    // Unpacked by hand, its libraries are beside it.
    command.env("LD_LIBRARY_PATH", program.with_file_name("../lib/postfix"));
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    sink.wait_for(options.mails).await;
    assert!(child.wait().await.unwrap().success());
    let tally = sink.tally();
    assert_eq!(tally.mails, options.mails);
    assert!(tally.bytes.abs_diff(bytes) < bytes / 20, "{} bytes a mail, ours {bytes}", tally.bytes);
    options.mails as f64 / tally.last.duration_since(tally.first).as_secs_f64()
}
