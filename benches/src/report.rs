//! Turns, medians, lines of a table.

use std::sync::Arc;
use std::time::Duration;

use crate::Options;
use crate::bed::Bed;
use crate::run::{Contender, Outcome, turn};

/// Those compared, each with its name; the first is ours.
pub type Contenders = Vec<(&'static str, Arc<dyn Contender>)>;

/// Prints the head of a table.
pub fn head(title: &str) {
    println!("\n### {title}\n");
    println!("| work | callers | who | per second | p50 ms | p99 ms | ours is × | p99 is ÷ |");
    println!("|---|--:|---|--:|--:|--:|--:|--:|");
}

/// Lets all have their turns, and prints a line for each.
pub async fn compare(
    bed: &Bed,
    work: &str,
    callers: usize,
    options: &Options,
    contenders: &[(&str, Arc<dyn Contender>)],
) {
    let mut outcomes = vec![Vec::new(); contenders.len()];
    for _ in 0..options.rounds {
        for ((_, contender), outcomes) in contenders.iter().zip(&mut outcomes) {
            outcomes.push(turn(bed, contender, callers, Duration::from_secs_f64(options.seconds)).await);
        }
    }
    for ((name, _), theirs) in contenders.iter().zip(&outcomes) {
        line(work, callers, name, &outcomes[0], theirs);
    }
}

fn line(work: &str, callers: usize, name: &str, ours: &[Outcome], theirs: &[Outcome]) {
    let millis = |span: Duration| span.as_secs_f64() * 1000.0;
    let per_second = median(theirs.iter().map(|outcome| outcome.per_second));
    let p50 = median(theirs.iter().map(|outcome| millis(outcome.p50)));
    let p99 = median(theirs.iter().map(|outcome| millis(outcome.p99)));
    let pairs = || ours.iter().zip(theirs);
    let faster = median(pairs().map(|(ours, theirs)| ours.per_second / theirs.per_second));
    let shorter = median(pairs().map(|(ours, theirs)| millis(theirs.p99) / millis(ours.p99)));
    println!(
        "| {work} | {callers} | {name} | {per_second:.0} | {p50:.2} | {p99:.2} | {faster:.2} | {shorter:.1} |"
    );
}

/// The middle one.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
