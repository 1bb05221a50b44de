//! Invitations into dataspaces that we issue credentials for.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;

use super::{Db, Page, Statement, StorageError, column, json, to_json, unknown};

const TABLE: &str = "invitation";

/// An invitation, without its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredInvitation {
    /// Our id for it.
    pub id: String,
    /// The dataspace that it leads into.
    pub dataspace: String,
    /// The company that is invited, for people.
    pub name: String,
    /// What credentials will say of it, such as `bpn`: name → value.
    pub attributes: BTreeMap<String, String>,
    /// SHA-256 of the code, in hex.
    pub code_hash: String,
    /// Whether the code still counts, its end aside.
    pub state: InvitationState,
    /// The DID that came with the code.
    pub used_by: Option<String>,
    /// Counts changes, from 1.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// When the code ends, in milliseconds since the epoch.
    pub expires: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Whether an invitation's code still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationState {
    /// Nobody has come with it yet.
    Open,
    /// Somebody became a member by it.
    Used,
    /// An operator took it back.
    Withdrawn,
}

impl InvitationState {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Used => "USED",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "OPEN" => Ok(Self::Open),
            "USED" => Ok(Self::Used),
            "WITHDRAWN" => Ok(Self::Withdrawn),
            other => Err(unknown(TABLE, "state", other)),
        }
    }
}

/// Adds the invitation.
pub fn insert(invitation: &StoredInvitation) -> Statement {
    let args = vec![
        invitation.id.as_str().into(),
        invitation.dataspace.as_str().into(),
        invitation.name.as_str().into(),
        to_json(&invitation.attributes).into(),
        invitation.code_hash.as_str().into(),
        invitation.state.name().into(),
        invitation.used_by.clone().into(),
        invitation.version.into(),
        invitation.created.into(),
        invitation.expires.into(),
        invitation.updated.into(),
    ];
    let sql = "INSERT INTO invitation (id, dataspace, name, attributes, code_hash, state, used_by, version, created,
        expires, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    Statement::new(TABLE, &invitation.id, sql, args)
}

/// Writes state and user; `invitation.version` is the new version, and the row must hold the one before.
pub fn update(invitation: &StoredInvitation) -> Statement {
    let args = vec![
        invitation.id.as_str().into(),
        invitation.state.name().into(),
        invitation.used_by.clone().into(),
        invitation.version.into(),
        invitation.updated.into(),
    ];
    let sql =
        "UPDATE invitation SET state = $2, used_by = $3, version = $4, updated = $5 WHERE id = $1 AND version = $4 - 1";
    Statement::new(TABLE, &invitation.id, sql, args).exactly_one()
}

/// The invitation, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StoredInvitation>, StorageError> {
    let row = sqlx::query("SELECT * FROM invitation WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// The invitation whose code has this hash, or `None`.
pub async fn by_code_hash(db: &Db, code_hash: &str) -> Result<Option<StoredInvitation>, StorageError> {
    let sql = "SELECT * FROM invitation WHERE code_hash = $1";
    let row = sqlx::query(sql).bind(code_hash).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Invitations in the order in which they were made, of one dataspace or of all.
pub async fn list(db: &Db, dataspace: Option<&str>, page: &Page) -> Result<Vec<StoredInvitation>, StorageError> {
    let sql = "SELECT * FROM invitation WHERE id > $1 AND ($2 IS NULL OR dataspace = $2) ORDER BY id LIMIT $3";
    let rows = sqlx::query(sql)
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(dataspace)
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<StoredInvitation, StorageError> {
    Ok(StoredInvitation {
        id: column(row, TABLE, "id")?,
        dataspace: column(row, TABLE, "dataspace")?,
        name: column(row, TABLE, "name")?,
        attributes: json(row, TABLE, "attributes")?,
        code_hash: column(row, TABLE, "code_hash")?,
        state: InvitationState::parse(column(row, TABLE, "state")?)?,
        used_by: column(row, TABLE, "used_by")?,
        version: column(row, TABLE, "version")?,
        created: column(row, TABLE, "created")?,
        expires: column(row, TABLE, "expires")?,
        updated: column(row, TABLE, "updated")?,
    })
}
