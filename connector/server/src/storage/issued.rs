//! Credentials that we issued. Their states are the bits of our status lists.

use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column, unknown};

const TABLE: &str = "issued_credential";

/// A credential that we issued.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedCredential {
    /// Our id; the credential's own is `urn:uuid:` and this.
    pub id: String,
    /// The holder's request.
    pub issuance: String,
    /// The dataspace.
    pub dataspace: String,
    /// DID of the holder.
    pub holder: String,
    /// Its type.
    pub kind: String,
    /// Its profile.
    pub format: String,
    /// The credential as it was signed.
    pub raw: String,
    /// The status list.
    pub status_list: String,
    /// Its place in the list.
    pub status_index: i64,
    /// Whether it names the list of suspensions too.
    pub suspendable: bool,
    /// Whether it counts.
    pub state: CredentialState,
    /// Why it does not.
    pub reason: Option<String>,
    /// Counts changes, from 1.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub issued: i64,
    /// Milliseconds since the epoch.
    pub valid_until: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

impl std::fmt::Debug for IssuedCredential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("IssuedCredential");
        shown.field("id", &self.id).field("holder", &self.holder).field("state", &self.state).finish_non_exhaustive()
    }
}

/// Whether an issued credential counts, its validity in time aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialState {
    /// It counts.
    Valid,
    /// It does not count for the time being.
    Suspended,
    /// It will not count again.
    Revoked,
}

impl CredentialState {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Suspended => "SUSPENDED",
            Self::Revoked => "REVOKED",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "VALID" => Ok(Self::Valid),
            "SUSPENDED" => Ok(Self::Suspended),
            "REVOKED" => Ok(Self::Revoked),
            other => Err(unknown(TABLE, "state", other)),
        }
    }
}

/// Which issued credentials are meant; an empty filter is all.
#[derive(Clone, Debug, Default)]
pub struct IssuedFilter {
    /// Of this dataspace.
    pub dataspace: Option<String>,
    /// To this holder.
    pub holder: Option<String>,
    /// In this state.
    pub state: Option<CredentialState>,
}

/// Adds the credential; a duplicate if its place in the status list is taken.
pub fn insert(credential: &IssuedCredential) -> Statement {
    let args: Vec<Arg> = vec![
        credential.id.as_str().into(),
        credential.issuance.as_str().into(),
        credential.dataspace.as_str().into(),
        credential.holder.as_str().into(),
        credential.kind.as_str().into(),
        credential.format.as_str().into(),
        credential.raw.as_str().into(),
        credential.status_list.as_str().into(),
        credential.status_index.into(),
        i64::from(credential.suspendable).into(),
        credential.state.name().into(),
        credential.reason.clone().into(),
        credential.version.into(),
        credential.issued.into(),
        credential.valid_until.into(),
        credential.updated.into(),
    ];
    let sql = "INSERT INTO issued_credential (id, issuance, dataspace, holder, type, format, raw, status_list,
        status_index, suspendable, state, reason, version, issued, valid_until, updated)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    Statement::new(TABLE, &credential.id, sql, args)
}

/// Writes the state; `credential.version` is the new version, and the row must hold the one before.
pub fn update(credential: &IssuedCredential) -> Statement {
    let args: Vec<Arg> = vec![
        credential.id.as_str().into(),
        credential.state.name().into(),
        credential.reason.clone().into(),
        credential.version.into(),
        credential.updated.into(),
    ];
    let sql = "UPDATE issued_credential SET state = $2, reason = $3, version = $4, updated = $5
        WHERE id = $1 AND version = $4 - 1";
    Statement::new(TABLE, &credential.id, sql, args).exactly_one()
}

/// The credential, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<IssuedCredential>, StorageError> {
    let row =
        sqlx::query("SELECT * FROM issued_credential WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// What was issued for a request, in order.
pub async fn of_issuance(db: &Db, issuance: &str) -> Result<Vec<IssuedCredential>, StorageError> {
    let sql = "SELECT * FROM issued_credential WHERE issuance = $1 ORDER BY id";
    let rows = sqlx::query(sql).bind(issuance).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// What a member holds of a dataspace and was not revoked.
pub async fn not_revoked(db: &Db, dataspace: &str, holder: &str) -> Result<Vec<IssuedCredential>, StorageError> {
    let sql = "SELECT * FROM issued_credential WHERE dataspace = $1 AND holder = $2 AND state <> 'REVOKED' ORDER BY id";
    let rows = sqlx::query(sql).bind(dataspace).bind(holder).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// How many credentials a holder has of a dataspace, those that were revoked aside.
pub async fn count(db: &Db, dataspace: &str, holder: &str) -> Result<i64, StorageError> {
    let sql = "SELECT count(*) FROM issued_credential WHERE dataspace = $1 AND holder = $2 AND state <> 'REVOKED'";
    Ok(sqlx::query_scalar(sql).bind(dataspace).bind(holder).fetch_one(db.readers()).await?)
}

/// Whether a credential has this place in this status list.
pub async fn is_taken(db: &Db, list: &str, index: i64) -> Result<bool, StorageError> {
    let sql = "SELECT count(*) FROM issued_credential WHERE status_list = $1 AND status_index = $2";
    let taken: i64 = sqlx::query_scalar(sql).bind(list).bind(index).fetch_one(db.readers()).await?;
    Ok(taken > 0)
}

/// Issued credentials in the order in which they were issued.
pub async fn list(db: &Db, filter: &IssuedFilter, page: &Page) -> Result<Vec<IssuedCredential>, StorageError> {
    let sql = "SELECT * FROM issued_credential WHERE id > $1 AND ($2 IS NULL OR dataspace = $2)
        AND ($3 IS NULL OR holder = $3) AND ($4 IS NULL OR state = $4) ORDER BY id LIMIT $5";
    let rows = sqlx::query(sql)
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(filter.dataspace.as_deref())
        .bind(filter.holder.as_deref())
        .bind(filter.state.map(CredentialState::name))
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<IssuedCredential, StorageError> {
    let suspendable: i64 = column(row, TABLE, "suspendable")?;
    Ok(IssuedCredential {
        id: column(row, TABLE, "id")?,
        issuance: column(row, TABLE, "issuance")?,
        dataspace: column(row, TABLE, "dataspace")?,
        holder: column(row, TABLE, "holder")?,
        kind: column(row, TABLE, "type")?,
        format: column(row, TABLE, "format")?,
        raw: column(row, TABLE, "raw")?,
        status_list: column(row, TABLE, "status_list")?,
        status_index: column(row, TABLE, "status_index")?,
        suspendable: suspendable != 0,
        state: CredentialState::parse(column(row, TABLE, "state")?)?,
        reason: column(row, TABLE, "reason")?,
        version: column(row, TABLE, "version")?,
        issued: column(row, TABLE, "issued")?,
        valid_until: column(row, TABLE, "valid_until")?,
        updated: column(row, TABLE, "updated")?,
    })
}
