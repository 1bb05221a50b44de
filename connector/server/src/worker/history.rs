//! Deletes what is over and older than the operator keeps it (`[history]`). Looks once at the start and then each hour; what it
//! deleted is an event. Agreements, their halves and the messages that led to them are evidence, and are never deleted here.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::connector::{Change, Connector};
use crate::storage::StorageError;
use crate::storage::history::{self as rows, Log, Process};

const EVERY: Duration = Duration::from_secs(3600);
/// Kept for ever.
const FOR_EVER: u32 = 0;

/// Deletes what is due until `stopping`.
pub async fn run(connector: Arc<Connector>, stopping: CancellationToken) {
    loop {
        let due = delete_what_is_due(&connector, clock::now());
        tokio::select! {
            () = stopping.cancelled() => return,
            outcome = due => {
                if let Err(error) = outcome {
                    tracing::error!(%error, "old history could not be deleted; it is tried again in an hour");
                }
            }
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Deletes all that is older than it is kept, in commits of a bounded size.
///
/// # Errors
/// When storage fails; what was deleted before that stays deleted, and has its event.
pub async fn delete_what_is_due(connector: &Connector, now: Timestamp) -> Result<(), StorageError> {
    let kept = &connector.config.history;
    for (process, days) in [(Process::Transfers, kept.processes_days), (Process::Negotiations, kept.processes_days)] {
        if let Some(before) = before(now, days) {
            processes(connector, process, before).await?;
        }
    }
    for (log, days) in [(Log::Requests, kept.requests_days), (Log::Events, kept.events_days)] {
        if let Some(before) = before(now, days) {
            entries(connector, log, before).await?;
        }
    }
    Ok(())
}

/// What is older than this (milliseconds) goes; `None`: nothing does.
fn before(now: Timestamp, days: u32) -> Option<i64> {
    let kept = SignedDuration::from_hours(24).checked_mul(i32::try_from(days).ok()?)?;
    (days != FOR_EVER).then(|| now.checked_sub(kept).ok().map(clock::millis)).flatten()
}

async fn processes(connector: &Connector, process: Process, before: i64) -> Result<(), StorageError> {
    let mut deleted = 0;
    loop {
        let found = rows::ended(&connector.db, process, before).await?;
        if found.is_empty() {
            break;
        }
        let mut change = Change::default();
        for (pid, version) in &found {
            rows::delete(process, pid, *version).into_iter().for_each(|statement| change.write(statement));
            change.decide_anew(pid);
        }
        deleted += found.len();
        connector.commit(change).await?;
        found.iter().for_each(|(pid, _)| connector.recent.forget(pid));
    }
    tell(connector, process.table(), deleted, before).await
}

async fn entries(connector: &Connector, log: Log, before: i64) -> Result<(), StorageError> {
    let mut deleted = 0;
    while let Some((place, count)) = rows::oldest(&connector.db, log, before).await? {
        let mut change = Change::default();
        change.write(rows::delete_up_to(log, place, before));
        connector.commit(change).await?;
        deleted += usize::try_from(count).unwrap_or_default();
    }
    tell(connector, log.table(), deleted, before).await
}

/// Says what was deleted: an audit trail has no silent gaps.
async fn tell(connector: &Connector, table: &str, deleted: usize, before: i64) -> Result<(), StorageError> {
    if deleted == 0 {
        return Ok(());
    }
    let before = clock::from_millis(before).to_string();
    tracing::info!(table, deleted, before, "history was deleted");
    let mut change = Change::default();
    change.event("history.deleted", table, None, json!({"rows": deleted, "before": before}));
    connector.commit(change).await
}
