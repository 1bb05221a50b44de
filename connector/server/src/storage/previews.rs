//! Our own catalogue, looked through by our own people: slices of the listing by audience and by a piece of text.

use sqlx::sqlite::SqliteRow;

use super::offers::{Audience, Listing, read_listing, together};
use super::{Db, StorageError, column};

const TABLE: &str = "listing";

/// Which part of the listing.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// What the asset's id or properties contain, whatever the case of Latin letters; none: anything.
    pub text: Option<String>,
    /// So many entries are passed over.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
}

/// An asset under an offer that somebody does not see.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// The offer's id in this connector.
    pub offer: String,
    /// The DSP offer id.
    pub dsp_offer: String,
    /// The dataset.
    pub asset: String,
    /// Who would see it.
    pub audience: Audience,
}

/// A query of listings of these audiences and with this text: what is selected, and in which order.
macro_rules! of_audiences {
    ($selected:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $selected,
            " FROM listing l JOIN asset a ON a.id = l.asset_id
            WHERE l.dataspace || ' ' || l.access_policy IN (SELECT value FROM json_each($1))
            AND ($2 IS NULL OR instr(lower(a.id || ' ' || a.properties), lower($2)) > 0) ",
            $order
        )
    };
}

/// Ids of the assets that any of these audiences sees, in order, and how many there are in all.
pub async fn asset_ids(db: &Db, audiences: &[Audience], slice: &Slice) -> Result<(Vec<String>, i64), StorageError> {
    let sql = of_audiences!("DISTINCT l.asset_id", "ORDER BY l.asset_id LIMIT $3 OFFSET $4");
    let rows = of_slice(db, sql, audiences, slice).await?;
    let ids = rows.iter().map(|row| column(row, TABLE, "asset_id")).collect::<Result<_, _>>()?;
    Ok((ids, count(db, of_audiences!("count(DISTINCT l.asset_id) AS total", ""), audiences, slice).await?))
}

/// What of these audiences is seen of these assets, in order.
pub async fn listings(db: &Db, audiences: &[Audience], assets: &[String]) -> Result<Vec<Listing>, StorageError> {
    let sql = "SELECT l.offer_id, l.asset_id, l.dsp_offer_id, o.usage_policy, a.properties, a.formats
        FROM listing l JOIN offer o ON o.id = l.offer_id JOIN asset a ON a.id = l.asset_id
        WHERE l.asset_id IN (SELECT value FROM json_each($2))
        AND l.dataspace || ' ' || l.access_policy IN (SELECT value FROM json_each($1))
        ORDER BY l.asset_id, l.offer_id";
    let query = sqlx::query(sql).bind(together(audiences)).bind(super::to_json(&assets));
    query.fetch_all(db.readers()).await?.iter().map(read_listing).collect()
}

/// What only these audiences see, in order, and how many entries there are in all.
pub async fn unseen(db: &Db, audiences: &[Audience], slice: &Slice) -> Result<(Vec<Unseen>, i64), StorageError> {
    let sql = of_audiences!(
        "l.offer_id, l.asset_id, l.dsp_offer_id, l.dataspace, l.access_policy",
        "ORDER BY l.asset_id, l.offer_id LIMIT $3 OFFSET $4"
    );
    let rows = of_slice(db, sql, audiences, slice).await?;
    let unseen = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((unseen, count(db, of_audiences!("count(*) AS total", ""), audiences, slice).await?))
}

async fn of_slice(
    db: &Db,
    sql: &'static str,
    audiences: &[Audience],
    slice: &Slice,
) -> Result<Vec<SqliteRow>, StorageError> {
    let query = sqlx::query(sql).bind(together(audiences)).bind(slice.text.as_deref());
    Ok(query.bind(slice.limit).bind(slice.offset).fetch_all(db.readers()).await?)
}

async fn count(db: &Db, sql: &'static str, audiences: &[Audience], slice: &Slice) -> Result<i64, StorageError> {
    let query = sqlx::query(sql).bind(together(audiences)).bind(slice.text.as_deref());
    column(&query.fetch_one(db.readers()).await?, TABLE, "total")
}

fn read(row: &SqliteRow) -> Result<Unseen, StorageError> {
    Ok(Unseen {
        offer: column(row, TABLE, "offer_id")?,
        dsp_offer: column(row, TABLE, "dsp_offer_id")?,
        asset: column(row, TABLE, "asset_id")?,
        audience: Audience {
            dataspace: column(row, TABLE, "dataspace")?,
            access_policy: column(row, TABLE, "access_policy")?,
        },
    })
}
