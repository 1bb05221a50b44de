//! Offers (asset selector, access policy, usage policy, automation) and the listing that the catalogue is read from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json};

const TABLE: &str = "offer";
const LISTING: &str = "listing";

/// Which assets an offer covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Selector {
    /// Every asset, also those created later.
    All(bool),
    /// These assets.
    Ids(Vec<String>),
    /// Assets whose properties meet every criterion.
    Where(Vec<Criterion>),
}

/// A test of one property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criterion {
    /// Name of the property.
    pub property: String,
    /// How it is compared.
    pub operator: CriterionOperator,
    /// What it is compared with; for `in` an array.
    pub value: Value,
}

/// How a property is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CriterionOperator {
    /// Equal.
    Eq,
    /// One of an array.
    In,
    /// Text with `%` for any run of characters.
    Like,
}

/// Which steps the connector takes by itself under an offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OfferAutomation {
    /// Agree to a request that equals the published offer and whose policy the partner satisfies.
    pub answer: Step,
    /// Finalize when the partner has verified.
    pub finalize: Step,
    /// Start a requested transfer whose agreement is in force and whose policy holds.
    pub transfer: Step,
}

impl Default for OfferAutomation {
    fn default() -> Self {
        Self { answer: Step::Auto, finalize: Step::Auto, transfer: Step::Auto }
    }
}

/// Whether the connector takes a step by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// At once, if the rules allow it.
    Auto,
    /// A person decides.
    #[default]
    Hold,
}

/// A published rule: these assets, seen by those, usable under that.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its id in this connector.
    pub id: String,
    /// Which assets.
    pub selector: Selector,
    /// Policy id: who may see it.
    pub access_policy: String,
    /// Policy id: the terms.
    pub usage_policy: String,
    /// Which steps are taken without a person.
    pub automation: OfferAutomation,
    /// DSP offer ids that the operator fixed, by asset.
    pub offer_ids: BTreeMap<String, String>,
    /// The dataspace whose members may see it; empty: it is outside any.
    pub dataspace: String,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

impl Selector {
    /// Whether the offer covers this asset.
    pub fn matches(&self, id: &str, properties: &Map<String, Value>) -> bool {
        match self {
            Self::All(all) => *all,
            Self::Ids(ids) => ids.iter().any(|one| one == id),
            Self::Where(criteria) => criteria.iter().all(|c| c.holds(properties.get(&c.property))),
        }
    }
}

impl Criterion {
    fn holds(&self, property: Option<&Value>) -> bool {
        let Some(property) = property else { return false };
        match self.operator {
            CriterionOperator::Eq => *property == self.value,
            CriterionOperator::In => self.value.as_array().is_some_and(|values| values.contains(property)),
            CriterionOperator::Like => match (property.as_str(), self.value.as_str()) {
                (Some(text), Some(pattern)) => like(text, pattern),
                _ => false,
            },
        }
    }
}

/// `%` stands for any run of characters, everything else for itself.
fn like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('%');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

impl Offer {
    /// The DSP offer id of this offer on an asset: fixed by the operator, or both ids joined by a colon.
    pub fn dsp_offer_id(&self, asset: &str) -> String {
        match self.offer_ids.get(asset) {
            Some(fixed) => fixed.clone(),
            None => format!("{}:{}", escape_colons(&self.id), escape_colons(asset)),
        }
    }
}

/// Keeps two joined ids apart: without this `a:b` + `c` and `a` + `b:c` would be one id.
fn escape_colons(id: &str) -> String {
    id.replace('%', "%25").replace(':', "%3A")
}

/// Adds the offer; a duplicate if the id is taken, a reference error if a policy does not exist.
pub fn insert(offer: &Offer) -> Statement {
    let sql = "INSERT INTO offer
        (id, selector, access_policy, usage_policy, automation, offer_ids, created, updated, dataspace)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    Statement::new(TABLE, &offer.id, sql, args(offer))
}

/// Replaces the offer; a conflict if there is none.
pub fn update(offer: &Offer) -> Statement {
    let sql = "UPDATE offer SET selector = $2, access_policy = $3, usage_policy = $4, automation = $5,
        offer_ids = $6, created = $7, updated = $8, dataspace = $9 WHERE id = $1";
    Statement::new(TABLE, &offer.id, sql, args(offer)).exactly_one()
}

