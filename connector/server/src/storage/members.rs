//! Members of the dataspaces that we issue credentials for.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;

use super::{Db, Page, Statement, StorageError, column, json, to_json, unknown};

const TABLE: &str = "member";

/// A participant that a dataspace of ours has admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The dataspace.
    pub dataspace: String,
    /// Who it is.
    pub did: String,
    /// For people.
    pub name: String,
    /// What credentials may say of it, such as `bpn`: name → value.
    pub attributes: BTreeMap<String, String>,
    /// Whether it still belongs.
    pub state: MemberState,
    /// Counts changes, from 1.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Whether a member still belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberState {
    /// It may ask for credentials.
    Active,
    /// It may not any more; its credentials were revoked.
    Removed,
}

impl MemberState {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Removed => "REMOVED",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "ACTIVE" => Ok(Self::Active),
            "REMOVED" => Ok(Self::Removed),
            other => Err(unknown(TABLE, "state", other)),
        }
    }
}

/// Adds the member, or replaces it if the row holds the version before `member.version`; else a conflict.
pub fn put(member: &Member) -> Statement {
    let args = vec![
        member.dataspace.as_str().into(),
        member.did.as_str().into(),
        member.name.as_str().into(),
        to_json(&member.attributes).into(),
        member.state.name().into(),
        member.version.into(),
        member.created.into(),
        member.updated.into(),
    ];
    let sql = "INSERT INTO member (dataspace, did, name, attributes, state, version, created, updated)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (dataspace, did) DO UPDATE SET name = $3, attributes = $4,
        state = $5, version = $6, updated = $8 WHERE member.version = $6 - 1";
    Statement::new(TABLE, &member.did, sql, args).exactly_one()
}

/// The member, or `None` if it was never admitted.
pub async fn by_did(db: &Db, dataspace: &str, did: &str) -> Result<Option<Member>, StorageError> {
    let row = sqlx::query("SELECT * FROM member WHERE dataspace = $1 AND did = $2")
        .bind(dataspace)
        .bind(did)
        .fetch_optional(db.readers())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Members of a dataspace in the order of their DIDs.
pub async fn list(db: &Db, dataspace: &str, page: &Page) -> Result<Vec<Member>, StorageError> {
    let rows = sqlx::query("SELECT * FROM member WHERE dataspace = $1 AND did > $2 ORDER BY did LIMIT $3")
        .bind(dataspace)
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Member, StorageError> {
    Ok(Member {
        dataspace: column(row, TABLE, "dataspace")?,
        did: column(row, TABLE, "did")?,
        name: column(row, TABLE, "name")?,
        attributes: json(row, TABLE, "attributes")?,
        state: MemberState::parse(column(row, TABLE, "state")?)?,
        version: column(row, TABLE, "version")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
