//! Assets: what can be offered, and where its data comes from.

use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;

use super::{Db, Page, Statement, StorageError, column, json, to_json};

const TABLE: &str = "asset";

/// Something that can be offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// The dataset id partners see.
    pub id: String,
    /// Shown in the catalogue: name, description, anything.
    pub properties: Map<String, Value>,
    /// Transfer types it can be had by, as in DSP `format`.
    pub formats: Vec<String>,
    /// Where the bytes are; may hold secrets, never leaves this connector.
    pub source: Value,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Adds the asset; a duplicate if the id is taken.
pub fn insert(asset: &Asset) -> Statement {
    let sql = "INSERT INTO asset (id, properties, formats, source, created, updated) VALUES ($1, $2, $3, $4, $5, $6)";
    Statement::new(TABLE, &asset.id, sql, args(asset))
}

/// Replaces the asset; a conflict if there is none.
pub fn update(asset: &Asset) -> Statement {
    let sql = "UPDATE asset SET properties = $2, formats = $3, source = $4, created = $5, updated = $6 WHERE id = $1";
    Statement::new(TABLE, &asset.id, sql, args(asset)).exactly_one()
}

fn args(asset: &Asset) -> Vec<super::Arg> {
    vec![
        asset.id.as_str().into(),
        to_json(&asset.properties).into(),
        to_json(&asset.formats).into(),
        to_json(&asset.source).into(),
        asset.created.into(),
        asset.updated.into(),
    ]
}

/// Removes the asset and its listings; a conflict if there is none.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM asset WHERE id = $1", vec![id.into()]).exactly_one()
}

/// The asset, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Asset>, StorageError> {
    let row = sqlx::query("SELECT * FROM asset WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Assets in the order of their ids.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<Asset>, StorageError> {
    let rows = sqlx::query("SELECT * FROM asset WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Asset, StorageError> {
    Ok(Asset {
        id: column(row, TABLE, "id")?,
        properties: json(row, TABLE, "properties")?,
        formats: json(row, TABLE, "formats")?,
        source: json(row, TABLE, "source")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
