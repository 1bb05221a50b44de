//! Policy definitions, by id.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;

use super::{Db, Page, Statement, StorageError, column, json, to_json};

const TABLE: &str = "policy";

/// A stored policy: the ODRL document as it was given.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPolicy {
    /// Its id in this connector.
    pub id: String,
    /// ODRL as JSON-LD.
    pub document: Value,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Adds the policy; a duplicate if the id is taken.
pub fn insert(policy: &StoredPolicy) -> Statement {
    let sql = "INSERT INTO policy (id, document, created, updated) VALUES ($1, $2, $3, $4)";
    Statement::new(TABLE, &policy.id, sql, args(policy))
}

/// Replaces the document; a conflict if there is none.
pub fn update(policy: &StoredPolicy) -> Statement {
    let sql = "UPDATE policy SET document = $2, created = $3, updated = $4 WHERE id = $1";
    Statement::new(TABLE, &policy.id, sql, args(policy)).exactly_one()
}

fn args(policy: &StoredPolicy) -> Vec<super::Arg> {
    vec![policy.id.as_str().into(), to_json(&policy.document).into(), policy.created.into(), policy.updated.into()]
}

/// Removes the policy; refused while an offer refers to it.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM policy WHERE id = $1", vec![id.into()]).exactly_one()
}

/// The policy, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StoredPolicy>, StorageError> {
    let row = sqlx::query("SELECT * FROM policy WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Those of the policies that exist, in any order.
pub async fn by_ids(db: &Db, ids: &[&str]) -> Result<Vec<StoredPolicy>, StorageError> {
    let sql = "SELECT * FROM policy WHERE id IN (SELECT value FROM json_each($1))";
    let rows = sqlx::query(sql).bind(to_json(&ids)).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// Policies in the order of their ids.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<StoredPolicy>, StorageError> {
    let rows = sqlx::query("SELECT * FROM policy WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<StoredPolicy, StorageError> {
    Ok(StoredPolicy {
        id: column(row, TABLE, "id")?,
        document: json(row, TABLE, "document")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
