//! Webhooks: who is told of events, and up to where.

use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Statement, StorageError, column, json, to_json};

const TABLE: &str = "webhook";

/// An address that is told of events.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Where events are posted.
    pub url: String,
    /// Which kinds: exact, or a prefix that ends in `*`. Empty: all.
    pub kinds: Vec<String>,
    /// Key of the signature header.
    pub secret: Option<String>,
    /// The last event delivered.
    pub position: i64,
    /// Why the last attempt failed, while it fails.
    pub failure: Option<String>,
    /// Milliseconds since the epoch.
    pub created: i64,
}

/// Adds the webhook.
pub fn insert(webhook: &Webhook) -> Statement {
    let args: Vec<Arg> = vec![
        webhook.id.as_str().into(),
        webhook.url.as_str().into(),
        to_json(&webhook.kinds).into(),
        webhook.secret.clone().into(),
        webhook.position.into(),
        webhook.created.into(),
    ];
    let sql = "INSERT INTO webhook (id, url, kinds, secret, position, created) VALUES ($1, $2, $3, $4, $5, $6)";
    Statement::new(TABLE, &webhook.id, sql, args)
}

/// Moves the position forward, or records why that was not possible.
pub fn record(id: &str, position: i64, failure: Option<String>) -> Statement {
    let sql = "UPDATE webhook SET position = $2, failure = $3 WHERE id = $1";
    Statement::new(TABLE, id, sql, vec![id.into(), position.into(), failure.into()])
}

/// Removes the webhook; a conflict if there is none.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM webhook WHERE id = $1", vec![id.into()]).exactly_one()
}

/// All webhooks.
pub async fn list(db: &Db) -> Result<Vec<Webhook>, StorageError> {
    let rows = sqlx::query("SELECT * FROM webhook ORDER BY id").fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Webhook, StorageError> {
    Ok(Webhook {
        id: column(row, TABLE, "id")?,
        url: column(row, TABLE, "url")?,
        kinds: json(row, TABLE, "kinds")?,
        secret: column(row, TABLE, "secret")?,
        position: column(row, TABLE, "position")?,
        failure: column(row, TABLE, "failure")?,
        created: column(row, TABLE, "created")?,
    })
}
