//! What is known about delivering to each partner: permits, and a gate that closes while it does not answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use super::{lock, wait_before};
use crate::clock;
use crate::config::Delivery;

/// The gates of all partners.
#[derive(Debug)]
pub struct Delivering {
    gates: Mutex<HashMap<String, Arc<Gate>>>,
    settings: Delivery,
}

/// What delivery does about one partner now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Messages that are being posted.
    pub under_way: usize,
    /// When the next attempt is due, if one waits for its time.
    pub next: Option<Timestamp>,
}

/// What is known about reaching one partner.
#[derive(Debug)]
pub(super) struct Gate {
    settings: Delivery,
    permits: Semaphore,
    /// Closed until this instant, after failures.
    closed_until: watch::Sender<Option<Instant>>,
    failures: Mutex<u32>,
    /// Changes when somebody wants what waits to be tried at once.
    hurried: watch::Sender<u64>,
    /// When the messages that wait for their next attempt are tried, by their lanes.
    wakes: Mutex<HashMap<String, Instant>>,
    at_gate: AtomicUsize,
    posting: AtomicUsize,
}

/// A message is being posted, as long as this is kept.
pub(super) struct Turn<'a> {
    _permit: SemaphorePermit<'a>,
    posting: &'a AtomicUsize,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.posting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Delivering {
    /// Open gates.
    pub fn new(settings: Delivery) -> Self {
        Self { gates: Mutex::default(), settings }
    }

    /// What is being delivered to this partner, and when the next attempt is.
    pub fn outlook(&self, partner: &str) -> Outlook {
        let gate = lock(&self.gates).get(partner).cloned();
        gate.map(|gate| gate.outlook()).unwrap_or_default()
    }

    /// What waits for this partner is tried now.
    pub fn hurry(&self, partner: &str) {
        if let Some(gate) = lock(&self.gates).get(partner).cloned() {
            gate.closed_until.send_replace(None);
            gate.hurried.send_modify(|times| *times += 1);
        }
    }

    pub(super) fn gate(&self, partner: &str) -> Arc<Gate> {
        let mut gates = lock(&self.gates);
        let gate = gates.entry(partner.to_owned()).or_insert_with(|| Arc::new(Gate::new(self.settings.clone())));
        Arc::clone(gate)
    }
}

impl Gate {
    fn new(settings: Delivery) -> Self {
        Self {
            permits: Semaphore::new(settings.per_partner),
            settings,
            closed_until: watch::channel(None).0,
            failures: Mutex::new(0),
            hurried: watch::channel(0).0,
            wakes: Mutex::default(),
            at_gate: AtomicUsize::new(0),
            posting: AtomicUsize::new(0),
        }
    }

    fn outlook(&self) -> Outlook {
        let closed = *self.closed_until.borrow();
        let wake = lock(&self.wakes).values().min().copied();
        let due = if self.at_gate.load(Ordering::Relaxed) > 0 {
            closed
        } else {
            wake.map(|wake| closed.map_or(wake, |closed| closed.max(wake)))
        };
        Outlook { under_way: self.posting.load(Ordering::Relaxed), next: due.and_then(told) }
    }

    /// Waits for a permit and for the gate. `None` when the connector stops.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let permit = self.permits.acquire().await.ok()?;
        // With the permit in hand: a gate that closed while this waited for one is respected.
        self.at_gate.fetch_add(1, Ordering::Relaxed);
        self.wait_until_open().await;
        self.at_gate.fetch_sub(1, Ordering::Relaxed);
        self.posting.fetch_add(1, Ordering::Relaxed);
        Some(Turn { _permit: permit, posting: &self.posting })
    }

    /// Returns when the gate is open. A success elsewhere opens it early.
    async fn wait_until_open(&self) {
        let mut changes = self.closed_until.subscribe();
        loop {
            let until = *changes.borrow_and_update();
            match until {
                Some(until) if until > Instant::now() => {
                    // Either the time passes or somebody else got through.
                    drop(tokio::time::timeout_at(until, changes.changed()).await);
                }
                _ => return,
            }
        }
    }

    /// Waits before a message is tried again, unless somebody wants it tried at once.
    pub(super) async fn pause(&self, lane: &str, wait: Duration) {
        let mut hurried = self.hurried.subscribe();
        let wake = Instant::now() + wait;
        lock(&self.wakes).insert(lane.to_owned(), wake);
        drop(tokio::time::timeout_at(wake, hurried.changed()).await);
        lock(&self.wakes).remove(lane);
    }

    pub(super) fn opened(&self) {
        let mut failures = lock(&self.failures);
        if *failures > 0 {
            *failures = 0;
            self.closed_until.send_replace(None);
        }
    }

    /// Closes the gate, for longer with each failure. Attempts that were under way together fail together: that is one
    /// failure, or a short absence of a busy partner would close the gate for the longest wait at once.
    pub(super) fn failed(&self, began: Instant) {
        let mut failures = lock(&self.failures);
        if self.closed_until.borrow().is_some_and(|until| began < until) {
            return;
        }
        *failures = failures.saturating_add(1);
        let wait = wait_before(&self.settings, i64::from(*failures));
        self.closed_until.send_replace(Some(Instant::now() + wait));
    }
}

/// The instant as a time; none if it has passed.
fn told(at: Instant) -> Option<Timestamp> {
    let wait = at.checked_duration_since(Instant::now())?;
    clock::now().checked_add(SignedDuration::try_from(wait).ok()?).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_hurries_neither_waits_for_the_gate_nor_for_the_next_attempt() {
        let hour = Delivery { first_wait_ms: 3_600_000, longest_wait_s: 3_600, ..Delivery::default() };
        let delivering = Arc::new(Delivering::new(hour));
        let gate = delivering.gate("a");
        assert_eq!(delivering.outlook("a"), Outlook::default());
        gate.failed(Instant::now());
        let waiting = tokio::spawn(async move {
            gate.pause("lane", Duration::from_secs(3_600)).await;
            gate.turn().await.map(|_turn| ())
        });
        while delivering.outlook("a").next.is_none() {
            tokio::task::yield_now().await;
        }
        let next = delivering.outlook("a").next.unwrap();
        assert!(next > clock::now() + SignedDuration::from_secs(1_700), "{next}");
        delivering.hurry("a");
        assert_eq!(waiting.await.unwrap(), Some(()));
        assert_eq!(delivering.outlook("a"), Outlook::default());
    }
}
