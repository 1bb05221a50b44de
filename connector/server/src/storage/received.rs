//! What partners pushed into our inbox, and its deletion. The row outlives the file: it is the evidence.

use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column};

const TABLE: &str = "received";

/// What one transfer brought into our inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Own process id of the transfer; the file is named after it.
    pub transfer: String,
    /// The agreement it came under.
    pub agreement: String,
    /// Who pushed it.
    pub partner: String,
    /// The dataset.
    pub asset: String,
    /// When its last byte came, in milliseconds since the epoch.
    pub received: i64,
    /// Bytes held, or that were held.
    pub bytes: i64,
    /// When it is deleted, in milliseconds since the epoch; none if nothing asks for that.
    pub delete_at: Option<i64>,
    /// The rule that asks for its deletion.
    pub because: Option<String>,
    /// `sha-256:` and the hex digest of the file, taken before it is removed.
    pub digest: Option<String>,
    /// When it was deleted, in milliseconds since the epoch.
    pub deleted: Option<i64>,
}

/// Keeps a record of what came, or of more of it; what was deleted counts as received anew.
pub fn keep(received: &Received) -> Statement {
    let r = received;
    let sql = "INSERT INTO received (transfer, agreement, partner, asset, received, bytes, delete_at, because)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (transfer) DO UPDATE SET received = $5, bytes = $6,
        delete_at = $7, because = $8, digest = NULL, deleted = NULL";
    let args: Vec<Arg> = vec![
        r.transfer.as_str().into(),
        r.agreement.as_str().into(),
        r.partner.as_str().into(),
        r.asset.as_str().into(),
        r.received.into(),
        r.bytes.into(),
        r.delete_at.into(),
        r.because.clone().into(),
    ];
    Statement::new(TABLE, &r.transfer, sql, args)
}

/// Moves the deadline, and names the rule that does.
pub fn delete_at(transfer: &str, at: i64, because: &str) -> Statement {
    let sql = "UPDATE received SET delete_at = $2, because = $3 WHERE transfer = $1 AND deleted IS NULL";
    Statement::new(TABLE, transfer, sql, vec![transfer.into(), at.into(), because.into()])
}

/// What the file is, as it was found before it is removed.
pub fn identify(transfer: &str, digest: &str, bytes: i64) -> Statement {
    let sql = "UPDATE received SET digest = $2, bytes = $3 WHERE transfer = $1 AND deleted IS NULL";
    Statement::new(TABLE, transfer, sql, vec![transfer.into(), digest.into(), bytes.into()]).exactly_one()
}

/// The file is gone. A conflict if that was recorded before, or more has come meanwhile.
pub fn record_deletion(received: &Received, at: i64) -> Statement {
    let sql = "UPDATE received SET deleted = $3 WHERE transfer = $1 AND received = $2 AND deleted IS NULL";
    let args: Vec<Arg> = vec![received.transfer.as_str().into(), received.received.into(), at.into()];
    Statement::new(TABLE, &received.transfer, sql, args).exactly_one()
}

/// What one transfer brought, or `None`.
pub async fn by_transfer(db: &Db, transfer: &str) -> Result<Option<Received>, StorageError> {
    let sql = "SELECT * FROM received WHERE transfer = $1";
    let row = sqlx::query(sql).bind(transfer).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// What is to be deleted, the first first.
pub async fn due(db: &Db, limit: i64) -> Result<Vec<Received>, StorageError> {
    let sql = "SELECT * FROM received WHERE deleted IS NULL AND delete_at IS NOT NULL ORDER BY delete_at LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// What was received, under one agreement or all, the newest transfer first.
pub async fn list(db: &Db, agreement: Option<&str>, page: &Page) -> Result<Vec<Received>, StorageError> {
    let sql = "SELECT * FROM received WHERE ($1 IS NULL OR transfer < $1) AND ($2 IS NULL OR agreement = $2)
        ORDER BY transfer DESC LIMIT $3";
    let rows =
        sqlx::query(sql).bind(page.after.as_deref()).bind(agreement).bind(page.limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Received, StorageError> {
    Ok(Received {
        transfer: column(row, TABLE, "transfer")?,
        agreement: column(row, TABLE, "agreement")?,
        partner: column(row, TABLE, "partner")?,
        asset: column(row, TABLE, "asset")?,
        received: column(row, TABLE, "received")?,
        bytes: column(row, TABLE, "bytes")?,
        delete_at: column(row, TABLE, "delete_at")?,
        because: column(row, TABLE, "because")?,
        digest: column(row, TABLE, "digest")?,
        deleted: column(row, TABLE, "deleted")?,
    })
}
