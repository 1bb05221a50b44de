//! Transfer processes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::{State, StateName, Transfer};

use super::narrowing::{Found, List, Narrowing};
use super::negotiations::role_name;
use super::offers::Step;
use super::usage::Used;
use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json};

const TABLE: &str = "transfer";

/// Which steps of a transfer the connector takes by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Automation {
    /// Provider: start when requested, answer a resume, complete when everything has been pushed.
    pub start: Step,
}

/// A transfer process with what the connector keeps beside the machine's value.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTransfer {
    /// Own process id.
    pub pid: String,
    /// The other participant.
    pub partner: String,
    /// Base of the partner's endpoints for this process.
    pub peer_address: String,
    /// Raised by each update.
    pub version: i64,
    /// The agreement it runs under.
    pub agreement_id: String,
    /// The dataset.
    pub asset: String,
    /// Transfer type as in DSP `format`.
    pub format: String,
    /// Of the access token: raised by each start, so that older tokens end with a suspension.
    pub generation: i64,
    /// Which steps are taken without a person.
    pub automation: Automation,
    /// Push, provider: where to, and what has been confirmed there.
    pub sink: Option<Value>,
    /// What the consumer says the data is for.
    pub purpose: Option<String>,
    /// What the consumer confines the transfer to: left operand → value.
    pub scope: Option<Map<String, Value>>,
    /// Push, provider: what had been used under the agreement before this delivery was counted; none: it was not.
    pub counted: Option<Vec<Used>>,
    /// When the policy monitor suspended it, in milliseconds since the epoch; none if anybody else did.
    pub held: Option<i64>,
    /// Bytes moved so far: pulled, or confirmed by the receiver of a push; at the consumer what passed through this connector.
    pub bytes: i64,
    /// Data requests so far, also those that were refused.
    pub requests: i64,
    /// When data last moved, in milliseconds since the epoch.
    pub last_data: Option<i64>,
    /// The machine's value.
    pub machine: Transfer,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

impl StoredTransfer {
    /// Whether data is to be pushed for this transfer now.
    pub fn is_pushing(&self) -> bool {
        let started = matches!(self.machine.state(), State::Started { answer_due: false, .. });
        started && self.machine.role() == Role::Provider && !self.machine.is_pull()
    }
}

/// Adds the transfer; a duplicate if the partner's process id is known.
pub fn insert(transfer: &StoredTransfer) -> Statement {
    let sql = "INSERT INTO transfer (pid, role, partner, peer_pid, peer_address, state, version, agreement_id, asset,
        format, generation, automation, sink, purpose, bytes, body, created, updated, scope)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    let t = transfer;
    let args: Vec<Arg> = vec![
        t.pid.as_str().into(),
        role_name(t.machine.role()).into(),
        t.partner.as_str().into(),
        t.machine.peer_pid().map(str::to_owned).into(),
        t.peer_address.as_str().into(),
        t.machine.state_name().to_string().into(),
        t.version.into(),
        t.agreement_id.as_str().into(),
        t.asset.as_str().into(),
        t.format.as_str().into(),
        t.generation.into(),
        to_json(&t.automation).into(),
        t.sink.as_ref().map(to_json).into(),
        t.purpose.clone().into(),
        t.bytes.into(),
        to_json(&t.machine).into(),
        t.created.into(),
        t.updated.into(),
        t.scope.as_ref().map(to_json).into(),
    ];
    Statement::new(TABLE, &t.pid, sql, args)
}

/// Writes the next version; a conflict if somebody else wrote it first.
pub fn update(transfer: &StoredTransfer, read_version: i64) -> Statement {
    let sql = "UPDATE transfer SET peer_pid = $3, state = $4, version = $2 + 1, generation = $5, automation = $6,
        body = $7, updated = $8, held = $9 WHERE pid = $1 AND version = $2";
    let t = transfer;
    let args: Vec<Arg> = vec![
        t.pid.as_str().into(),
        read_version.into(),
        t.machine.peer_pid().map(str::to_owned).into(),
        t.machine.state_name().to_string().into(),
        t.generation.into(),
        to_json(&t.automation).into(),
        to_json(&t.machine).into(),
        t.updated.into(),
        t.held.into(),
    ];
    Statement::new(TABLE, &t.pid, sql, args).exactly_one()
}

