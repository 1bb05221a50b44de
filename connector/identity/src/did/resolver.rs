use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::lock::Mutex;
use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;

use super::{Did, DidDocument, DidError, DidFault, key, web};
use crate::fetch::Fetch;

/// The largest DID document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 1024 * 1024;

/// The most commas in a DID document. Each parted value takes room in memory however short it is written.
const MAX_PARTS: usize = 20_000;

/// What documents are asked for as.
const ACCEPT: &str = "application/did+json, application/did+ld+json, application/json";

/// How many documents are being fetched or were a moment ago.
const FLIGHTS: u64 = 10_000;

/// What a document that holds next to nothing still takes in memory, and each of its parts, in bytes.
const OVERHEAD: usize = 1024;
const PART: usize = 128;

/// How DIDs are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolverOptions {
    /// Whether `did:web` documents are fetched over `http`: for tests, never in production.
    pub plain_http: bool,
    /// How long a document is believed. A key that is taken away counts for so long.
    pub ttl: Duration,
    /// How long it is believed that a document cannot be had.
    pub failure_ttl: Duration,
    /// How long after one refresh of a document the next is possible.
    pub refresh_interval: Duration,
    /// How many bytes of documents are kept, roughly.
    pub capacity: u64,
}

impl Default for ResolverOptions {
    /// `https`, documents for 5 minutes, failures for 3 s, a refresh every 10 s, 64 MiB.
    fn default() -> Self {
        Self {
            plain_http: false,
            ttl: Duration::from_secs(300),
            failure_ttl: Duration::from_secs(3),
            refresh_interval: Duration::from_secs(10),
            capacity: 64 * 1024 * 1024,
        }
    }
}

/// Finds DID documents, and keeps them for a while. Shared between threads by reference.
///
/// Several who ask for one DID at a time cause one fetch.
pub struct Resolver {
    fetch: Arc<dyn Fetch>,
    options: ResolverOptions,
    known: Cache<String, Known>,
    flights: Cache<String, Arc<Mutex<()>>>,
}

/// What is known of a DID.
#[derive(Debug, Clone)]
struct Known {
    outcome: Result<Arc<DidDocument>, DidError>,
    /// When it stops to be believed; a `did:key` never does.
    until: Option<Timestamp>,
    refreshed: Option<Timestamp>,
    size: u32,
}

impl Resolver {
    /// A resolver that fetches by `fetch`.
    pub fn new(fetch: Arc<dyn Fetch>, options: ResolverOptions) -> Self {
        let known = Cache::builder()
            .max_capacity(options.capacity)
            .weigher(|did: &String, known: &Known| {
                known.size.saturating_add(u32::try_from(did.len()).unwrap_or(u32::MAX))
            })
            .build();
        Self { fetch, options, known, flights: Cache::new(FLIGHTS) }
    }

    /// The document of a DID, as it was at most [`ResolverOptions::ttl`] ago.
    ///
    /// # Errors
    /// [`DidError`]: not a DID that we resolve, not to be had, or not about this DID.
    pub async fn resolve(&self, did: &str, now: Timestamp) -> Result<Arc<DidDocument>, DidError> {
        let did = Did::parse(did)?;
        if let Some(known) = self.believed(&did, now) {
            return known.outcome;
        }
        let flight = self.flight(&did);
        let _flying = flight.lock().await;
        // Somebody else may have fetched it while we waited.
        match self.believed(&did, now) {
            Some(known) => known.outcome,
            None => self.renew(&did, now, None).await.outcome,
        }
    }

    /// The document of a DID as it is now, where a key seems to be missing from the one we have. A document is fetched anew once
    /// per [`ResolverOptions::refresh_interval`]: so a rotated key is found, and nobody can use us to flood somebody else. In
    /// between, and if the fetch fails, the answer is what [`Resolver::resolve`] says.
    ///
    /// # Errors
    /// As [`Resolver::resolve`].
    pub async fn refresh(&self, did: &str, now: Timestamp) -> Result<Arc<DidDocument>, DidError> {
        let did = Did::parse(did)?;
        let flight = self.flight(&did);
        let _flying = flight.lock().await;
        let believed = self.believed(&did, now);
        match believed {
            Some(known) if !self.may_refresh(&known, now) => known.outcome,
            Some(old) => self.replace(&did, old, now).await.outcome,
            None => self.renew(&did, now, Some(now)).await.outcome,
        }
    }

    fn may_refresh(&self, known: &Known, now: Timestamp) -> bool {
        known.until.is_some() && known.refreshed.is_none_or(|last| plus(last, self.options.refresh_interval) <= now)
    }

    fn believed(&self, did: &Did, now: Timestamp) -> Option<Known> {
        self.known.get(did.as_str()).filter(|known| known.until.is_none_or(|until| now < until))
    }

    fn flight(&self, did: &Did) -> Arc<Mutex<()>> {
        self.flights.get_with(did.as_str().to_owned(), Arc::default)
    }

    async fn renew(&self, did: &Did, now: Timestamp, refreshed: Option<Timestamp>) -> Known {
        let known = self.fetch(did, now, refreshed).await;
        self.known.insert(did.as_str().to_owned(), known.clone());
        known
    }

    /// A fetch that fails does not take away a document that is still believed.
    async fn replace(&self, did: &Did, old: Known, now: Timestamp) -> Known {
        let new = self.fetch(did, now, Some(now)).await;
        let kept =
            if new.outcome.is_err() && old.outcome.is_ok() { Known { refreshed: Some(now), ..old } } else { new };
        self.known.insert(did.as_str().to_owned(), kept.clone());
        kept
    }

    async fn fetch(&self, did: &Did, now: Timestamp, refreshed: Option<Timestamp>) -> Known {
        let (outcome, size) = match did.method() {
            "key" => (of_key(did), OVERHEAD),
            _ => self.of_web(did).await,
        };
        let ttl = if outcome.is_ok() { self.options.ttl } else { self.options.failure_ttl };
        let until = (did.method() != "key").then(|| plus(now, ttl));
        Known { outcome: outcome.map(Arc::new), until, refreshed, size: u32::try_from(size).unwrap_or(u32::MAX) }
    }

    async fn of_web(&self, did: &Did) -> (Result<DidDocument, DidError>, usize) {
        let refused = |fault| (Err(DidError::new(did.as_str(), fault)), OVERHEAD);
        let url = match web::url(did, self.options.plain_http) {
            Ok(url) => url,
            Err(error) => return (Err(error), OVERHEAD),
        };
        let body = match self.fetch.get(&url, ACCEPT, MAX_DOCUMENT).await {
            Ok(body) => body,
            Err(source) => return refused(DidFault::Unreachable { url, source }),
        };
        let parts = body.iter().filter(|byte| **byte == b',').count();
        if parts > MAX_PARTS {
            return refused(DidFault::Document("it has too many parts"));
        }
        let Ok(json) = serde_json::from_slice(&body) else {
            return refused(DidFault::Document("it is not JSON"));
        };
        (DidDocument::parse(json, did.as_str()), OVERHEAD + body.len() + PART * parts)
    }
}

fn of_key(did: &Did) -> Result<DidDocument, DidError> {
    let document = key::document(&key::resolve(did)?);
    let document = document.ok_or_else(|| DidError::new(did.as_str(), DidFault::UnknownMethod))?;
    DidDocument::parse(document, did.as_str())
}

fn plus(time: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| time.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("options", &self.options).finish_non_exhaustive()
    }
}
