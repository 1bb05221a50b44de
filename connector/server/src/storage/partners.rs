//! Partners: whom we know, where they are, and what we hold for true about them.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use sqlx::sqlite::SqliteRow;

use super::{Db, Page, Statement, StorageError, column, json, to_json};

const TABLE: &str = "partner";

/// A known participant.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// Participant id (a DID, or what the dataspace uses).
    pub id: String,
    /// For people.
    pub name: String,
    /// Base of its Dataspace Protocol endpoints, without a trailing slash.
    pub dsp_address: String,
    /// Facts for policy decisions: operand IRI → values.
    pub claims: BTreeMap<String, Vec<Value>>,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Adds the partner or replaces what is known of it.
pub fn put(partner: &Partner) -> Statement {
    let args = vec![
        partner.id.as_str().into(),
        partner.name.as_str().into(),
        partner.dsp_address.as_str().into(),
        to_json(&partner.claims).into(),
        partner.created.into(),
        partner.updated.into(),
    ];
    let sql = "INSERT INTO partner (id, name, dsp_address, claims, created, updated) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET name = $2, dsp_address = $3, claims = $4, updated = $6";
    Statement::new(TABLE, &partner.id, sql, args)
}

/// Forgets the partner; a conflict if it is not known.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM partner WHERE id = $1", vec![id.into()]).exactly_one()
}

/// The partner, or `None` if unknown.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Partner>, StorageError> {
    let row = sqlx::query("SELECT * FROM partner WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Partners in the order of their ids.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<Partner>, StorageError> {
    let rows = sqlx::query("SELECT * FROM partner WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// How many partners are known.
pub async fn count(db: &Db) -> Result<i64, StorageError> {
    let row = sqlx::query("SELECT count(*) AS known FROM partner").fetch_one(db.readers()).await?;
    column(&row, TABLE, "known")
}

/// The names of those of the participants that are known, by their ids.
pub async fn names(db: &Db, ids: &[&str]) -> Result<HashMap<String, String>, StorageError> {
    let sql = "SELECT id, name FROM partner WHERE id IN (SELECT value FROM json_each($1))";
    let rows = sqlx::query(sql).bind(to_json(&ids)).fetch_all(db.readers()).await?;
    rows.iter().map(|row| Ok((column(row, TABLE, "id")?, column(row, TABLE, "name")?))).collect()
}

fn read(row: &SqliteRow) -> Result<Partner, StorageError> {
    Ok(Partner {
        id: column(row, TABLE, "id")?,
        name: column(row, TABLE, "name")?,
        dsp_address: column(row, TABLE, "dsp_address")?,
        claims: json(row, TABLE, "claims")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
