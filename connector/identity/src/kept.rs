//! Documents of others that are believed for a while.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::lock::Mutex;
use jiff::Timestamp;
use moka::sync::Cache;

/// How many documents are being fetched at a time, or were a moment ago.
const FLIGHTS: u64 = 10_000;

/// Outcomes by address, each until its time. Several who ask for one address at a time cause one fetch.
pub(crate) struct Kept<V> {
    known: Cache<String, (V, Timestamp)>,
    flights: Cache<String, Arc<Mutex<()>>>,
    /// How often something was forgotten.
    changes: AtomicU64,
}

impl<V: Clone + Send + Sync + 'static> Kept<V> {
    /// Keeps outcomes of at most `capacity` together; `weigh` says how much one is.
    pub(crate) fn new(capacity: u64, weigh: fn(&V) -> u32) -> Self {
        let known = Cache::builder()
            .max_capacity(capacity)
            .weigher(move |key: &String, (value, _): &(V, Timestamp)| {
                weigh(value).saturating_add(u32::try_from(key.len()).unwrap_or(u32::MAX))
            })
            .build();
        Self { known, flights: Cache::new(FLIGHTS), changes: AtomicU64::new(0) }
    }

    /// What is believed of `address` now.
    pub(crate) fn get(&self, address: &str, now: Timestamp) -> Option<V> {
        self.known.get(address).filter(|(_, until)| now < *until).map(|(value, _)| value)
    }

    /// What is believed of `address`, or what `fetch` finds and until when that is to be believed.
    pub(crate) async fn get_or(&self, address: &str, now: Timestamp, fetch: impl Future<Output = (V, Timestamp)>) -> V {
        if let Some(known) = self.get(address, now) {
            return known;
        }
        let flight = self.flights.get_with(address.to_owned(), || Arc::new(Mutex::new(())));
        let _flying = flight.lock().await;
        // Somebody else may have fetched it while we waited.
        if let Some(known) = self.get(address, now) {
            return known;
        }
        let changes = self.changes.load(Ordering::Acquire);
        let (value, until) = fetch.await;
        // What was fetched while somebody made it untrue is not kept.
        if self.changes.load(Ordering::Acquire) == changes {
            self.known.insert(address.to_owned(), (value.clone(), until));
        }
        value
    }

    /// Believes nothing any more of addresses that begin with `base`.
    pub(crate) fn forget_below(&self, base: &str) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        for (address, _) in &self.known {
            if address.starts_with(base) {
                self.known.invalidate(address.as_ref());
            }
        }
    }
}

impl<V> fmt::Debug for Kept<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}
