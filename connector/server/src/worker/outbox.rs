//! Delivery of outgoing messages.
//!
//! Messages of one process leave in order, one at a time (a *lane*). Each partner has its own permits and its own gate:
//! when it does not answer, its lanes wait, and nobody else's. A lane is started by the commit that made its message, or
//! at start-up by the rows that still wait; nothing polls. The row decides: an attempt that was not recorded because of
//! a crash is repeated, and the partner recognises the message id.

mod gates;

pub use self::gates::{Delivering, Outlook};

use self::gates::Gate;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::clock;
use crate::config::Delivery;
use crate::connector::Connector;
use crate::http_client::{Exchange, PostError};
use crate::operations;
use crate::storage::messages::{self, Attempt, ProcessKind, Status, StoredMessage};
use crate::storage::{Db, StorageError};

/// The acknowledgement of an opening message is written after this, unless the partner's next message has told it.
const ACKNOWLEDGED_LATER: Duration = Duration::from_millis(200);

/// The lanes.
#[derive(Debug, Default)]
struct Outbox {
    lanes: Mutex<HashMap<String, VecDeque<StoredMessage>>>,
}

/// How a delivery ended for good.
enum End {
    Delivered(Exchange),
    Refused(Exchange),
    Abandoned(String),
    Undeliverable(String),
}

/// What waited when the process ended, oldest first. To be read before anything new can be committed.
///
/// # Errors
/// When the rows cannot be read.
pub async fn waiting(db: &Db) -> Result<Vec<StoredMessage>, StorageError> {
    let mut waiting = Vec::new();
    loop {
        let after = waiting.last().map_or(0, |last: &StoredMessage| last.seq);
        let rows = messages::pending(db, after, 500).await?;
        if rows.is_empty() {
            return Ok(waiting);
        }
        waiting.extend(rows);
    }
}

/// Delivers what waited, and then what is committed, until nobody can commit any more.
pub async fn run(
    connector: Arc<Connector>,
    waiting: Vec<StoredMessage>,
    mut committed: UnboundedReceiver<StoredMessage>,
) {
    let outbox = Arc::new(Outbox::default());
    for message in waiting {
        if let Some(detail) = message.detail.as_deref().filter(|_| message.found_nobody()) {
            connector.http.reach().failed_before(&message.partner, message.at, detail);
        }
        outbox.submit(&connector, message);
    }
    while let Some(message) = committed.recv().await {
        outbox.submit(&connector, message);
    }
}

impl Outbox {
    /// Puts the message into its process's lane, and starts the lane if it is not running.
    fn submit(self: &Arc<Self>, connector: &Arc<Connector>, message: StoredMessage) {
        let process = message.process.clone();
        let mut lanes = lock(&self.lanes);
        if let Some(lane) = lanes.get_mut(&process) {
            lane.push_back(message);
            return;
        }
        lanes.insert(process.clone(), VecDeque::from([message]));
        drop(lanes);
        let (outbox, connector) = (Arc::clone(self), Arc::clone(connector));
        tokio::spawn(async move { outbox.run_lane(&connector, &process).await });
    }

    async fn run_lane(&self, connector: &Arc<Connector>, process: &str) {
        while let Some(item) = self.front(process) {
            let gate = connector.delivering.gate(&item.partner);
            let end = deliver(connector, &gate, &item).await;
            let gave_up = matches!(end, End::Undeliverable(_));
            conclude(connector, &item, end).await;
            self.pop(process);
            if gave_up {
                self.drop_lane(connector, process).await;
            }
        }
    }

    /// The process has ended because a message of it could not be delivered: what waited behind it is not sent.
    async fn drop_lane(&self, connector: &Connector, process: &str) {
        let rest = lock(&self.lanes).get_mut(process).map(std::mem::take).unwrap_or_default();
        for item in rest {
            let detail = "a message before it could not be delivered".to_owned();
            record(connector, &item, Attempt::given_up(item.attempts, detail)).await;
        }
    }

    /// The next message of the lane; the lane is gone when there is none.
    fn front(&self, process: &str) -> Option<StoredMessage> {
        let mut lanes = lock(&self.lanes);
        let next = lanes.get(process).and_then(|lane| lane.front().cloned());
        if next.is_none() {
            lanes.remove(process);
        }
        next
    }

    fn pop(&self, process: &str) {
        if let Some(lane) = lock(&self.lanes).get_mut(process) {
            lane.pop_front();
        }
    }
}

