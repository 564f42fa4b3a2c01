//! How long something took, in few numbers.

use std::time::Duration;

/// Upper bounds, in seconds; the last is the limit of the final dot.
const BOUNDS: [f64; 10] = [0.005, 0.025, 0.1, 0.5, 2.0, 5.0, 10.0, 30.0, 60.0, 600.0];

/// Spans counted by how long they were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Those within each bound and above the one before.
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    pub(super) fn add(&mut self, span: Duration) {
        let seconds = span.as_secs_f64();
        if let Some(at) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            self.counts[at] += 1;
        }
        self.count += 1;
        self.sum += seconds;
    }

    /// For each bound in seconds, how many were not longer.
    pub fn cumulated(&self) -> impl Iterator<Item = (f64, u64)> {
        let sums = self.counts.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        BOUNDS.into_iter().zip(sums)
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All of them together, in seconds.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_counts_what_is_not_longer() {
        let mut histogram = Histogram::default();
        for millis in [5, 6, 400, 700_000] {
            histogram.add(Duration::from_millis(millis));
        }
        let counts: Vec<_> = histogram.cumulated().map(|(_, count)| count).collect();
        assert_eq!(counts, [1, 2, 2, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!((histogram.count(), histogram.sum()), (4, 700.411));
    }
}
