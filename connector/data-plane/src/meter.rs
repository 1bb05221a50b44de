//! Counts the bytes of one exchange and says, once, how it ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the bytes that leave towards the consumer, and reports the end of the exchange exactly once: when the last
/// byte was handed over, when it failed, or when the consumer went away.
#[must_use]
pub struct Meter {
    bytes: u64,
    counter: Option<Arc<AtomicU64>>,
    report: Option<Box<dyn FnOnce(Ended)>>,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Bytes of body that were handed over.
    pub bytes: u64,
    /// Whether that is all there was.
    pub outcome: Outcome,
}

/// Whether an exchange reached its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The whole answer was handed over.
    Complete,
    /// The consumer went away, or the server was stopped, before the end.
    Abandoned,
    /// It failed; the stable code of the [`PullError`](crate::pull::PullError).
    Failed(&'static str),
}

impl Meter {
    /// A meter that calls `report` once at the end.
    pub fn new(report: impl FnOnce(Ended) + 'static) -> Self {
        Self { bytes: 0, counter: None, report: Some(Box::new(report)) }
    }

    /// A meter that nobody reads.
    pub fn ignored() -> Self {
        Self { bytes: 0, counter: None, report: None }
    }

    /// Also adds to `counter` while the exchange runs, for progress that others may watch.
    pub fn with_counter(mut self, counter: Arc<AtomicU64>) -> Self {
        self.counter = Some(counter);
        self
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if let Some(counter) = &self.counter {
            counter.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    pub(crate) fn end(&mut self, outcome: Outcome) {
        if let Some(report) = self.report.take() {
            report(Ended { bytes: self.bytes, outcome });
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end(Outcome::Abandoned);
    }
}
