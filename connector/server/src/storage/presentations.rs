//! What partners have presented, as it was believed: claims survive a restart, and last no longer than what they rest on.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;

use super::{Db, Statement, StorageError, column, json, to_json};

const TABLE: &str = "presentation";

/// The last presentation of a partner that was verified.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPresentation {
    /// Who presented it.
    pub partner: String,
    /// The credentials that at least one dataspace believes.
    pub credentials: Vec<PresentedCredential>,
    /// Milliseconds since the epoch.
    pub verified: i64,
    /// When the first of its parts ends, in milliseconds since the epoch.
    pub expires: i64,
}

/// A credential that was presented, verified and believed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PresentedCredential {
    /// The dataspaces that believe its issuer about its type.
    pub dataspaces: Vec<String>,
    /// DID of the issuer.
    pub issuer: String,
    /// Its types.
    pub types: Vec<String>,
    /// Digest of the credential as it was signed.
    pub digest: String,
    /// The credential as it was signed: a JWT, or the JSON text.
    pub raw: String,
    /// Its status entries, to be looked up anew.
    pub statuses: Vec<Value>,
    /// What it says that policies ask about: operand IRI and value.
    pub facts: Vec<(String, Value)>,
    /// When it ends, in milliseconds since the epoch.
    pub expires: i64,
}

/// Keeps the presentation in place of an older one of the same partner.
pub fn put(presentation: &StoredPresentation) -> Statement {
    let args = vec![
        presentation.partner.as_str().into(),
        to_json(&presentation.credentials).into(),
        presentation.verified.into(),
        presentation.expires.into(),
    ];
    let sql = "INSERT INTO presentation (partner, credentials, verified, expires) VALUES ($1, $2, $3, $4)
        ON CONFLICT (partner) DO UPDATE SET credentials = $2, verified = $3, expires = $4";
    Statement::new(TABLE, &presentation.partner, sql, args)
}

/// Forgets what the partner presented.
pub fn delete(partner: &str) -> Statement {
    Statement::new(TABLE, partner, "DELETE FROM presentation WHERE partner = $1", vec![partner.into()])
}

/// What the partner presented last, also if it has expired.
pub async fn by_partner(db: &Db, partner: &str) -> Result<Option<StoredPresentation>, StorageError> {
    let row =
        sqlx::query("SELECT * FROM presentation WHERE partner = $1").bind(partner).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &SqliteRow) -> Result<StoredPresentation, StorageError> {
    Ok(StoredPresentation {
        partner: column(row, TABLE, "partner")?,
        credentials: json(row, TABLE, "credentials")?,
        verified: column(row, TABLE, "verified")?,
        expires: column(row, TABLE, "expires")?,
    })
}
