//! Protocol messages in and out. One table is timeline, deduplication (a partner's message id is taken once) and
//! outbox (rows with status `pending`).

use std::fmt;

use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Statement, StorageError, column, to_json};

const TABLE: &str = "message";

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In: taken.
    Received,
    /// Out: to be delivered.
    Pending,
    /// Out: acknowledged by the partner.
    Delivered,
    /// Out: the partner answered with an error that trying again does not mend.
    Refused,
    /// Out: given up, because the process had ended or the time was over.
    Abandoned,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        Ok(match name {
            "received" => Self::Received,
            "pending" => Self::Pending,
            "delivered" => Self::Delivered,
            "refused" => Self::Refused,
            "abandoned" => Self::Abandoned,
            other => {
                let detail = format!("unknown status {other:?}");
                return Err(StorageError::Row { table: TABLE, column: "status".to_owned(), detail });
            }
        })
    }
}

/// An outbox row that asks the partner for the state of a negotiation instead of telling it something.
pub const NEGOTIATION_QUESTION: &str = "ContractNegotiationQuestion";
/// An outbox row that asks the partner for the state of a transfer.
pub const TRANSFER_QUESTION: &str = "TransferQuestion";

/// `type` of the message by which a party ends an agreement.
pub const AGREEMENT_TERMINATION: &str = "AgreementTermination";

/// Which kind of process a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessKind {
    /// Contract negotiation.
    Negotiation,
    /// Transfer process.
    Transfer,
    /// An agreement, by its id.
    Agreement,
}

/// One message of a process.
#[derive(Clone, PartialEq)]
pub struct StoredMessage {
    /// Its place in the order; 0 before it is stored.
    pub seq: i64,
    /// Own process id.
    pub process: String,
    /// `true` for what the partner sent.
    pub inbound: bool,
    /// The message's `@id`, unique per partner and direction.
    pub message_id: String,
    /// Participant id.
    pub partner: String,
    /// `@type` of the message.
    pub kind: String,
    /// The body as sent or received.
    pub payload: String,
    /// Out: where it is posted.
    pub address: Option<String>,
    /// What became of it.
    pub status: Status,
    /// Out: how often it was tried.
    pub attempts: i64,
    /// Out: the last HTTP status.
    pub http_status: Option<i64>,
    /// In: time from arrival to commit. Out: of the last attempt. Microseconds.
    pub duration_us: Option<i64>,
    /// Why it failed, as a sentence.
    pub detail: Option<String>,
    /// Milliseconds since the epoch.
    pub at: i64,
    /// In: the signed token by which the partner proved who it is. Evidence; never shown beside an auditor's export.
    pub token: Option<String>,
}

impl fmt::Debug for StoredMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredMessage")
            .field("process", &self.process)
            .field("message_id", &self.message_id)
            .field("kind", &self.kind)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl StoredMessage {
    /// The kind of process it belongs to: DSP's transfer messages, and our question, begin with the word.
    pub fn process_kind(&self) -> ProcessKind {
        if self.kind.starts_with("Transfer") {
            ProcessKind::Transfer
        } else if self.kind == AGREEMENT_TERMINATION {
            ProcessKind::Agreement
        } else {
            ProcessKind::Negotiation
        }
    }

    /// Whether it asks for the partner's state.
    pub fn is_question(&self) -> bool {
        self.kind == NEGOTIATION_QUESTION || self.kind == TRANSFER_QUESTION
    }

    /// Out: whether its last attempt met no connection, no answer in time, or an error of the partner's server.
    pub fn found_nobody(&self) -> bool {
        self.attempts > 0 && self.http_status.is_none_or(|status| status >= 500)
    }

    /// Whether it ends its process: it is delivered even though the process is over.
    pub fn ends_process(&self) -> bool {
        self.kind.ends_with("TerminationMessage")
            || self.kind.ends_with("CompletionMessage")
            || self.kind == AGREEMENT_TERMINATION
    }

    /// What the partner sent, taken.
    pub fn incoming(process: &str, partner: &str, message_id: &str, kind: &str, payload: &str, at: i64) -> Self {
        Self {
            seq: 0,
            process: process.to_owned(),
            inbound: true,
            message_id: message_id.to_owned(),
            partner: partner.to_owned(),
            kind: kind.to_owned(),
            payload: payload.to_owned(),
            address: None,
            status: Status::Received,
            attempts: 1,
            http_status: None,
            duration_us: None,
            detail: None,
            at,
            token: None,
        }
    }

    /// What goes to the partner, waiting. Without an address it gets one when its turn comes.
    pub fn outgoing(process: &str, partner: &str, message_id: String, kind: &str, payload: String, at: i64) -> Self {
        Self {
            inbound: false,
            status: Status::Pending,
            attempts: 0,
            message_id,
            payload,
            ..Self::incoming(process, partner, "", kind, "", at)
        }
    }
}

/// Stores the message; a duplicate if this partner's message id was stored before in this direction.
pub fn insert(message: &StoredMessage) -> Statement {
    let args: Vec<Arg> = vec![
        message.process.as_str().into(),
        if message.inbound { "in" } else { "out" }.into(),
        message.message_id.as_str().into(),
        message.partner.as_str().into(),
        message.kind.as_str().into(),
        message.payload.as_str().into(),
        message.address.clone().into(),
        message.status.name().into(),
        message.attempts.into(),
        message.duration_us.into(),
        message.detail.clone().into(),
        message.at.into(),
        message.token.clone().into(),
    ];
    let sql = "INSERT INTO message
        (process, direction, message_id, partner, type, payload, address, status, attempts, duration_us, detail, at, token)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    Statement::append(TABLE, &message.message_id, sql, args)
}