fn args(offer: &Offer) -> Vec<Arg> {
    vec![
        offer.id.as_str().into(),
        to_json(&offer.selector).into(),
        offer.access_policy.as_str().into(),
        offer.usage_policy.as_str().into(),
        to_json(&offer.automation).into(),
        to_json(&offer.offer_ids).into(),
        offer.created.into(),
        offer.updated.into(),
        offer.dataspace.as_str().into(),
    ]
}

/// Removes the offer and its listings; a conflict if there is none.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM offer WHERE id = $1", vec![id.into()]).exactly_one()
}

/// Lists the asset under the offer.
pub fn list_asset(offer: &Offer, asset: &str) -> Statement {
    let args: Vec<Arg> = vec![
        offer.id.as_str().into(),
        asset.into(),
        offer.access_policy.as_str().into(),
        offer.dsp_offer_id(asset).into(),
        offer.dataspace.as_str().into(),
    ];
    let sql = "INSERT INTO listing (offer_id, asset_id, access_policy, dsp_offer_id, dataspace)
        VALUES ($1, $2, $3, $4, $5)";
    Statement::new(LISTING, asset, sql, args)
}

/// Takes every listing of the offer away.
pub fn unlist_offer(id: &str) -> Statement {
    Statement::new(LISTING, id, "DELETE FROM listing WHERE offer_id = $1", vec![id.into()])
}

/// Takes every listing of the asset away.
pub fn unlist_asset(id: &str) -> Statement {
    Statement::new(LISTING, id, "DELETE FROM listing WHERE asset_id = $1", vec![id.into()])
}

/// The offer, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Offer>, StorageError> {
    let row = sqlx::query("SELECT * FROM offer WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Offers in the order of their ids.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<Offer>, StorageError> {
    let rows = sqlx::query("SELECT * FROM offer WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.limit)
        .fetch_all(db.readers())
        .await?;
    rows.iter().map(read).collect()
}

/// Who may see an offer: those whom the access policy permits, judged as members of the dataspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// The dataspace; empty: outside any.
    pub dataspace: String,
    /// Policy id.
    pub access_policy: String,
}

/// Up to this many audiences are looked up one by one; more are picked out while the listing is read in its order.
const LOOKED_UP: usize = 32;

/// Every audience that an offer of the dataspace has, in order. Skips from one to the next: an audience costs the same however
/// many offers it has.
pub async fn audiences(db: &Db, dataspace: &str) -> Result<Vec<Audience>, StorageError> {
    let sql = "WITH RECURSIVE audience (access_policy) AS (
            SELECT min(access_policy) FROM offer WHERE dataspace = $1
            UNION ALL
            SELECT (SELECT min(o.access_policy) FROM offer o
                WHERE o.dataspace = $1 AND o.access_policy > a.access_policy)
            FROM audience a WHERE a.access_policy IS NOT NULL)
        SELECT access_policy FROM audience WHERE access_policy IS NOT NULL";
    let rows = sqlx::query(sql).bind(dataspace).fetch_all(db.readers()).await?;
    let read =
        |row| Ok(Audience { dataspace: dataspace.to_owned(), access_policy: column(row, TABLE, "access_policy")? });
    rows.iter().map(read).collect()
}

/// The audiences as one parameter. The id of a dataspace has no blank, so that none is taken for another.
pub(super) fn together(audiences: &[Audience]) -> String {
    let names = audiences.iter().map(|audience| format!("{} {}", audience.dataspace, audience.access_policy));
    to_json(&names.collect::<Vec<_>>())
}

/// The offer and asset behind a DSP offer id.
pub async fn by_dsp_offer_id(db: &Db, dsp_offer_id: &str) -> Result<Option<(Offer, String)>, StorageError> {
    let sql = "SELECT o.*, l.asset_id FROM listing l JOIN offer o ON o.id = l.offer_id WHERE l.dsp_offer_id = $1";
    let row = sqlx::query(sql).bind(dsp_offer_id).fetch_optional(db.readers()).await?;
    row.as_ref().map(|row| Ok((read(row)?, column(row, LISTING, "asset_id")?))).transpose()
}

/// One asset under one offer, as the catalogue needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The offer's id in this connector.
    pub offer_id: String,
    /// The dataset.
    pub asset_id: String,
    /// Its properties.
    pub properties: Map<String, Value>,
    /// Its transfer types.
    pub formats: Vec<String>,
    /// The id a contract request names.
    pub dsp_offer_id: String,
    /// Policy id of the terms.
    pub usage_policy: String,
}

