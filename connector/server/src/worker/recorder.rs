//! Writes down decisions on data requests and the bytes moved, in batches: a request does not wait for the disk, and at
//! most 200 ms of decisions are not yet durable. It is also the one place that counts what statistics tell; counts are
//! written at most once a second, with the next commit that happens anyway, and a crash may lose the last six seconds of them.

mod counts;

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use self::counts::Counts;
use crate::clock;
use crate::http_client::{Exchange, PostError};
use crate::storage::events::{self, NewEvent};
use crate::storage::requests::{self, DataRequest};
use crate::storage::transfers::{self, Moved};
use crate::storage::{Db, Statement, StorageError};

/// Decisions that may wait to be written; beyond, requests wait with them.
const WAITING: usize = 100_000;
/// Decisions in one batch.
const BATCH: usize = 4_000;
/// Counts are added up for this long.
const COUNTED: Duration = Duration::from_secs(1);

/// The kind of exchange that a data request is, in statistics.
const DATA_REQUEST: &str = "dataRequest";

enum Entry {
    Decided(DataRequest),
    Answered(Answered),
    Fetched { event: NewEvent, bytes: u64 },
    Moved { partner: String, out: u64, inward: u64 },
    Exchanged(Exchanged),
    Flush(oneshot::Sender<()>),
}

/// A data request that was permitted has been answered, or the answer has broken off.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Own process id of the transfer.
    pub transfer: String,
    /// The asking partner.
    pub partner: String,
    /// Bytes of body that were handed over.
    pub bytes: u64,
    /// From the request until its answer began; none: the source did not answer as it should.
    pub took: Option<Duration>,
}

/// A message or question, and how long its answer took.
#[derive(Clone, Debug)]
pub struct Exchanged {
    /// `@type` of the message.
    pub kind: Cow<'static, str>,
    /// Whether the partner sent it.
    pub inbound: bool,
    /// The partner.
    pub partner: String,
    /// Until the answer; none: it failed or was refused.
    pub took: Option<Duration>,
}

/// Takes decisions, and counts.
#[derive(Clone, Debug)]
pub struct Recorder {
    entries: mpsc::Sender<Entry>,
    db: Db,
}

impl Recorder {
    /// Starts writing into the database. Statistics are kept for so many days.
    pub fn start(db: Db, kept_days: u32) -> Self {
        let (entries, incoming) = mpsc::channel(WAITING);
        tokio::spawn(Writing::new(db.clone(), kept_days).run(incoming));
        Self { entries, db }
    }

    /// Has the decision written down. When writing cannot keep up, waits: nothing is released unrecorded.
    pub async fn record(&self, request: DataRequest) {
        if self.entries.send(Entry::Decided(request)).await.is_err() {
            tracing::error!("a decision on a data request was not recorded: the recorder has stopped");
        }
    }

    /// Counts the answer to a data request. A count is dropped rather than a request held up.
    pub fn answered(&self, answered: Answered) {
        let (transfer, bytes) = (answered.transfer.clone(), answered.bytes);
        if self.entries.try_send(Entry::Answered(answered)).is_err() && bytes > 0 {
            tracing::warn!(transfer, bytes, "bytes of a data request were not counted");
        }
    }

    /// Counts a request of ours to a provider and the bytes that it brought, and has the event written down.
    pub fn fetched(&self, event: NewEvent, bytes: u64) {
        if let Err(lost) = self.entries.try_send(Entry::Fetched { event, bytes }) {
            tracing::error!(%lost, "an event was not recorded");
        }
    }

    /// Counts bytes that were pushed to a partner.
    pub fn pushed(&self, partner: &str, bytes: u64) {
        self.count(Entry::Moved { partner: partner.to_owned(), out: bytes, inward: 0 });
    }

    /// Counts bytes that came from a partner.
    pub fn received(&self, partner: &str, bytes: u64) {
        self.count(Entry::Moved { partner: partner.to_owned(), out: 0, inward: bytes });
    }

    /// Counts a message or question of ours, and how it went.
    pub fn asked(&self, kind: impl Into<Cow<'static, str>>, partner: &str, outcome: &Result<Exchange, PostError>) {
        let answered = outcome.as_ref().ok().filter(|exchange| exchange.is_success());
        let took = answered.map(|exchange| exchange.duration);
        self.exchanged(Exchanged { kind: kind.into(), inbound: false, partner: partner.to_owned(), took });
    }

    /// Counts a message or question, and its answer.
    pub fn exchanged(&self, exchanged: Exchanged) {
        self.count(Entry::Exchanged(exchanged));
    }

