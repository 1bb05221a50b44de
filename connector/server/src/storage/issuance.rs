//! What holders asked of us, and how the answer reaches them.

use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json, unknown};

const TABLE: &str = "issuance";

/// A holder's request for credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredIssuance {
    /// Our process id, `issuerPid`.
    pub id: String,
    /// The dataspace whose credentials are asked for.
    pub dataspace: String,
    /// DID of the holder.
    pub holder: String,
    /// The holder's process id. May repeat.
    pub holder_pid: String,
    /// Ids of credential objects.
    pub wanted: Vec<String>,
    /// How far it got.
    pub state: IssuanceState,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// The holder's access token, which the delivery echoes. Opaque and secret.
    pub token: Option<String>,
    /// The credential service of a holder whose DID names none.
    pub address: Option<String>,
    /// How the answer reaches the holder.
    pub delivery: Delivery,
    /// Why the last attempt to deliver failed.
    pub failure: Option<String>,
    /// Counts changes, from 1.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

impl std::fmt::Debug for StoredIssuance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("StoredIssuance");
        shown.field("id", &self.id).field("holder", &self.holder).field("state", &self.state).finish_non_exhaustive()
    }
}

/// How far an issuance got, as holders are told (DCP 1.0, 6.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuanceState {
    /// Taken; credentials are not signed yet.
    Received,
    /// Credentials were signed.
    Issued,
    /// Refused, as a whole.
    Rejected,
}

impl IssuanceState {
    /// As it is stored and told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Issued => "ISSUED",
            Self::Rejected => "REJECTED",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "RECEIVED" => Ok(Self::Received),
            "ISSUED" => Ok(Self::Issued),
            "REJECTED" => Ok(Self::Rejected),
            other => Err(unknown(TABLE, "state", other)),
        }
    }
}

/// How the answer reaches the holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// There is nothing to deliver yet.
    Waiting,
    /// It is being tried.
    Pending,
    /// The holder took it.
    Delivered,
    /// Given up.
    Abandoned,
}

impl Delivery {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Abandoned => "abandoned",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "waiting" => Ok(Self::Waiting),
            "pending" => Ok(Self::Pending),
            "delivered" => Ok(Self::Delivered),
            "abandoned" => Ok(Self::Abandoned),
            other => Err(unknown(TABLE, "delivery", other)),
        }
    }
}

/// Adds the request.
pub fn insert(issuance: &StoredIssuance) -> Statement {
    let args: Vec<Arg> = vec![
        issuance.id.as_str().into(),
        issuance.dataspace.as_str().into(),
        issuance.holder.as_str().into(),
        issuance.holder_pid.as_str().into(),
        to_json(&issuance.wanted).into(),
        issuance.state.name().into(),
        issuance.reason.clone().into(),
        issuance.token.clone().into(),
        issuance.address.clone().into(),
        issuance.delivery.name().into(),
        issuance.failure.clone().into(),
        issuance.version.into(),
        issuance.created.into(),
        issuance.updated.into(),
    ];
    let sql =
        "INSERT INTO issuance (id, dataspace, holder, holder_pid, wanted, state, reason, token, address, delivery,
        failure, version, created, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    Statement::new(TABLE, &issuance.id, sql, args)
}

/// Writes what changes; `issuance.version` is the new version, and the row must hold the one before.
pub fn update(issuance: &StoredIssuance) -> Statement {
    let args: Vec<Arg> = vec![
        issuance.id.as_str().into(),
        issuance.state.name().into(),
        issuance.reason.clone().into(),
        issuance.token.clone().into(),
        issuance.delivery.name().into(),
        issuance.failure.clone().into(),
        issuance.version.into(),
        issuance.updated.into(),
    ];
    let sql = "UPDATE issuance SET state = $2, reason = $3, token = $4, delivery = $5, failure = $6, version = $7,
        updated = $8 WHERE id = $1 AND version = $7 - 1";
    Statement::new(TABLE, &issuance.id, sql, args).exactly_one()
}

/// The issuance, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StoredIssuance>, StorageError> {
    let row = sqlx::query("SELECT * FROM issuance WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Ids of those that are not decided or not delivered yet, the oldest first.
pub async fn under_way(db: &Db) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT id FROM issuance WHERE delivery IN ('waiting', 'pending') ORDER BY id";
    Ok(sqlx::query_scalar(sql).fetch_all(db.readers()).await?)
}

/// How many requests of a holder are not answered yet.
pub async fn waiting(db: &Db, holder: &str) -> Result<i64, StorageError> {
    let sql = "SELECT count(*) FROM issuance WHERE delivery IN ('waiting', 'pending') AND holder = $1";
    Ok(sqlx::query_scalar(sql).bind(holder).fetch_one(db.readers()).await?)
}

/// The credential service that a holder named last in a request of its own, if its DID does not name one.
pub async fn newest_address(db: &Db, holder: &str) -> Result<Option<String>, StorageError> {
    let sql = "SELECT address FROM issuance WHERE holder = $1 AND address IS NOT NULL ORDER BY id DESC LIMIT 1";
    Ok(sqlx::query_scalar(sql).bind(holder).fetch_optional(db.readers()).await?)
}

/// Requests in the order in which they came.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<StoredIssuance>, StorageError> {
    let rows = sqlx::query("SELECT * FROM issuance WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<StoredIssuance, StorageError> {
    Ok(StoredIssuance {
        id: column(row, TABLE, "id")?,
        dataspace: column(row, TABLE, "dataspace")?,
        holder: column(row, TABLE, "holder")?,
        holder_pid: column(row, TABLE, "holder_pid")?,
        wanted: json(row, TABLE, "wanted")?,
        state: IssuanceState::parse(column(row, TABLE, "state")?)?,
        reason: column(row, TABLE, "reason")?,
        token: column(row, TABLE, "token")?,
        address: column(row, TABLE, "address")?,
        delivery: Delivery::parse(column(row, TABLE, "delivery")?)?,
        failure: column(row, TABLE, "failure")?,
        version: column(row, TABLE, "version")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
