//! What is counted while the connector works, and how it is added up: traffic in slots, durations in a histogram. Numbers
//! only; what counts them is [`Recorder`](crate::worker::recorder::Recorder).
//!
//! The histogram's buckets grow by the fourth root of two. A percentile is told as the geometric middle of its bucket, and so
//! is off by at most 9.1 % of the true value.

use std::collections::BTreeMap;

/// A slot of traffic over all partners, in milliseconds.
pub const SHORT: i64 = 5 * 60 * 1000;
/// A slot of traffic per partner, and of latency, in milliseconds.
pub const HOUR: i64 = 3_600_000;

/// The last bucket: about 77 minutes, and all beyond.
const LAST: i64 = 128;
/// Buckets for each doubling.
const PER_DOUBLING: f64 = 4.0;
/// In place of a bucket: it failed, and how long that took says nothing.
pub const FAILED: i64 = -1;

/// The beginning of the slot in which `at` is. All in milliseconds since the epoch.
pub fn slot(at: i64, step: i64) -> i64 {
    at - at.rem_euclid(step)
}

/// The bucket of a duration: the smallest `k` with `micros <= 2^(k/4)`.
pub fn bucket(micros: u64) -> i64 {
    let exact = (micros.max(1) as f64).log2() * PER_DOUBLING;
    // An exact power must not go up a bucket by a rounding error.
    ((exact - 1e-9).ceil() as i64).clamp(0, LAST)
}

/// The upper bound of a bucket, in microseconds.
pub fn upper_bound(bucket: i64) -> f64 {
    (bucket as f64 / PER_DOUBLING).exp2()
}

/// Durations, by bucket, and what failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: BTreeMap<i64, i64>,
    failed: i64,
}

impl Histogram {
    /// Adds as many to a bucket, or to what failed.
    pub fn add(&mut self, bucket: i64, count: i64) {
        if bucket == FAILED {
            self.failed += count;
        } else {
            *self.counts.entry(bucket).or_default() += count;
        }
    }

    /// How many were counted, with those that failed.
    pub fn count(&self) -> i64 {
        self.counts.values().sum::<i64>() + self.failed
    }

    /// How many failed.
    pub fn failed(&self) -> i64 {
        self.failed
    }

    /// The duration in milliseconds that this part (0 to 1) of what did not fail did not exceed; none if nothing was counted.
    pub fn percentile(&self, part: f64) -> Option<f64> {
        let all: i64 = self.counts.values().sum();
        let rank = ((all as f64 * part).ceil() as i64).max(1);
        let mut seen = 0;
        let found = self.counts.iter().find(|(_, count)| {
            seen += **count;
            seen >= rank
        });
        found.map(|(bucket, _)| upper_bound(*bucket) / (0.5 / PER_DOUBLING).exp2() / 1000.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_duration_lies_within_its_bucket() {
        for micros in (1..2_000).chain([1 << 20, (1 << 20) + 1, 3_600_000_000, u64::MAX]) {
            let bucket = bucket(micros);
            let fits = micros as f64 <= upper_bound(bucket) * (1.0 + 1e-9);
            assert!(fits || bucket == LAST, "{micros} in {bucket}");
            assert!(bucket == 0 || micros as f64 > upper_bound(bucket - 1), "{micros} in {bucket}");
        }
    }

    #[test]
    fn percentiles_are_off_by_less_than_a_tenth() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(0.5), None);
        for micros in 1..=100_000_u64 {
            histogram.add(bucket(micros), 1);
        }
        histogram.add(FAILED, 5);
        assert_eq!((histogram.count(), histogram.failed()), (100_005, 5));
        for (part, exact) in [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)] {
            let told = histogram.percentile(part).unwrap();
            assert!((told / exact - 1.0).abs() < 0.1, "p{part}: {told} for {exact}");
        }
    }

    #[test]
    fn slots_begin_at_whole_steps() {
        assert_eq!([slot(0, SHORT), slot(SHORT - 1, SHORT), slot(SHORT, SHORT)], [0, 0, SHORT]);
        assert_eq!(slot(-1, HOUR), -HOUR);
    }
}
