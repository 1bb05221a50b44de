//! Deletes what our inbox received, when the time that its policy gives has come, or its agreement has been terminated.
//!
//! The rows say what is due; this worker sleeps until the first of them, and is woken when one is added or moved. A deletion
//! that a crash interrupted is in the rows, and is done again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::connector::Connector;
use crate::operations::received;
use crate::problem::Problem;
use crate::storage::received as rows;

/// Rows that are looked at in one turn.
const TURN: i64 = 64;
/// No deadline is waited for longer than this without a look at the clock, which may be set.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);
/// A file that could not be removed is tried again after this, and then after twice as long, up to an hour.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);
const RAREST: SignedDuration = SignedDuration::from_hours(1);

/// Wakes the worker.
#[derive(Debug, Default)]
pub struct Retention {
    changed: Notify,
}

impl Retention {
    /// Something may be due.
    pub fn wake(&self) {
        self.changed.notify_one();
    }
}

/// Deletes what is due until `stopping`.
pub async fn run(connector: Arc<Connector>, stopping: CancellationToken) {
    if let Err(problem) = received::take_stock(&connector).await {
        tracing::error!(%problem, "the inbox could not be looked through");
    }
    let mut failed = HashMap::new();
    loop {
        let wait = turn(&connector, &mut failed).await.unwrap_or_else(|problem| {
            tracing::error!(%problem, "what is to be deleted could not be read; it is tried again");
            LOOK_AT_CLOCK
        });
        tokio::select! {
            () = stopping.cancelled() => return,
            () = connector.retention.changed.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// What could not be deleted: how often it was tried, and when it is tried again.
type Failed = HashMap<String, (i32, Timestamp)>;

/// Deletes what is due, up to a bound; returns how long to wait.
async fn turn(connector: &Arc<Connector>, failed: &mut Failed) -> Result<Duration, Problem> {
    let now = clock::now();
    let limit = TURN.saturating_add(i64::try_from(failed.len()).unwrap_or(TURN));
    let due = rows::due(&connector.db, limit).await?;
    failed.retain(|transfer, _| due.iter().any(|row| row.transfer == *transfer));
    let mut next = None;
    for row in due {
        let at = row.delete_at.map_or(now, clock::from_millis);
        let at = failed.get(&row.transfer).map_or(at, |(_, again)| at.max(*again));
        if at > now {
            next = Some(next.map_or(at, |earlier: Timestamp| earlier.min(at)));
            continue;
        }
        match received::delete(connector, &row, now).await {
            Ok(()) => drop(failed.remove(&row.transfer)),
            Err(problem) => {
                tracing::error!(transfer = row.transfer, %problem, "what was received could not be deleted; it is tried again");
                let times = failed.get(&row.transfer).map_or(0, |(times, _)| *times);
                let again = AGAIN.checked_mul(1 << times.min(9)).unwrap_or(RAREST).min(RAREST);
                failed.insert(row.transfer, (times + 1, now.checked_add(again).unwrap_or(Timestamp::MAX)));
            }
        }
        // More may be due behind what this turn has seen.
        next = Some(now);
    }
    let wait = next.map_or(LOOK_AT_CLOCK, |at| Duration::try_from(at.duration_since(now)).unwrap_or_default());
    Ok(wait.min(LOOK_AT_CLOCK))
}
