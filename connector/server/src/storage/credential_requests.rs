//! What we asked of issuers, or expect of them without having asked.

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json, unknown};

const TABLE: &str = "credential_request";

/// A request for credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRequest {
    /// Our id for it.
    pub id: String,
    /// What issuers name it by. May repeat.
    pub holder_pid: String,
    /// DID of the issuer.
    pub issuer: String,
    /// The dataspace that it is for; empty: none.
    pub dataspace: String,
    /// What is asked for.
    pub wanted: Vec<Wanted>,
    /// How far it got.
    pub state: RequestState,
    /// Pre-authorized code of an invitation. A secret; forgotten once the request was taken.
    pub code: Option<String>,
    /// Base URL of the issuer's service, where its DID does not tell.
    pub address: Option<String>,
    /// Where the issuer tells the status.
    pub location: Option<String>,
    /// Why it was rejected, or why the last attempt failed.
    pub reason: Option<String>,
    /// Counts changes, from 1.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

impl std::fmt::Debug for StoredRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("StoredRequest");
        shown.field("id", &self.id).field("issuer", &self.issuer).field("state", &self.state).finish_non_exhaustive()
    }
}

/// One credential that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// The issuer's id of its credential object; `None` for what was agreed on without it.
    pub id: Option<String>,
    /// The credential's type.
    pub r#type: String,
    /// Its profile.
    pub format: String,
}

/// How far a request for credentials got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// On its way: the issuer has not said that it took it.
    Created,
    /// The issuer took it, or will deliver without it.
    Requested,
    /// Credentials were delivered; newer ones may follow.
    Issued,
    /// The issuer refused.
    Rejected,
}

impl RequestState {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Requested => "REQUESTED",
            Self::Issued => "ISSUED",
            Self::Rejected => "REJECTED",
        }
    }

    /// Whether the issuer may deliver.
    pub fn takes_delivery(self) -> bool {
        match self {
            // An issuer may be faster with its delivery than with its answer to the request.
            Self::Created | Self::Requested | Self::Issued => true,
            Self::Rejected => false,
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "CREATED" => Ok(Self::Created),
            "REQUESTED" => Ok(Self::Requested),
            "ISSUED" => Ok(Self::Issued),
            "REJECTED" => Ok(Self::Rejected),
            other => Err(unknown(TABLE, "state", other)),
        }
    }
}

/// Adds the request.
pub fn insert(request: &StoredRequest) -> Statement {
    let args: Vec<Arg> = vec![
        request.id.as_str().into(),
        request.holder_pid.as_str().into(),
        request.issuer.as_str().into(),
        request.dataspace.as_str().into(),
        to_json(&request.wanted).into(),
        request.state.name().into(),
        request.code.clone().into(),
        request.address.clone().into(),
        request.location.clone().into(),
        request.reason.clone().into(),
        request.version.into(),
        request.created.into(),
        request.updated.into(),
    ];
    let sql = "INSERT INTO credential_request (id, holder_pid, issuer, dataspace, wanted, state, code, address,
        location, reason, version, created, updated)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    Statement::new(TABLE, &request.id, sql, args)
}

/// Writes what changes of a request; `request.version` is the new version, and the row must hold the one before.
pub fn update(request: &StoredRequest) -> Statement {
    let args: Vec<Arg> = vec![
        request.id.as_str().into(),
        request.state.name().into(),
        request.code.clone().into(),
        request.location.clone().into(),
        request.reason.clone().into(),
        request.version.into(),
        request.updated.into(),
    ];
    let sql =
        "UPDATE credential_request SET state = $2, code = $3, location = $4, reason = $5, version = $6, updated = $7
        WHERE id = $1 AND version = $6 - 1";
    Statement::new(TABLE, &request.id, sql, args).exactly_one()
}

/// The request, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StoredRequest>, StorageError> {
    let row =
        sqlx::query("SELECT * FROM credential_request WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Requests of this issuer with this process id, the newest first, at most `limit`.
pub async fn by_pid(db: &Db, issuer: &str, holder_pid: &str, limit: i64) -> Result<Vec<StoredRequest>, StorageError> {
    let sql = "SELECT * FROM credential_request WHERE issuer = $1 AND holder_pid = $2 ORDER BY id DESC LIMIT $3";
    let rows = sqlx::query(sql).bind(issuer).bind(holder_pid).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// Whether we have asked this issuer for something that it did not refuse.
pub async fn asked(db: &Db, issuer: &str) -> Result<bool, StorageError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM credential_request WHERE issuer = $1 AND state <> 'REJECTED')";
    Ok(sqlx::query_scalar(sql).bind(issuer).fetch_one(db.readers()).await?)
}

/// Requests in the order in which they were made.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<StoredRequest>, StorageError> {
    let rows = sqlx::query("SELECT * FROM credential_request WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// Ids of requests that are on their way: not taken yet, or taken and not answered.
pub async fn under_way(db: &Db) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT id FROM credential_request WHERE state = 'CREATED'
        OR (state = 'REQUESTED' AND location IS NOT NULL) ORDER BY id";
    Ok(sqlx::query_scalar(sql).fetch_all(db.readers()).await?)
}

fn read(row: &SqliteRow) -> Result<StoredRequest, StorageError> {
    Ok(StoredRequest {
        id: column(row, TABLE, "id")?,
        holder_pid: column(row, TABLE, "holder_pid")?,
        issuer: column(row, TABLE, "issuer")?,
        dataspace: column(row, TABLE, "dataspace")?,
        wanted: json(row, TABLE, "wanted")?,
        state: RequestState::parse(column(row, TABLE, "state")?)?,
        code: column(row, TABLE, "code")?,
        address: column(row, TABLE, "address")?,
        location: column(row, TABLE, "location")?,
        reason: column(row, TABLE, "reason")?,
        version: column(row, TABLE, "version")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
