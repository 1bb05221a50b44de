//! Writes down decisions on data requests and the bytes moved, in batches: a request does not wait for the disk, and at
//! most 200 ms of decisions are not yet durable.

use std::collections::HashMap;

use tokio::sync::{mpsc, oneshot};

use crate::clock;
use crate::storage::events::{self, NewEvent};
use crate::storage::requests::{self, DataRequest};
use crate::storage::transfers::{self, Moved};
use crate::storage::{Db, Statement};

/// Decisions that may wait to be written; beyond, requests wait with them.
const WAITING: usize = 100_000;
/// Decisions in one batch.
const BATCH: usize = 4_000;

enum Entry {
    Decided(DataRequest),
    Moved { transfer: String, moved: Moved },
    Happened(NewEvent),
    Flush(oneshot::Sender<()>),
}

/// Takes decisions.
#[derive(Clone, Debug)]
pub struct Recorder {
    entries: mpsc::Sender<Entry>,
}

impl Recorder {
    /// Starts writing into the database.
    pub fn start(db: Db) -> Self {
        let (entries, incoming) = mpsc::channel(WAITING);
        tokio::spawn(write(db, incoming));
        Self { entries }
    }

    /// Has the decision written down. When writing cannot keep up, waits: nothing is released unrecorded.
    pub async fn record(&self, request: DataRequest) {
        if self.entries.send(Entry::Decided(request)).await.is_err() {
            tracing::error!("a decision on a data request was not recorded: the recorder has stopped");
        }
    }

    /// Counts bytes that were moved under a transfer. A count is dropped rather than a request held up.
    pub fn moved(&self, transfer: &str, bytes: u64) {
        if bytes > 0 {
            self.add(transfer, bytes, 0);
        }
    }

    /// Counts a request of ours to a provider and the bytes that it brought, and has the event written down.
    pub fn fetched(&self, event: NewEvent, bytes: u64) {
        self.add(&event.subject, bytes, 1);
        if let Err(lost) = self.entries.try_send(Entry::Happened(event)) {
            tracing::error!(%lost, "an event was not recorded");
        }
    }

    fn add(&self, transfer: &str, bytes: u64, requests: i64) {
        let at = (bytes > 0).then(|| clock::millis(clock::now()));
        let moved = Moved { bytes: i64::try_from(bytes).unwrap_or(i64::MAX), requests, at };
        if self.entries.try_send(Entry::Moved { transfer: transfer.to_owned(), moved }).is_err() {
            tracing::warn!(transfer, bytes, "bytes of a data request were not counted");
        }
    }

    /// Returns when everything taken so far has been handed to the database.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.entries.send(Entry::Flush(done)).await.is_ok() {
            drop(wait.await);
        }
    }
}

/// The database writes what it is handed within 100 ms, in one commit with whatever else waits.
async fn write(db: Db, mut incoming: mpsc::Receiver<Entry>) {
    let mut batch: Vec<Statement> = Vec::new();
    let mut all_moved: HashMap<String, Moved> = HashMap::new();
    let mut flushed = Vec::new();
    let mut taken = Vec::with_capacity(BATCH);
    while incoming.recv_many(&mut taken, BATCH).await > 0 {
        for entry in taken.drain(..) {
            match entry {
                Entry::Decided(request) => {
                    batch.push(requests::insert(&request));
                    let at = request.permitted.then_some(request.at);
                    let moved = Moved { bytes: 0, requests: 1, at };
                    add(all_moved.entry(request.transfer).or_default(), moved);
                }
                Entry::Moved { transfer, moved } => add(all_moved.entry(transfer).or_default(), moved),
                Entry::Happened(event) => batch.push(events::insert(&event)),
                Entry::Flush(done) => flushed.push(done),
            }
        }
        batch.extend(all_moved.drain().map(|(transfer, moved)| transfers::add_moved(&transfer, moved)));
        db.commit_later(std::mem::take(&mut batch)).await;
        for done in flushed.drain(..) {
            let _ = done.send(());
        }
    }
}

fn add(sum: &mut Moved, moved: Moved) {
    sum.bytes = sum.bytes.saturating_add(moved.bytes);
    sum.requests += moved.requests;
    sum.at = sum.at.max(moved.at);
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Decided(_) => "Decided",
            Self::Moved { .. } => "Moved",
            Self::Happened(_) => "Happened",
            Self::Flush(_) => "Flush",
        })
    }
}
