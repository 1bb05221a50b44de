//! Events: what happened, in commit order. The event stream, webhooks and the audit trail read them.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;

use super::{Db, Statement, StorageError, column, json, to_json};

pub(super) const TABLE: &str = "event";

/// Something that happened, before it has its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// `negotiation.agreed`, `transfer.started`, `agreement.retired`, …
    pub kind: String,
    /// The process or agreement it is about.
    pub subject: String,
    /// The partner concerned.
    pub partner: Option<String>,
    /// Further members.
    pub body: Value,
}

/// An event with its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place: grows, never reused.
    pub seq: i64,
    /// What happened.
    pub event: NewEvent,
}

/// Records the event.
pub fn insert(event: &NewEvent) -> Statement {
    let args = vec![
        event.at.into(),
        event.kind.as_str().into(),
        event.subject.as_str().into(),
        event.partner.clone().into(),
        to_json(&event.body).into(),
    ];
    let sql = "INSERT INTO event (at, kind, subject, partner, body) VALUES ($1, $2, $3, $4, $5)";
    Statement::append(TABLE, &event.subject, sql, args)
}

/// Events after `seq`, oldest first, of one subject or of all.
pub async fn after(db: &Db, seq: i64, subject: Option<&str>, limit: i64) -> Result<Vec<Event>, StorageError> {
    let rows = match subject {
        Some(subject) => {
            sqlx::query("SELECT * FROM event WHERE seq > $1 AND subject = $2 ORDER BY seq LIMIT $3")
                .bind(seq)
                .bind(subject)
                .bind(limit)
                .fetch_all(db.readers())
                .await?
        }
        None => {
            sqlx::query("SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2")
                .bind(seq)
                .bind(limit)
                .fetch_all(db.readers())
                .await?
        }
    };
    rows.iter().map(read).collect()
}

/// The place of the newest event; 0 if there is none.
pub async fn last(db: &Db) -> Result<i64, StorageError> {
    let row = sqlx::query("SELECT coalesce(max(seq), 0) AS seq FROM event").fetch_one(db.readers()).await?;
    column(&row, TABLE, "seq")
}

fn read(row: &SqliteRow) -> Result<Event, StorageError> {
    Ok(Event {
        seq: column(row, TABLE, "seq")?,
        event: NewEvent {
            at: column(row, TABLE, "at")?,
            kind: column(row, TABLE, "kind")?,
            subject: column(row, TABLE, "subject")?,
            partner: column(row, TABLE, "partner")?,
            body: json(row, TABLE, "body")?,
        },
    })
}
