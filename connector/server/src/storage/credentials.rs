//! Credentials that we hold.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json};

const TABLE: &str = "credential";

/// A credential that was issued to us, verified when it came.
#[derive(Clone, PartialEq)]
pub struct StoredCredential {
    /// Our id for it.
    pub id: String,
    /// The request that it answers.
    pub request: String,
    /// DID of the issuer.
    pub issuer: String,
    /// Its own id, where it has one.
    pub credential_id: Option<String>,
    /// The type that was asked for.
    pub kind: String,
    /// All its types.
    pub types: Vec<String>,
    /// Its profile, such as `vc11-sl2021/jwt`.
    pub format: String,
    /// The credential as it was signed. Whoever has it can show it to somebody, though not in our name.
    pub raw: String,
    /// `credentialSubject`.
    pub subject: Value,
    /// Its status entries.
    pub statuses: Vec<Value>,
    /// Milliseconds since the epoch.
    pub valid_from: Option<i64>,
    /// Milliseconds since the epoch.
    pub valid_until: Option<i64>,
    /// Milliseconds since the epoch.
    pub received: i64,
}

impl std::fmt::Debug for StoredCredential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("StoredCredential");
        shown.field("id", &self.id).field("issuer", &self.issuer).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl StoredCredential {
    /// Whether `now`, in milliseconds since the epoch, is within its validity.
    pub fn is_current(&self, now: i64) -> bool {
        self.valid_from.is_none_or(|from| from <= now) && self.valid_until.is_none_or(|until| now < until)
    }
}

/// Keeps the credential, in place of an older one of the same request, type and format.
pub fn put(credential: &StoredCredential) -> Statement {
    let args: Vec<Arg> = vec![
        credential.id.as_str().into(),
        credential.request.as_str().into(),
        credential.issuer.as_str().into(),
        credential.credential_id.clone().into(),
        credential.kind.as_str().into(),
        to_json(&credential.types).into(),
        credential.format.as_str().into(),
        credential.raw.as_str().into(),
        credential.subject.to_string().into(),
        to_json(&credential.statuses).into(),
        credential.valid_from.into(),
        credential.valid_until.into(),
        credential.received.into(),
    ];
    let sql = "INSERT INTO credential (id, request, issuer, credential_id, type, types, format, raw, subject, statuses,
        valid_from, valid_until, received) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (request, type, format) DO UPDATE SET id = $1, issuer = $3, credential_id = $4, types = $6, raw = $8,
        subject = $9, statuses = $10, valid_from = $11, valid_until = $12, received = $13";
    Statement::new(TABLE, &credential.id, sql, args)
}

/// Forgets the credential; a conflict if there is none.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM credential WHERE id = $1", vec![id.into()]).exactly_one()
}

/// The credential, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StoredCredential>, StorageError> {
    let row = sqlx::query("SELECT * FROM credential WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Credentials in the order in which they came.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<StoredCredential>, StorageError> {
    let rows = sqlx::query("SELECT * FROM credential WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// The newest credentials, at most `limit`.
pub async fn newest(db: &Db, limit: i64) -> Result<Vec<StoredCredential>, StorageError> {
    let rows = sqlx::query("SELECT * FROM credential ORDER BY received DESC, id DESC LIMIT $1")
        .bind(limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// Credentials whose validity ends before `until` and that no later one of the same type and issuer replaces, the soonest first.
pub async fn expiring(db: &Db, until: i64, limit: i64) -> Result<Vec<StoredCredential>, StorageError> {
    let sql = "SELECT * FROM credential c WHERE valid_until < $1 AND NOT EXISTS (SELECT 1 FROM credential n
        WHERE n.type = c.type AND n.issuer = c.issuer AND (n.valid_until IS NULL OR n.valid_until > c.valid_until))
        ORDER BY valid_until LIMIT $2";
    let rows = sqlx::query(sql).bind(until).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<StoredCredential, StorageError> {
    Ok(StoredCredential {
        id: column(row, TABLE, "id")?,
        request: column(row, TABLE, "request")?,
        issuer: column(row, TABLE, "issuer")?,
        credential_id: column(row, TABLE, "credential_id")?,
        kind: column(row, TABLE, "type")?,
        types: json(row, TABLE, "types")?,
        format: column(row, TABLE, "format")?,
        raw: column(row, TABLE, "raw")?,
        subject: json(row, TABLE, "subject")?,
        statuses: json(row, TABLE, "statuses")?,
        valid_from: column(row, TABLE, "valid_from")?,
        valid_until: column(row, TABLE, "valid_until")?,
        received: column(row, TABLE, "received")?,
    })
}