    /// When writing cannot keep up, statistics are what is left out.
    fn count(&self, entry: Entry) {
        drop(self.entries.try_send(entry));
    }

    /// Returns when everything taken so far can be read from the database.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn settled(&self) -> Result<(), StorageError> {
        self.flush().await;
        self.db.settled().await
    }

    /// Returns when everything taken so far has been handed to the database.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.entries.send(Entry::Flush(done)).await.is_ok() {
            drop(wait.await);
        }
    }
}

struct Writing {
    db: Db,
    batch: Vec<Statement>,
    moved: HashMap<String, Moved>,
    flushed: Vec<oneshot::Sender<()>>,
    counts: Counts,
}

impl Writing {
    fn new(db: Db, kept_days: u32) -> Self {
        let (batch, moved, flushed) = (Vec::new(), HashMap::new(), Vec::new());
        Self { db, batch, moved, flushed, counts: Counts::new(kept_days) }
    }

    /// The database writes decisions and bytes within 100 ms, in one commit with whatever else waits.
    async fn run(mut self, mut incoming: mpsc::Receiver<Entry>) {
        let mut taken = Vec::with_capacity(BATCH);
        let mut due: Option<Instant> = None;
        loop {
            let next = incoming.recv_many(&mut taken, BATCH);
            let count = match due {
                None => next.await,
                Some(at) => tokio::time::timeout_at(at, next).await.unwrap_or_default(),
            };
            let now = clock::millis(clock::now());
            taken.drain(..).for_each(|entry| self.take(entry, now));
            self.hand_over().await;
            let closed = count == 0 && incoming.is_closed() && incoming.is_empty();
            if !self.flushed.is_empty() || closed || due.is_some_and(|due| due <= Instant::now()) {
                let counted = self.counts.statements(now);
                self.db.commit_whenever(counted).await;
            }
            for done in self.flushed.drain(..) {
                let _ = done.send(());
            }
            if closed {
                return;
            }
            due = if self.counts.is_empty() { None } else { due.or_else(|| Some(Instant::now() + COUNTED)) };
        }
    }

    fn take(&mut self, entry: Entry, now: i64) {
        match entry {
            Entry::Decided(request) => {
                self.counts.decided(request.at, &request.partner, request.permitted);
                self.batch.push(requests::insert(&request));
                let at = request.permitted.then_some(request.at);
                self.add(request.transfer, Moved { bytes: 0, requests: 1, at });
            }
            Entry::Answered(Answered { transfer, partner, bytes, took }) => {
                self.counts.moved(now, &partner, bytes, 0);
                self.counts.exchanged(now, DATA_REQUEST, true, &partner, took.map(micros));
                if bytes > 0 {
                    self.add(transfer, moved(bytes, 0, now));
                }
            }
            Entry::Fetched { event, bytes } => {
                self.counts.moved(now, event.partner.as_deref().unwrap_or_default(), 0, bytes);
                self.add(event.subject.clone(), moved(bytes, 1, now));
                self.batch.push(events::insert(&event));
            }
            Entry::Moved { partner, out, inward } => self.counts.moved(now, &partner, out, inward),
            Entry::Exchanged(Exchanged { kind, inbound, partner, took }) => {
                self.counts.exchanged(now, &kind, inbound, &partner, took.map(micros));
            }
            Entry::Flush(done) => self.flushed.push(done),
        }
    }

    fn add(&mut self, transfer: String, moved: Moved) {
        let sum = self.moved.entry(transfer).or_default();
        sum.bytes = sum.bytes.saturating_add(moved.bytes);
        sum.requests += moved.requests;
        sum.at = sum.at.max(moved.at);
    }

    async fn hand_over(&mut self) {
        let moved = self.moved.drain().map(|(transfer, moved)| transfers::add_moved(&transfer, moved));
        self.batch.extend(moved);
        if !self.batch.is_empty() {
            self.db.commit_later(std::mem::take(&mut self.batch)).await;
        }
    }
}

fn moved(bytes: u64, requests: i64, now: i64) -> Moved {
    Moved { bytes: i64::try_from(bytes).unwrap_or(i64::MAX), requests, at: (bytes > 0).then_some(now) }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Decided(_) => "Decided",
            Self::Answered(_) => "Answered",
            Self::Fetched { .. } => "Fetched",
            Self::Moved { .. } => "Moved",
            Self::Exchanged(_) => "Exchanged",
            Self::Flush(_) => "Flush",
        })
    }
}
