//! What issuers offered us.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json, unknown};

const TABLE: &str = "credential_offer";

/// An issuer's offer of credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredOffer {
    /// Our id for it.
    pub id: String,
    /// DID of the issuer.
    pub issuer: String,
    /// Credential objects as they came; some have only an id.
    pub credentials: Vec<Value>,
    /// What was done about it.
    pub state: OfferState,
    /// The request that accepting it became.
    pub request: Option<String>,
    /// Counts changes, from 1.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub received: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// What was done about an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferState {
    /// Nothing yet.
    Received,
    /// It was accepted: there is a request.
    Accepted,
    /// It was declined.
    Declined,
}

impl OfferState {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "RECEIVED" => Ok(Self::Received),
            "ACCEPTED" => Ok(Self::Accepted),
            "DECLINED" => Ok(Self::Declined),
            other => Err(unknown(TABLE, "state", other)),
        }
    }
}

/// Adds the offer.
pub fn insert(offer: &StoredOffer) -> Statement {
    let args: Vec<Arg> = vec![
        offer.id.as_str().into(),
        offer.issuer.as_str().into(),
        to_json(&offer.credentials).into(),
        offer.state.name().into(),
        offer.request.clone().into(),
        offer.version.into(),
        offer.received.into(),
        offer.updated.into(),
    ];
    let sql = "INSERT INTO credential_offer (id, issuer, credentials, state, request, version, received, updated)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Statement::new(TABLE, &offer.id, sql, args)
}

/// Writes what was done; `offer.version` is the new version, and the row must hold the one before.
pub fn update(offer: &StoredOffer) -> Statement {
    let args: Vec<Arg> = vec![
        offer.id.as_str().into(),
        offer.state.name().into(),
        offer.request.clone().into(),
        offer.version.into(),
        offer.updated.into(),
    ];
    let sql = "UPDATE credential_offer SET state = $2, request = $3, version = $4, updated = $5
        WHERE id = $1 AND version = $4 - 1";
    Statement::new(TABLE, &offer.id, sql, args).exactly_one()
}

/// The offer, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StoredOffer>, StorageError> {
    let row = sqlx::query("SELECT * FROM credential_offer WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Offers in the order in which they came.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<StoredOffer>, StorageError> {
    let rows = sqlx::query("SELECT * FROM credential_offer WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// How many offers wait for a decision, of one issuer or of all.
pub async fn waiting(db: &Db, issuer: Option<&str>) -> Result<i64, StorageError> {
    let sql = "SELECT count(*) FROM credential_offer WHERE ($1 IS NULL OR issuer = $1) AND state = 'RECEIVED'";
    Ok(sqlx::query_scalar(sql).bind(issuer).fetch_one(db.readers()).await?)
}

fn read(row: &SqliteRow) -> Result<StoredOffer, StorageError> {
    Ok(StoredOffer {
        id: column(row, TABLE, "id")?,
        issuer: column(row, TABLE, "issuer")?,
        credentials: json(row, TABLE, "credentials")?,
        state: OfferState::parse(column(row, TABLE, "state")?)?,
        request: column(row, TABLE, "request")?,
        version: column(row, TABLE, "version")?,
        received: column(row, TABLE, "received")?,
        updated: column(row, TABLE, "updated")?,
    })
}
