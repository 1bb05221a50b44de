//! What is over, and old: found and deleted a bounded number at a time. Agreements and what they rest on are not history.

use super::{Arg, Db, Statement, StorageError, column};

/// Rows that one commit deletes at most.
pub const AT_ONCE: i64 = 500;

/// A log: rows with a place (`seq`) and a time (`at`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// Events. What a webhook has not yet been told stays.
    Events,
    /// Recorded decisions on data requests.
    Requests,
}

impl Log {
    /// The name of its table.
    pub fn table(self) -> &'static str {
        match self {
            Self::Events => "event",
            Self::Requests => "data_request",
        }
    }
}

/// The place up to which the oldest [`AT_ONCE`] rows from before `before` (milliseconds) may be deleted, and how many these
/// are; `None` if there are none.
pub async fn oldest(db: &Db, log: Log, before: i64) -> Result<Option<(i64, i64)>, StorageError> {
    let sql = match log {
        Log::Events => {
            "SELECT max(seq) AS seq, count(*) AS rows FROM (SELECT seq FROM event
             WHERE at < $1 AND seq <= (SELECT coalesce(min(position), 9223372036854775807) FROM webhook)
             ORDER BY seq LIMIT $2) AS oldest"
        }
        Log::Requests => {
            "SELECT max(seq) AS seq, count(*) AS rows FROM (SELECT seq FROM data_request
             WHERE at < $1 ORDER BY seq LIMIT $2) AS oldest"
        }
    };
    let row = sqlx::query(sql).bind(before).bind(AT_ONCE).fetch_one(db.readers()).await?;
    let place: Option<i64> = column(&row, log.table(), "seq")?;
    let rows = column(&row, log.table(), "rows")?;
    Ok(place.map(|place| (place, rows)))
}

/// Deletes what [`oldest`] found.
pub fn delete_up_to(log: Log, place: i64, before: i64) -> Statement {
    let sql = match log {
        Log::Events => "DELETE FROM event WHERE seq <= $1 AND at < $2",
        Log::Requests => "DELETE FROM data_request WHERE seq <= $1 AND at < $2",
    };
    Statement::new(log.table(), place.to_string(), sql, vec![place.into(), before.into()])
}

/// A kind of process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Negotiations that ended without an agreement. Those that led to one are evidence.
    Negotiations,
    /// Transfers that are over, whose pushed data, if any, has been deleted.
    Transfers,
}

impl Process {
    /// The name of its table.
    pub fn table(self) -> &'static str {
        match self {
            Self::Negotiations => "negotiation",
            Self::Transfers => "transfer",
        }
    }
}

/// Processes that ended before `before` (milliseconds) and have nothing more to tell their partner: process id and version.
pub async fn ended(db: &Db, process: Process, before: i64) -> Result<Vec<(String, i64)>, StorageError> {
    let sql = match process {
        Process::Negotiations => {
            "SELECT pid, version FROM negotiation WHERE state = 'TERMINATED' AND updated < $1
             AND NOT EXISTS (SELECT 1 FROM agreement WHERE agreement.negotiation = negotiation.pid)
             AND NOT EXISTS (SELECT 1 FROM message WHERE process = pid AND status = 'pending') ORDER BY pid LIMIT $2"
        }
        Process::Transfers => {
            "SELECT pid, version FROM transfer WHERE state IN ('COMPLETED', 'TERMINATED') AND updated < $1
             AND NOT EXISTS (SELECT 1 FROM received WHERE received.transfer = pid AND deleted IS NULL)
             AND NOT EXISTS (SELECT 1 FROM message WHERE process = pid AND status = 'pending') ORDER BY pid LIMIT $2"
        }
    };
    let rows = sqlx::query(sql).bind(before).bind(AT_ONCE).fetch_all(db.readers()).await?;
    let table = process.table();
    rows.iter().map(|row| Ok((column(row, table, "pid")?, column(row, table, "version")?))).collect()
}

/// Deletes the process, if it is still as it was read, and its messages.
pub fn delete(process: Process, pid: &str, version: i64) -> [Statement; 2] {
    let sql = match process {
        Process::Negotiations => "DELETE FROM negotiation WHERE pid = $1 AND version = $2",
        Process::Transfers => "DELETE FROM transfer WHERE pid = $1 AND version = $2",
    };
    let messages: Vec<Arg> = vec![pid.into()];
    [
        Statement::new(process.table(), pid, sql, vec![pid.into(), version.into()]).exactly_one(),
        Statement::new("message", pid, "DELETE FROM message WHERE process = $1", messages),
    ]
}