/// Marks that the transfer's one delivery has been counted, and what had been used before; a conflict if it was counted.
pub fn count_delivery(pid: &str, before: &[Used]) -> Statement {
    let sql = "UPDATE transfer SET counted = $2 WHERE pid = $1 AND counted IS NULL";
    Statement::new(TABLE, pid, sql, vec![pid.into(), to_json(&before).into()]).exactly_one()
}

/// Records how far a push has come: what to resume from, and the bytes that the receiver has confirmed by then.
pub fn record_sink(pid: &str, sink: &Value, confirmed: i64, at: i64) -> Statement {
    let sql = "UPDATE transfer SET sink = $2, bytes = $3, last_data = $4 WHERE pid = $1";
    Statement::new(TABLE, pid, sql, vec![pid.into(), to_json(sink).into(), confirmed.into(), at.into()])
}

/// Records how far a push into our inbox has come by then.
pub fn record_receipt(pid: &str, bytes: i64, at: i64) -> Statement {
    let sql = "UPDATE transfer SET bytes = $2, last_data = $3 WHERE pid = $1";
    Statement::new(TABLE, pid, sql, vec![pid.into(), bytes.into(), at.into()])
}

/// What a transfer has moved since it was written down last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Bytes.
    pub bytes: i64,
    /// Data requests, also those that were refused.
    pub requests: i64,
    /// When data moved, in milliseconds since the epoch; none if none did.
    pub at: Option<i64>,
}

/// Adds what was moved.
pub fn add_moved(pid: &str, moved: Moved) -> Statement {
    let sql = "UPDATE transfer SET bytes = bytes + $2, requests = requests + $3,
        last_data = max(coalesce(last_data, $4), coalesce($4, last_data)) WHERE pid = $1";
    Statement::new(TABLE, pid, sql, vec![pid.into(), moved.bytes.into(), moved.requests.into(), moved.at.into()])
}

