//! Assets: what can be offered, and where its data comes from.

use std::collections::HashMap;

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
    /// Facts that partners never see.
    pub private_properties: Map<String, Value>,
    /// Transfer types it can be had by, as in DSP `format`.
    pub formats: Vec<String>,
    /// Where the bytes are; may hold secrets, never leaves this connector.
    pub source: Value,
    /// The template by which the path of a data request states facts.
    pub path_facts: Option<String>,
    /// The agreements under which we received what it is made of; passing it on is decided on each of them too.
    pub origins: Vec<String>,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Adds the asset; a duplicate if the id is taken.
pub fn insert(asset: &Asset) -> Statement {
    let sql = "INSERT INTO asset (id, properties, formats, source, created, updated, private_properties, path_facts,
        origins) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    Statement::new(TABLE, &asset.id, sql, args(asset))
}

/// Replaces the asset; a conflict if there is none.
pub fn update(asset: &Asset) -> Statement {
    let sql = "UPDATE asset SET properties = $2, formats = $3, source = $4, created = $5, updated = $6,
        private_properties = $7, path_facts = $8, origins = $9 WHERE id = $1";
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
        to_json(&asset.private_properties).into(),
        asset.path_facts.clone().into(),
        to_json(&asset.origins).into(),
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

/// Who uses an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Offers that it stands under.
    pub offers: i64,
    /// Agreements about it that partners have with us.
    pub agreements: i64,
    /// Those of them that are in force.
    pub in_force: i64,
}

/// Who uses these assets.
pub async fn used(db: &Db, ids: &[&str]) -> Result<HashMap<String, Used>, StorageError> {
    let sql = "SELECT asked.value AS id,
        (SELECT count(*) FROM listing l WHERE l.asset_id = asked.value) AS offers,
        (SELECT count(*) FROM agreement g WHERE g.asset = asked.value AND g.role = 'provider') AS agreements,
        (SELECT count(*) FROM agreement g WHERE g.asset = asked.value AND g.role = 'provider' AND g.state = 'IN_FORCE')
            AS in_force
        FROM json_each($1) asked";
    let rows = sqlx::query(sql).bind(to_json(&ids)).fetch_all(db.readers()).await?;
    let used = |row: &SqliteRow| {
        let used = Used {
            offers: column(row, TABLE, "offers")?,
            agreements: column(row, TABLE, "agreements")?,
            in_force: column(row, TABLE, "in_force")?,
        };
        Ok((column(row, TABLE, "id")?, used))
    };
    rows.iter().map(used).collect()
}

fn read(row: &SqliteRow) -> Result<Asset, StorageError> {
    Ok(Asset {
        id: column(row, TABLE, "id")?,
        properties: json(row, TABLE, "properties")?,
        private_properties: json(row, TABLE, "private_properties")?,
        formats: json(row, TABLE, "formats")?,
        source: json(row, TABLE, "source")?,
        path_facts: column(row, TABLE, "path_facts")?,
        origins: json(row, TABLE, "origins")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