/// Tries until there is an end.
async fn deliver(connector: &Arc<Connector>, gate: &Gate, item: &StoredMessage) -> End {
    let message = item;
    let mut resolved = resolve(connector, item).await;
    if matches!(resolved, Ok(None)) {
        // The opening message has been answered: what it told is written a moment later.
        tokio::time::sleep(2 * ACKNOWLEDGED_LATER).await;
        resolved = resolve(connector, item).await;
    }
    let (address, payload) = match resolved {
        Ok(Some(resolved)) => resolved,
        Ok(None) => return End::Abandoned("the partner never learnt of this process".to_owned()),
        Err(problem) => return End::Undeliverable(problem.detail),
    };
    let mut attempts = message.attempts;
    let mut definite_failures = 0;
    loop {
        if attempts > 0 && !item.ends_process() && has_ended(connector, item).await {
            return End::Abandoned("the process had ended before the message could be delivered".to_owned());
        }
        let Some(turn) = gate.turn().await else {
            return End::Abandoned("the connector is stopping".to_owned());
        };
        let began = Instant::now();
        let outcome = if message.is_question() {
            connector.http.get(&message.partner, &address).await
        } else {
            connector.http.post(&message.partner, &address, &payload).await
        };
        drop(turn);
        connector.recorder.asked(item.kind.clone(), &item.partner, &outcome);
        attempts += 1;
        let (reason, http_status) = match outcome {
            Ok(exchange) if exchange.is_success() => {
                gate.opened();
                return End::Delivered(Exchange { attempts, ..exchange });
            }
            Ok(exchange) => {
                gate.opened();
                definite_failures += 1;
                if !may_be_repeated(item, &exchange, definite_failures) {
                    return End::Refused(Exchange { attempts, ..exchange });
                }
                (exchange.refusal(), Some(i64::from(exchange.status)))
            }
            Err(PostError::Forbidden(reason)) => return End::Undeliverable(reason),
            Err(PostError::Unreachable(reason)) => {
                gate.failed(began);
                (reason, None)
            }
        };
        let age = clock::millis(clock::now()) - message.at;
        if age > hours(connector.config.delivery.give_up_after_h) {
            return End::Undeliverable(format!("given up after {attempts} attempts; the last: {reason}"));
        }
        let attempt =
            Attempt { status: Status::Pending, attempts, http_status, duration_us: None, detail: Some(reason) };
        record(connector, item, attempt).await;
        gate.pause(&item.process, wait_before(&connector.config.delivery, attempts)).await;
    }
}

/// A partner that does not know our own message about agreements never will. One that does, and does not know the agreement,
/// may be about to conclude it.
fn may_be_repeated(item: &StoredMessage, exchange: &Exchange, failures: u32) -> bool {
    let unknown_message = item.process_kind() == ProcessKind::Agreement
        && exchange.status == 404
        && exchange.code().as_deref() != Some(operations::terminating::UNKNOWN);
    !unknown_message && exchange.may_be_repeated(failures)
}

/// Where the message goes and what it says. A message that was queued before the partner's process id was known gets
/// both now, when the opening message before it has been answered.
async fn resolve(
    connector: &Connector,
    item: &StoredMessage,
) -> Result<Option<(String, String)>, crate::problem::Problem> {
    match &item.address {
        Some(address) => Ok(Some((address.clone(), item.payload.clone()))),
        None => operations::completed(connector, item).await,
    }
}

/// Records how it ended and tells the process.
async fn conclude(connector: &Arc<Connector>, item: &StoredMessage, end: End) {
    let negotiation = item.process_kind() == ProcessKind::Negotiation;
    if negotiation && matches!(end, End::Delivered(_)) && operations::opens(item) {
        // The partner's next message is on its way, and tells the same: writing now would only race it. Transfers count
        // acknowledgements: one that is late makes messages look as if they had crossed.
        let (connector, item) = (Arc::clone(connector), item.clone());
        tokio::spawn(async move {
            tokio::time::sleep(ACKNOWLEDGED_LATER).await;
            finish(&connector, &item, end).await;
        });
        return;
    }
    finish(connector, item, end).await;
}

async fn finish(connector: &Arc<Connector>, item: &StoredMessage, end: End) {
    let message = item;
    let (attempt, told) = match end {
        End::Delivered(exchange) => {
            let told = operations::delivered(connector, item, &exchange).await;
            (exchange.attempt(Status::Delivered, None), told)
        }
        End::Refused(exchange) => {
            let told = operations::refused(connector, item, &exchange).await;
            let detail = exchange.refusal();
            (exchange.attempt(Status::Refused, Some(detail)), told)
        }
        End::Abandoned(detail) => (Attempt::given_up(message.attempts, detail), Ok(())),
        End::Undeliverable(detail) => {
            let told = operations::undeliverable(connector, item, &detail).await;
            (Attempt::given_up(message.attempts, detail), told)
        }
    };
    if let Err(problem) = told {
        tracing::error!(process = message.process, partner = message.partner, %problem,
            "the process could not be told how its message fared");
    }
    record(connector, item, attempt).await;
}

impl Attempt {
    fn given_up(attempts: i64, detail: String) -> Self {
        Self { status: Status::Abandoned, attempts, http_status: None, duration_us: None, detail: Some(detail) }
    }
}

async fn record(connector: &Connector, item: &StoredMessage, attempt: Attempt) {
    let statement = messages::record_attempt(&item.partner, &item.message_id, &attempt);
    connector.db.commit_later(vec![statement]).await;
}

async fn has_ended(connector: &Connector, item: &StoredMessage) -> bool {
    match operations::has_ended(connector, item).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::warn!(%error, "could not read the process; its message is tried again");
            false
        }
    }
}

/// Doubles with each attempt up to the longest, with a random part so that partners do not fall into step.
fn wait_before(delivery: &Delivery, attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(20);
    let wait = delivery.first_wait_ms.saturating_mul(1 << doublings).min(delivery.longest_wait_s * 1000);
    Duration::from_millis(wait / 2 + random_below(wait / 2 + 1))
}

fn random_below(bound: u64) -> u64 {
    let random = uuid::Uuid::new_v4().as_u64_pair().0;
    random % bound.max(1)
}

fn hours(hours: u64) -> i64 {
    i64::try_from(hours.saturating_mul(3_600_000)).unwrap_or(i64::MAX)
}

/// A panic while the lock was held leaves the map usable: it holds no half-made entry.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
