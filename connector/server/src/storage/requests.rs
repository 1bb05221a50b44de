//! Decisions on data requests, recorded in batches.

use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Statement, StorageError, column};

const TABLE: &str = "data_request";

/// One decided data request.
#[derive(Clone, Debug, PartialEq)]
pub struct DataRequest {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// Own process id of the transfer.
    pub transfer: String,
    /// The agreement it was decided under.
    pub agreement: String,
    /// The asking partner.
    pub partner: String,
    /// Whether data was released.
    pub permitted: bool,
    /// The rule that permitted or refused.
    pub rule: String,
    /// HTTP method.
    pub method: String,
    /// Path below the transfer, with query.
    pub path: String,
}

/// Records the decision.
pub fn insert(request: &DataRequest) -> Statement {
    let args: Vec<Arg> = vec![
        request.at.into(),
        request.transfer.as_str().into(),
        request.agreement.as_str().into(),
        request.partner.as_str().into(),
        i64::from(request.permitted).into(),
        request.rule.as_str().into(),
        request.method.as_str().into(),
        request.path.as_str().into(),
    ];
    let sql = "INSERT INTO data_request (at, transfer, agreement, partner, permitted, rule, method, path)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Statement::append(TABLE, &request.transfer, sql, args)
}

/// Recorded decisions after `seq`, oldest first, of one transfer or agreement or of all. Each with its place.
pub async fn after(
    db: &Db,
    seq: i64,
    transfer: Option<&str>,
    agreement: Option<&str>,
    limit: i64,
) -> Result<Vec<(i64, DataRequest)>, StorageError> {
    let sql = "SELECT * FROM data_request WHERE seq > $1 AND ($2 IS NULL OR transfer = $2)
        AND ($3 IS NULL OR agreement = $3) ORDER BY seq LIMIT $4";
    let rows = sqlx::query(sql).bind(seq).bind(transfer).bind(agreement).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<(i64, DataRequest), StorageError> {
    let permitted: i64 = column(row, TABLE, "permitted")?;
    let request = DataRequest {
        at: column(row, TABLE, "at")?,
        transfer: column(row, TABLE, "transfer")?,
        agreement: column(row, TABLE, "agreement")?,
        partner: column(row, TABLE, "partner")?,
        permitted: permitted != 0,
        rule: column(row, TABLE, "rule")?,
        method: column(row, TABLE, "method")?,
        path: column(row, TABLE, "path")?,
    };
    Ok((column(row, TABLE, "seq")?, request))
}