/// Ids of assets that any of these audiences may see, after `after`, in order.
pub async fn asset_ids(db: &Db, audiences: &[Audience], after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let rows = if audiences.len() > LOOKED_UP {
        let sql = "SELECT DISTINCT asset_id FROM listing WHERE asset_id > $2
            AND dataspace || ' ' || access_policy IN (SELECT value FROM json_each($1)) ORDER BY asset_id LIMIT $3";
        sqlx::query(sql).bind(together(audiences)).bind(after).bind(limit).fetch_all(db.readers()).await?
    } else {
        let sql = "SELECT DISTINCT asset_id FROM listing WHERE dataspace = $1 AND access_policy = $2 AND asset_id > $3
            ORDER BY asset_id LIMIT $4";
        of_each(db, sql, audiences, after, limit).await?
    };
    let mut ids = read_ids(&rows)?;
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(ids)
}

/// Ids of assets that any of these audiences may see, the last ones up to and including `last`, in descending order.
pub async fn asset_ids_up_to(
    db: &Db,
    audiences: &[Audience],
    last: &str,
    limit: i64,
) -> Result<Vec<String>, StorageError> {
    let rows = if audiences.len() > LOOKED_UP {
        let sql = "SELECT DISTINCT asset_id FROM listing WHERE asset_id <= $2
            AND dataspace || ' ' || access_policy IN (SELECT value FROM json_each($1)) ORDER BY asset_id DESC LIMIT $3";
        sqlx::query(sql).bind(together(audiences)).bind(last).bind(limit).fetch_all(db.readers()).await?
    } else {
        let sql = "SELECT DISTINCT asset_id FROM listing WHERE dataspace = $1 AND access_policy = $2 AND asset_id <= $3
            ORDER BY asset_id DESC LIMIT $4";
        of_each(db, sql, audiences, last, limit).await?
    };
    let mut ids = read_ids(&rows)?;
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.dedup();
    ids.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(ids)
}

async fn of_each(
    db: &Db,
    sql: &'static str,
    audiences: &[Audience],
    from: &str,
    limit: i64,
) -> Result<Vec<SqliteRow>, StorageError> {
    let mut rows = Vec::new();
    for Audience { dataspace, access_policy } in audiences {
        let query = sqlx::query(sql).bind(dataspace).bind(access_policy).bind(from).bind(limit);
        rows.extend(query.fetch_all(db.readers()).await?);
    }
    Ok(rows)
}

fn read_ids(rows: &[SqliteRow]) -> Result<Vec<String>, StorageError> {
    rows.iter().map(|row| column(row, LISTING, "asset_id")).collect()
}

/// Listings that any of these audiences may see, of the assets from `first` to `last`, in order.
pub async fn listings(db: &Db, audiences: &[Audience], first: &str, last: &str) -> Result<Vec<Listing>, StorageError> {
    let sql = "SELECT l.offer_id, l.asset_id, l.dsp_offer_id, o.usage_policy, a.properties, a.formats
        FROM listing l JOIN offer o ON o.id = l.offer_id JOIN asset a ON a.id = l.asset_id
        WHERE l.asset_id >= $2 AND l.asset_id <= $3
        AND l.dataspace || ' ' || l.access_policy IN (SELECT value FROM json_each($1))
        ORDER BY l.asset_id, l.offer_id";
    let query = sqlx::query(sql).bind(together(audiences)).bind(first).bind(last);
    let rows = query.fetch_all(db.readers()).await?;
    rows.iter().map(read_listing).collect()
}

pub(super) fn read_listing(row: &SqliteRow) -> Result<Listing, StorageError> {
    Ok(Listing {
        offer_id: column(row, LISTING, "offer_id")?,
        asset_id: column(row, LISTING, "asset_id")?,
        properties: json(row, LISTING, "properties")?,
        formats: json(row, LISTING, "formats")?,
        dsp_offer_id: column(row, LISTING, "dsp_offer_id")?,
        usage_policy: column(row, LISTING, "usage_policy")?,
    })
}

fn read(row: &SqliteRow) -> Result<Offer, StorageError> {
    Ok(Offer {
        id: column(row, TABLE, "id")?,
        selector: json(row, TABLE, "selector")?,
        access_policy: column(row, TABLE, "access_policy")?,
        usage_policy: column(row, TABLE, "usage_policy")?,
        automation: json(row, TABLE, "automation")?,
        offer_ids: json(row, TABLE, "offer_ids")?,
        dataspace: column(row, TABLE, "dataspace")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