/// How an attempt to deliver went.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The status from now on.
    pub status: Status,
    /// How often it was tried so far.
    pub attempts: i64,
    /// The HTTP status, if there was an answer.
    pub http_status: Option<i64>,
    /// Microseconds.
    pub duration_us: Option<i64>,
    /// Why it failed.
    pub detail: Option<String>,
}

/// Records an attempt on an outgoing message.
pub fn record_attempt(partner: &str, message_id: &str, attempt: &Attempt) -> Statement {
    let args: Vec<Arg> = vec![
        partner.into(),
        message_id.into(),
        attempt.status.name().into(),
        attempt.attempts.into(),
        attempt.http_status.into(),
        attempt.duration_us.into(),
        attempt.detail.clone().into(),
    ];
    let sql = "UPDATE message SET status = $3, attempts = $4, http_status = $5, duration_us = $6, detail = $7
        WHERE partner = $1 AND direction = 'out' AND message_id = $2";
    Statement::new(TABLE, message_id, sql, args)
}

/// This partner's message, if it came before.
pub async fn received(db: &Db, partner: &str, message_id: &str) -> Result<Option<StoredMessage>, StorageError> {
    let sql = "SELECT * FROM message WHERE partner = $1 AND direction = 'in' AND message_id = $2";
    let row = sqlx::query(sql).bind(partner).bind(message_id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// A process's messages, oldest first.
pub async fn of_process(db: &Db, process: &str) -> Result<Vec<StoredMessage>, StorageError> {
    let rows = sqlx::query("SELECT * FROM message WHERE process = $1 ORDER BY seq LIMIT 1000")
        .bind(process)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// Outgoing messages that wait, oldest first, after `seq`.
pub async fn pending(db: &Db, seq: i64, limit: i64) -> Result<Vec<StoredMessage>, StorageError> {
    let rows = sqlx::query("SELECT * FROM message WHERE status = 'pending' AND seq > $1 ORDER BY seq LIMIT $2")
        .bind(seq)
        .bind(limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// Outgoing messages to one partner that wait, oldest first, after `seq`.
pub async fn pending_for(db: &Db, partner: &str, seq: i64, limit: i64) -> Result<Vec<StoredMessage>, StorageError> {
    let sql = "SELECT * FROM message WHERE status = 'pending' AND partner = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let rows = sqlx::query(sql).bind(partner).bind(seq).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// What waits for one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Participant id.
    pub partner: String,
    /// How many messages.
    pub messages: i64,
    /// When the oldest was made, in milliseconds since the epoch.
    pub oldest: i64,
    /// How often the oldest was tried.
    pub attempts: i64,
    /// The HTTP status of its last attempt.
    pub http_status: Option<i64>,
    /// Why its last attempt failed.
    pub detail: Option<String>,
}

/// What waits, for each partner of `partners`, or for those for whom most waits.
pub async fn waiting(db: &Db, partners: Option<&[&str]>, limit: i64) -> Result<Vec<Waiting>, StorageError> {
    let sql = "SELECT w.partner, w.messages, m.at AS oldest, m.attempts, m.http_status, m.detail FROM
        (SELECT partner, count(*) AS messages, min(seq) AS first FROM message WHERE status = 'pending'
            AND ($1 IS NULL OR partner IN (SELECT value FROM json_each($1))) GROUP BY partner) w
        JOIN message m ON m.seq = w.first ORDER BY w.messages DESC, w.partner LIMIT $2";
    let rows = sqlx::query(sql).bind(partners.map(|some| to_json(&some))).bind(limit).fetch_all(db.readers()).await?;
    let waiting = |row: &SqliteRow| {
        Ok(Waiting {
            partner: column(row, TABLE, "partner")?,
            messages: column(row, TABLE, "messages")?,
            oldest: column(row, TABLE, "oldest")?,
            attempts: column(row, TABLE, "attempts")?,
            http_status: column(row, TABLE, "http_status")?,
            detail: column(row, TABLE, "detail")?,
        })
    };
    rows.iter().map(waiting).collect()
}

fn read(row: &SqliteRow) -> Result<StoredMessage, StorageError> {
    let direction: &str = column(row, TABLE, "direction")?;
    Ok(StoredMessage {
        seq: column(row, TABLE, "seq")?,
        process: column(row, TABLE, "process")?,
        inbound: direction == "in",
        message_id: column(row, TABLE, "message_id")?,
        partner: column(row, TABLE, "partner")?,
        kind: column(row, TABLE, "type")?,
        payload: column(row, TABLE, "payload")?,
        address: column(row, TABLE, "address")?,
        status: Status::parse(column(row, TABLE, "status")?)?,
        attempts: column(row, TABLE, "attempts")?,
        http_status: column(row, TABLE, "http_status")?,
        duration_us: column(row, TABLE, "duration_us")?,
        detail: column(row, TABLE, "detail")?,
        at: column(row, TABLE, "at")?,
        token: column(row, TABLE, "token")?,
    })
}
