//! What attestations name by its digest. A row is written once and never changed: many agreements rest on the same one.

use std::collections::{BTreeSet, HashMap};

use super::{Db, Statement, StorageError, column, unknown};

const TABLE: &str = "evidence";

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A DID document, as JSON text.
    Document,
    /// A credential as it was signed: a JWT, or JSON text.
    Credential,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Credential => "credential",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "document" => Ok(Self::Document),
            "credential" => Ok(Self::Credential),
            other => Err(unknown(TABLE, "kind", other)),
        }
    }
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub body: String,
}

/// Keeps what has this digest, unless it is kept already.
pub fn keep(digest: &str, kind: Kind, body: String) -> Statement {
    let sql = "INSERT INTO evidence (digest, kind, body) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING";
    Statement::new(TABLE, digest, sql, vec![digest.into(), kind.name().into(), body.into()])
}

/// What is kept under these digests.
pub async fn by_digests(
    db: &Db,
    digests: impl IntoIterator<Item = &String>,
) -> Result<HashMap<String, Kept>, StorageError> {
    let mut found = HashMap::new();
    for digest in digests.into_iter().collect::<BTreeSet<_>>() {
        let row = sqlx::query("SELECT kind, body FROM evidence WHERE digest = $1")
            .bind(digest)
            .fetch_optional(db.readers())
            .await?;
        if let Some(row) = row {
            let kind = Kind::parse(column(&row, TABLE, "kind")?)?;
            found.insert(digest.clone(), Kept { kind, body: column(&row, TABLE, "body")? });
        }
    }
    Ok(found)
}
