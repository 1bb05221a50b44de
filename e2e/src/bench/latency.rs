//! Times of many equal things.

use std::time::Duration;

/// At least one time, ascending.
pub(super) struct Latencies(Vec<Duration>);

impl Latencies {
    /// `None` if there is none.
    pub(super) fn of(mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        (!times.is_empty()).then_some(Self(times))
    }

    /// The time that `percent` of 100 do not exceed, in milliseconds.
    pub(super) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).clamp(1, self.0.len());
        self.0.get(rank - 1).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    /// In milliseconds.
    pub(super) fn p50(&self) -> f64 {
        self.percentile(50)
    }

    /// The slower times, for a note beside the median.
    pub(super) fn tail(&self) -> String {
        let [p95, p99, slowest] = [95, 99, 100].map(|percent| self.percentile(percent));
        format!("p95 {p95:.1} ms, p99 {p99:.1} ms, slowest {slowest:.1} ms of {}", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times = |count: u64| Latencies::of((1..=count).rev().map(Duration::from_millis).collect());
        let of = |count, percent| times(count).map(|times| times.percentile(percent));
        assert_eq!(of(0, 50), None);
        assert_eq!(of(1, 50), Some(1.0));
        assert_eq!(of(4, 50), Some(2.0));
        assert_eq!(of(100, 99), Some(99.0));
        assert_eq!(of(100, 100), Some(100.0));
    }
}
