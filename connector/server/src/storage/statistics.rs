//! Rolled-up statistics: traffic and latency. Rows are added to, so that several writers may count.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;

use super::{Db, Statement, StorageError, column};
use crate::statistics::{HOUR, Histogram, SHORT};

const TRAFFIC: &str = "traffic";
const LATENCY: &str = "latency";

/// What was answered and moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Data requests that were permitted.
    pub permitted: i64,
    /// Data requests that were refused.
    pub refused: i64,
    /// Bytes that we gave.
    pub bytes_out: i64,
    /// Bytes that we received.
    pub bytes_in: i64,
}

/// Which exchanges a histogram is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Exchanges {
    /// Type of the message, or `dataRequest`.
    pub kind: String,
    /// Whether the partner began it.
    pub inbound: bool,
    /// Participant id; empty: partners that are not told apart.
    pub partner: String,
}

/// Adds to a slot of traffic.
pub fn add_traffic(step: i64, at: i64, partner: &str, traffic: &Traffic) -> Statement {
    let Traffic { permitted, refused, bytes_out, bytes_in } = *traffic;
    let args = vec![
        step.into(),
        at.into(),
        partner.into(),
        permitted.into(),
        refused.into(),
        bytes_out.into(),
        bytes_in.into(),
    ];
    let sql = "INSERT INTO traffic (step, at, partner, permitted, refused, bytes_out, bytes_in)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (step, at, partner) DO UPDATE SET
        permitted = traffic.permitted + $4, refused = traffic.refused + $5,
        bytes_out = traffic.bytes_out + $6, bytes_in = traffic.bytes_in + $7";
    Statement::new(TRAFFIC, partner, sql, args)
}

/// Adds to a bucket of an hour's histogram.
pub fn add_latency(at: i64, of: &Exchanges, bucket: i64, count: i64) -> Statement {
    let args = vec![
        at.into(),
        of.kind.as_str().into(),
        direction(of.inbound).into(),
        of.partner.as_str().into(),
        bucket.into(),
        count.into(),
    ];
    let sql = "INSERT INTO latency (at, kind, direction, partner, bucket, count) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (at, kind, direction, partner, bucket) DO UPDATE SET count = latency.count + $6";
    Statement::new(LATENCY, of.kind.as_str(), sql, args)
}

/// Forgets what is older: short slots before `short`, hours before `hours`. All in milliseconds since the epoch.
pub fn forget(short: i64, hours: i64) -> Vec<Statement> {
    let traffic = |step: i64, before: i64| {
        let sql = "DELETE FROM traffic WHERE step = $1 AND at < $2";
        Statement::new(TRAFFIC, "", sql, vec![step.into(), before.into()])
    };
    let latency = Statement::new(LATENCY, "", "DELETE FROM latency WHERE at < $1", vec![hours.into()]);
    vec![traffic(SHORT, short), traffic(HOUR, hours), latency]
}

/// Slots of traffic with something in them, from `from` on, by their beginning. Of one partner by the hour only.
pub async fn traffic(
    db: &Db,
    step: i64,
    from: i64,
    partner: Option<&str>,
) -> Result<BTreeMap<i64, Traffic>, StorageError> {
    let sql = "SELECT at, CAST(sum(permitted) AS BIGINT) AS permitted, CAST(sum(refused) AS BIGINT) AS refused,
        CAST(sum(bytes_out) AS BIGINT) AS bytes_out, CAST(sum(bytes_in) AS BIGINT) AS bytes_in FROM traffic
        WHERE step = $1 AND at >= $2 AND ($3 IS NULL OR partner = $3) GROUP BY at";
    let rows = sqlx::query(sql).bind(step).bind(from).bind(partner).fetch_all(db.readers()).await?;
    rows.iter().map(|row| Ok((column(row, TRAFFIC, "at")?, slot(row)?))).collect()
}

fn slot(row: &SqliteRow) -> Result<Traffic, StorageError> {
    Ok(Traffic {
        permitted: column(row, TRAFFIC, "permitted")?,
        refused: column(row, TRAFFIC, "refused")?,
        bytes_out: column(row, TRAFFIC, "bytes_out")?,
        bytes_in: column(row, TRAFFIC, "bytes_in")?,
    })
}

/// Histograms from `from` on: of one partner, of each (`apart`), or of all together, whose `partner` is then empty.
pub async fn latency(
    db: &Db,
    from: i64,
    partner: Option<&str>,
    apart: bool,
) -> Result<BTreeMap<Exchanges, Histogram>, StorageError> {
    let sql = "SELECT kind, direction, CASE WHEN $3 THEN partner ELSE '' END AS whose, bucket,
        CAST(sum(count) AS BIGINT) AS counted FROM latency WHERE at >= $1 AND ($2 IS NULL OR partner = $2)
        GROUP BY 1, 2, 3, 4";
    let rows = sqlx::query(sql).bind(from).bind(partner).bind(apart).fetch_all(db.readers()).await?;
    let mut histograms: BTreeMap<Exchanges, Histogram> = BTreeMap::new();
    for row in &rows {
        let way: &str = column(row, LATENCY, "direction")?;
        let (kind, partner) = (column(row, LATENCY, "kind")?, column(row, LATENCY, "whose")?);
        let of = Exchanges { kind, inbound: way == direction(true), partner };
        histograms.entry(of).or_default().add(column(row, LATENCY, "bucket")?, column(row, LATENCY, "counted")?);
    }
    Ok(histograms)
}

/// As rows and the API spell it.
pub fn direction(inbound: bool) -> &'static str {
    if inbound { "in" } else { "out" }
}