/// The transfer with this own process id, or `None`.
pub async fn by_pid(db: &Db, pid: &str) -> Result<Option<StoredTransfer>, StorageError> {
    let row = sqlx::query("SELECT * FROM transfer WHERE pid = $1").bind(pid).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// The transfer that the partner knows under `peer_pid`, or `None`.
pub async fn by_peer_pid(
    db: &Db,
    partner: &str,
    role: Role,
    peer_pid: &str,
) -> Result<Option<StoredTransfer>, StorageError> {
    let row = sqlx::query("SELECT * FROM transfer WHERE partner = $1 AND role = $2 AND peer_pid = $3")
        .bind(partner)
        .bind(role_name(role))
        .bind(peer_pid)
        .fetch_optional(db.readers())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Every transfer under the agreement that has not ended.
pub async fn live_under(db: &Db, agreement: &str) -> Result<Vec<StoredTransfer>, StorageError> {
    let sql = "SELECT * FROM transfer WHERE agreement_id = $1 AND state IN ('REQUESTED', 'STARTED', 'SUSPENDED')";
    let rows = sqlx::query(sql).bind(agreement).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// The provider's transfers that the policy monitor watches: what runs, and what it suspended itself. In the order of their
/// ids, after `after`.
pub async fn watched(db: &Db, after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT pid FROM transfer WHERE pid > $1 AND role = 'provider'
        AND (state = 'STARTED' OR (state = 'SUSPENDED' AND held IS NOT NULL)) ORDER BY pid LIMIT $2";
    let rows = sqlx::query(sql).bind(after).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(|row| column(row, TABLE, "pid")).collect()
}

/// The consumer's pushes of which there is no record that they brought anything. In the order of their ids, after `after`.
pub async fn without_record_of_receipt(db: &Db, after: &str, limit: i64) -> Result<Vec<StoredTransfer>, StorageError> {
    let sql = "SELECT t.* FROM transfer t LEFT JOIN received r ON r.transfer = t.pid
        WHERE t.pid > $1 AND t.role = 'consumer' AND t.format LIKE '%PUSH' AND r.transfer IS NULL ORDER BY t.pid LIMIT $2";
    let rows = sqlx::query(sql).bind(after).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// What a list may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// DSP state name.
    pub state: Option<String>,
    /// `consumer` or `provider`.
    pub role: Option<String>,
    /// Agreement id.
    pub agreement: Option<String>,
    /// Participant id.
    pub partner: Option<String>,
    /// One of these states.
    pub states: Option<Vec<StateName>>,
    /// A text in an id, in the purpose or in the partner's name.
    pub text: Option<String>,
}

impl Filter {
    /// The conditions, without the text.
    fn narrowing(&self) -> Narrowing {
        let mut narrowing = Narrowing::default();
        narrowing.equal("state", self.state.as_deref());
        narrowing.equal("role", self.role.as_deref());
        narrowing.equal("agreement_id", self.agreement.as_deref());
        narrowing.equal("partner", self.partner.as_deref());
        if let Some(states) = &self.states {
            narrowing.any_of(&[vec![("state", states.iter().map(|state| state.as_str().to_owned()).collect())]]);
        }
        narrowing
    }
}

const LIST: List = List {
    rows: "SELECT * FROM transfer",
    keys: "SELECT pid AS key FROM transfer",
    order: " ORDER BY pid DESC",
    down_to: ("pid >= ", ""),
    searched: &["pid", "peer_pid", "partner", "asset", "agreement_id", "purpose"],
};

/// Transfers, newest first.
pub async fn list(db: &Db, filter: &Filter, page: &Page) -> Result<Found<StoredTransfer>, StorageError> {
    let mut narrowing = filter.narrowing();
    narrowing.with("pid < ", page.after.as_deref(), "");
    narrowing.list(db, &LIST, filter.text.as_deref(), page.limit, read).await
}

/// How many transfers there are of this kind; the text does not count.
pub async fn count(db: &Db, filter: &Filter) -> Result<i64, StorageError> {
    filter.narrowing().count(db, "SELECT count(*) AS key FROM transfer").await
}

/// How many transfers each of these agreements has had.
pub async fn per_agreement(db: &Db, agreements: &[&str]) -> Result<HashMap<String, i64>, StorageError> {
    let sql = "SELECT agreement_id, count(*) AS transfers FROM transfer
        WHERE agreement_id IN (SELECT value FROM json_each($1)) GROUP BY agreement_id";
    let rows = sqlx::query(sql).bind(to_json(&agreements)).fetch_all(db.readers()).await?;
    let counted = |row: &SqliteRow| Ok((column(row, TABLE, "agreement_id")?, column(row, TABLE, "transfers")?));
    rows.iter().map(counted).collect()
}

fn read(row: &SqliteRow) -> Result<StoredTransfer, StorageError> {
    let sink: Option<String> = column(row, TABLE, "sink")?;
    let scope: Option<&str> = column(row, TABLE, "scope")?;
    let counted: Option<&str> = column(row, TABLE, "counted")?;
    Ok(StoredTransfer {
        pid: column(row, TABLE, "pid")?,
        partner: column(row, TABLE, "partner")?,
        peer_address: column(row, TABLE, "peer_address")?,
        version: column(row, TABLE, "version")?,
        agreement_id: column(row, TABLE, "agreement_id")?,
        asset: column(row, TABLE, "asset")?,
        format: column(row, TABLE, "format")?,
        generation: column(row, TABLE, "generation")?,
        automation: json(row, TABLE, "automation")?,
        sink: if sink.is_some() { Some(json(row, TABLE, "sink")?) } else { None },
        purpose: column(row, TABLE, "purpose")?,
        scope: scope.map(|_| json(row, TABLE, "scope")).transpose()?,
        counted: counted.map(|_| json(row, TABLE, "counted")).transpose()?,
        held: column(row, TABLE, "held")?,
        bytes: column(row, TABLE, "bytes")?,
        requests: column(row, TABLE, "requests")?,
        last_data: column(row, TABLE, "last_data")?,
        machine: json(row, TABLE, "body")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
