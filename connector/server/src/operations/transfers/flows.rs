//! What moves under transfers right now: how far it is, and how fast.
//!
//! Nothing here is durable. What has moved is in the transfer's row; this is the part that is not there yet, because it is on
//! its way.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use moka::sync::Cache;

/// Transfers of which it is known what moves.
const TRANSFERS: u64 = 10_000;
/// A transfer of which nothing was moved or asked for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(600);
/// The speed is that of the last seconds.
const WINDOW: Duration = Duration::from_secs(5);
/// Times at which it was asked how far a transfer is.
const SAMPLES: usize = 64;
/// What has ended is in the row so much later at most.
const RECORDED: Duration = Duration::from_secs(2);
/// A length that is not known.
const UNKNOWN: u64 = u64::MAX;

/// What moves, by transfer.
#[derive(Debug)]
pub struct Flows {
    kept: Cache<String, Arc<Flow>>,
}

/// What moves under one transfer.
#[derive(Debug, Default)]
struct Flow {
    streams: Mutex<Vec<Weak<Stream>>>,
    /// When the last one ended.
    ended: Mutex<Option<Instant>>,
    seen: Mutex<Seen>,
}

/// How far a transfer was when that was asked.
#[derive(Debug, Default)]
struct Seen {
    samples: VecDeque<(Instant, u64)>,
    told: Option<(Instant, u64)>,
}

/// One body on its way. It counts as long as somebody holds it.
#[derive(Debug)]
pub struct Stream {
    flow: Arc<Flow>,
    begun: Instant,
    done: Arc<AtomicU64>,
    length: AtomicU64,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes so far.
    pub bytes: u64,
    /// Bytes in the end, where everything under way says its length.
    pub total: Option<u64>,
    /// Bytes in a second, over the last few.
    pub per_second: u64,
    /// Whether anything moves.
    pub under_way: bool,
}

impl Default for Flows {
    fn default() -> Self {
        Self { kept: Cache::builder().max_capacity(TRANSFERS).time_to_idle(FORGOTTEN).build() }
    }
}

impl Flows {
    /// A body begins to move.
    pub fn begin(&self, transfer: &str) -> Arc<Stream> {
        let flow = self.kept.get_with_by_ref(transfer, Arc::default);
        let (done, length) = (Arc::default(), AtomicU64::new(UNKNOWN));
        let stream = Arc::new(Stream { flow: Arc::clone(&flow), begun: Instant::now(), done, length });
        let mut streams = locked(&flow.streams);
        streams.retain(|one| one.strong_count() > 0);
        streams.push(Arc::downgrade(&stream));
        stream
    }

    /// Whether something has ended so lately that its row may not say it yet.
    pub fn ended_lately(&self, transfer: &str) -> bool {
        let ended = self.kept.get(transfer).and_then(|flow| *locked(&flow.ended));
        ended.is_some_and(|at| at.elapsed() < RECORDED)
    }

    /// How far a transfer is whose row says `recorded` bytes.
    pub fn progress(&self, transfer: &str, recorded: u64) -> Progress {
        let Some(flow) = self.kept.get(transfer) else {
            return Progress { bytes: recorded, total: None, per_second: 0, under_way: false };
        };
        let running: Vec<Arc<Stream>> = locked(&flow.streams).iter().filter_map(Weak::upgrade).collect();
        let now = Instant::now();
        let bytes = running.iter().fold(recorded, |sum, stream| sum.saturating_add(stream.done()));
        let mut seen = locked(&flow.seen);
        let bytes = seen.never_back(now, bytes);
        let rest = running.iter().map(|stream| stream.rest()).sum::<Option<u64>>().filter(|_| !running.is_empty());
        let began = running.iter().map(|stream| (stream.begun, bytes.saturating_sub(stream.done()))).min();
        let per_second = if running.is_empty() { 0 } else { seen.speed(now, bytes, began) };
        let total = rest.map(|rest| bytes.saturating_add(rest));
        Progress { bytes, total, per_second, under_way: !running.is_empty() }
    }

    /// The speed of something that others count: `bytes` so far.
    pub fn speed(&self, transfer: &str, bytes: u64) -> u64 {
        let flow = self.kept.get_with_by_ref(transfer, Arc::default);
        locked(&flow.seen).speed(Instant::now(), bytes, None)
    }
}

impl Seen {
    /// What has ended is for a moment neither under way nor recorded.
    fn never_back(&mut self, now: Instant, bytes: u64) -> u64 {
        let told = self.told.filter(|(at, _)| now.duration_since(*at) < RECORDED).map_or(0, |(_, told)| told);
        if bytes >= told {
            self.told = Some((now, bytes));
        }
        bytes.max(told)
    }

    /// Bytes in a second since the oldest time within the window at which it was asked, or else since `began`.
    fn speed(&mut self, now: Instant, bytes: u64, began: Option<(Instant, u64)>) -> u64 {
        while self.samples.len() >= SAMPLES
            || self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW)
        {
            self.samples.pop_front();
        }
        let since = self.samples.front().copied().or(began);
        self.samples.push_back((now, bytes));
        let Some((at, before)) = since else { return 0 };
        let millis = u64::try_from(now.duration_since(at).as_millis()).unwrap_or(u64::MAX).max(1);
        bytes.saturating_sub(before).saturating_mul(1000) / millis
    }
}

impl Stream {
    /// What counts its bytes.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.done)
    }

    /// It has so many bytes in all.
    pub fn has_length(&self, bytes: u64) {
        self.length.store(bytes, Ordering::Relaxed);
    }

    fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    fn rest(&self) -> Option<u64> {
        let length = self.length.load(Ordering::Relaxed);
        (length != UNKNOWN).then(|| length.saturating_sub(self.done()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        *locked(&self.flow.ended) = Some(Instant::now());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(stream: &Stream, bytes: u64) {
        stream.counter().fetch_add(bytes, Ordering::Relaxed);
    }

    #[test]
    fn what_moves_is_added_to_what_is_recorded() {
        let flows = Flows::default();
        let told = |recorded| {
            let Progress { bytes, total, under_way, .. } = flows.progress("t", recorded);
            (bytes, total, under_way)
        };
        assert_eq!(told(7), (7, None, false));
        let (one, other) = (flows.begin("t"), flows.begin("t"));
        moved(&one, 10);
        assert_eq!(told(7), (17, None, true), "nobody knows how much is to come");
        one.has_length(100);
        other.has_length(50);
        assert_eq!(told(7), (17, Some(157), true));
        moved(&one, 90);
        assert_eq!(told(7), (107, Some(157), true));
        // Ended, and not recorded yet.
        drop(one);
        assert_eq!(told(7), (107, Some(157), true));
        assert!(flows.ended_lately("t"));
        drop(other);
        assert_eq!(told(107), (107, None, false));
        assert_eq!(flows.progress("another", 3).bytes, 3);
    }

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let (mut seen, begun) = (Seen::default(), Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert_eq!(seen.speed(at(2), 200, Some((begun, 0))), 100);
        assert_eq!(seen.speed(at(4), 1200, Some((begun, 0))), 500);
        assert_eq!(seen.speed(at(30), 1200, None), 0, "what was asked long ago does not count");
        assert_eq!(seen.speed(at(31), 1300, None), 100);
    }
}
