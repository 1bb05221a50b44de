//! Catalogues of partners, kept to be searched.
//!
//! A copy is what a revision shows. A reading writes the next revision beside the one that counts, and nothing of it is seen
//! until [`put`] raises the revision; what a reading that broke off has left is taken back by [`forget_unfinished`].

use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Db, Page, Statement, StorageError, column, json, to_json, unknown};

const CATALOG: &str = "kept_catalog";
const DATASET: &str = "kept_dataset";

/// Rows that one clean-up removes or marks in one commit: everybody else's commits wait no longer than for these.
const AT_ONCE: i64 = 500;

/// What went wrong with the last attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No answer, or a refusal.
    Unreachable,
    /// What the partner sent cannot be kept.
    Unusable,
}

/// What is known of a partner's catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptCatalog {
    /// Participant id.
    pub partner: String,
    /// The copy that counts; 0 for none.
    pub revision: i64,
    /// How many datasets it has.
    pub datasets: i64,
    /// The data services that its distributions refer to, as the partner sent them.
    pub services: Vec<Value>,
    /// When it was last found to be what the partner offers, in milliseconds since the epoch.
    pub read: Option<i64>,
    /// When it was last tried.
    pub tried: Option<i64>,
    /// When it is read again; `None`: at once.
    pub next: Option<i64>,
    /// Attempts that have failed since it was read.
    pub failures: i64,
    /// What went wrong last.
    pub fault: Option<Fault>,
    /// In words: why, or what was left out.
    pub detail: Option<String>,
}

impl KeptCatalog {
    /// A catalogue that has never been tried.
    pub fn of(partner: &str) -> Self {
        Self {
            partner: partner.to_owned(),
            revision: 0,
            datasets: 0,
            services: Vec::new(),
            read: None,
            tried: None,
            next: None,
            failures: 0,
            fault: None,
            detail: None,
        }
    }
}

/// A partner of the registry, and what is known of its catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The partner's name.
    pub name: String,
    /// Its catalogue.
    pub catalog: KeptCatalog,
}

/// A dataset of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDataset {
    /// Dataset id.
    pub id: String,
    /// Of the document.
    pub digest: String,
    /// When it was first offered, in milliseconds since the epoch.
    pub seen: i64,
    /// As the partner sent it.
    pub document: String,
}

/// A dataset of the copy that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDataset {
    /// Dataset id.
    pub id: String,
    /// When it was first offered, in milliseconds since the epoch.
    pub seen: i64,
    /// As the partner sent it.
    pub document: String,
}

/// What a reading compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Dataset id.
    pub id: String,
    /// Of the document.
    pub digest: String,
    /// When it was first offered, in milliseconds since the epoch.
    pub seen: i64,
}

/// Writes what is known of the catalogue; its revision is the copy that counts from this commit on.
pub fn put(catalog: &KeptCatalog) -> Statement {
    let args = vec![
        catalog.partner.as_str().into(),
        catalog.revision.into(),
        catalog.datasets.into(),
        to_json(&catalog.services).into(),
        catalog.read.into(),
        catalog.tried.into(),
        catalog.next.into(),
        catalog.failures.into(),
        catalog.fault.map(|fault| fault.name().to_owned()).into(),
        catalog.detail.clone().into(),
    ];
    let sql = "INSERT INTO kept_catalog (partner, revision, datasets, services, read, tried, next, failures, fault, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (partner) DO UPDATE SET revision = $2, datasets = $3, services = $4, read = $5, tried = $6, next = $7,
        failures = $8, fault = $9, detail = $10";
    Statement::new(CATALOG, &catalog.partner, sql, args)
}

/// Forgets what is known of the catalogue. Its datasets go by [`remove_some`].
pub fn delete(partner: &str) -> Statement {
    Statement::new(CATALOG, partner, "DELETE FROM kept_catalog WHERE partner = $1", vec![partner.into()])
}

/// A dataset that the copy `revision` shows, and none before it.
pub fn insert(partner: &str, revision: i64, dataset: &NewDataset) -> Statement {
    let args = vec![
        partner.into(),
        dataset.id.as_str().into(),
        revision.into(),
        dataset.digest.as_str().into(),
        dataset.seen.into(),
        dataset.document.as_str().into(),
    ];
    let sql = "INSERT INTO kept_dataset (partner, id, since_revision, digest, seen, document)
        VALUES ($1, $2, $3, $4, $5, $6)";
    Statement::append(DATASET, &dataset.id, sql, args)
}

/// The copy `revision` shows these datasets no more as they are in the one before. At most [`at_once`] ids.
pub fn end(partner: &str, revision: i64, ids: &[&str]) -> Statement {
    let sql = "UPDATE kept_dataset SET until_revision = $2
        WHERE partner = $1 AND since_revision < $2 AND until_revision IS NULL
        AND id IN (SELECT value FROM json_each($3))";
    Statement::new(DATASET, partner, sql, vec![partner.into(), revision.into(), to_json(&ids).into()])
}

/// Takes back what a reading that broke off has left beside the copy that counts: two writes, for one commit.
pub fn forget_unfinished(partner: &str, revision: i64) -> [Statement; 2] {
    let args = || vec![partner.into(), revision.into()];
    let written = "DELETE FROM kept_dataset WHERE partner = $1 AND since_revision > $2";
    let ended = "UPDATE kept_dataset SET until_revision = NULL WHERE partner = $1 AND until_revision > $2";
    [Statement::new(DATASET, partner, written, args()), Statement::new(DATASET, partner, ended, args())]
}

/// Removes some of what no copy from `revision` on shows, a bounded number.
pub fn remove_ended(partner: &str, revision: i64) -> Statement {
    let sql =
        "DELETE FROM kept_dataset WHERE partner = $1 AND until_revision <= $2 AND id IN (SELECT id FROM kept_dataset
        WHERE partner = $1 AND until_revision <= $2 ORDER BY id LIMIT $3)";
    Statement::new(DATASET, partner, sql, vec![partner.into(), revision.into(), AT_ONCE.into()])
}

/// Removes some datasets of the partner, a bounded number.
pub fn remove_some(partner: &str) -> Statement {
    let sql = "DELETE FROM kept_dataset WHERE partner = $1 AND id IN (SELECT id FROM kept_dataset
        WHERE partner = $1 ORDER BY id LIMIT $2)";
    Statement::new(DATASET, partner, sql, vec![partner.into(), AT_ONCE.into()])
}

/// How many ids [`end`] takes.
pub fn at_once() -> usize {
    usize::try_from(AT_ONCE).unwrap_or(500)
}

/// Whether there are datasets of the partner that no copy from `revision` on shows; with `None`, any at all.
pub async fn is_left(db: &Db, partner: &str, revision: Option<i64>) -> Result<bool, StorageError> {
    let sql = match revision {
        Some(_) => "SELECT 1 FROM kept_dataset WHERE partner = $1 AND until_revision <= $2 LIMIT 1",
        None => "SELECT 1 FROM kept_dataset WHERE partner = $1 LIMIT 1",
    };
    let query = sqlx::query(sql).bind(partner);
    let query = match revision {
        Some(revision) => query.bind(revision),
        None => query,
    };
    Ok(query.fetch_optional(db.readers()).await?.is_some())
}

/// What is known of the partner's catalogue.
pub async fn by_partner(db: &Db, partner: &str) -> Result<Option<KeptCatalog>, StorageError> {
    let row =
        sqlx::query("SELECT * FROM kept_catalog WHERE partner = $1").bind(partner).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Partners of the registry with their catalogues, in the order of their ids.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<Listed>, StorageError> {
    let sql = "SELECT p.id, p.name, k.* FROM partner p LEFT JOIN kept_catalog k ON k.partner = p.id
        WHERE p.id > $1 ORDER BY p.id LIMIT $2";
    let after = page.after.as_deref().unwrap_or_default();
    let rows = sqlx::query(sql).bind(after).bind(page.limit).fetch_all(db.readers()).await?;
    rows.iter().map(listed).collect()
}

/// The partner with its catalogue, if it is in the registry.
pub async fn listed_by_id(db: &Db, partner: &str) -> Result<Option<Listed>, StorageError> {
    let sql = "SELECT p.id, p.name, k.* FROM partner p LEFT JOIN kept_catalog k ON k.partner = p.id WHERE p.id = $1";
    let row = sqlx::query(sql).bind(partner).fetch_optional(db.readers()).await?;
    row.as_ref().map(listed).transpose()
}

/// Partners whose catalogue is to be read by `now`, the longest due first, and when the next of the others is.
pub async fn due(db: &Db, now: i64, limit: i64) -> Result<(Vec<String>, Option<i64>), StorageError> {
    let joined = "SELECT p.id, coalesce(k.next, 0) AS next FROM partner p LEFT JOIN kept_catalog k ON k.partner = p.id
        ORDER BY coalesce(k.next, 0), p.id LIMIT $1";
    let rows = sqlx::query(joined).bind(limit + 1).fetch_all(db.readers()).await?;
    let mut due = Vec::new();
    for row in &rows {
        let next: i64 = column(row, CATALOG, "next")?;
        if next > now || due.len() == usize::try_from(limit).unwrap_or(usize::MAX) {
            return Ok((due, Some(next)));
        }
        due.push(column(row, CATALOG, "id")?);
    }
    Ok((due, None))
}

/// Catalogues of participants that are not partners any more.
pub async fn orphans(db: &Db) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT k.partner FROM kept_catalog k LEFT JOIN partner p ON p.id = k.partner WHERE p.id IS NULL";
    let rows = sqlx::query(sql).fetch_all(db.readers()).await?;
    rows.iter().map(|row| column(row, CATALOG, "partner")).collect()
}

/// How many datasets all copies have together, that of `partner` left out.
pub async fn count_others(db: &Db, partner: &str) -> Result<i64, StorageError> {
    let sql = "SELECT coalesce(sum(datasets), 0) AS datasets FROM kept_catalog WHERE partner <> $1";
    let row = sqlx::query(sql).bind(partner).fetch_one(db.readers()).await?;
    row.try_get::<i64, _>("datasets").map_err(StorageError::from)
}

/// What the copy `revision` has of these datasets.
pub async fn known(db: &Db, partner: &str, revision: i64, ids: &[&str]) -> Result<Vec<Known>, StorageError> {
    let sql = "SELECT id, digest, seen FROM kept_dataset WHERE partner = $1 AND since_revision <= $2
        AND (until_revision IS NULL OR until_revision > $2) AND id IN (SELECT value FROM json_each($3))";
    let query = sqlx::query(sql).bind(partner).bind(revision).bind(to_json(&ids));
    let rows = query.fetch_all(db.readers()).await?;
    let known = |row: &SqliteRow| {
        let (id, digest) = (column(row, DATASET, "id")?, column(row, DATASET, "digest")?);
        Ok(Known { id, digest, seen: column(row, DATASET, "seen")? })
    };
    rows.iter().map(known).collect()
}

/// The ids that the copy `revision` shows, after `after`.
pub async fn ids(db: &Db, partner: &str, revision: i64, after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT id FROM kept_dataset WHERE partner = $1 AND id > $3 AND since_revision <= $2
        AND (until_revision IS NULL OR until_revision > $2) ORDER BY id LIMIT $4";
    let query = sqlx::query(sql).bind(partner).bind(revision).bind(after).bind(limit);
    query.fetch_all(db.readers()).await?.iter().map(|row| column(row, DATASET, "id")).collect()
}

/// The datasets that the copy `revision` shows, after `after`.
pub async fn datasets(
    db: &Db,
    partner: &str,
    revision: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<KeptDataset>, StorageError> {
    let sql = "SELECT id, seen, document FROM kept_dataset WHERE partner = $1 AND id > $3 AND since_revision <= $2
        AND (until_revision IS NULL OR until_revision > $2) ORDER BY id LIMIT $4";
    let query = sqlx::query(sql).bind(partner).bind(revision).bind(after).bind(limit);
    query.fetch_all(db.readers()).await?.iter().map(dataset).collect()
}

/// Those of these datasets that the copy `revision` shows, in any order.
pub async fn datasets_by_ids(
    db: &Db,
    partner: &str,
    revision: i64,
    ids: &[&str],
) -> Result<Vec<KeptDataset>, StorageError> {
    let sql = "SELECT id, seen, document FROM kept_dataset WHERE partner = $1 AND since_revision <= $2
        AND (until_revision IS NULL OR until_revision > $2) AND id IN (SELECT value FROM json_each($3))";
    let query = sqlx::query(sql).bind(partner).bind(revision).bind(to_json(&ids));
    query.fetch_all(db.readers()).await?.iter().map(dataset).collect()
}

fn dataset(row: &SqliteRow) -> Result<KeptDataset, StorageError> {
    let (id, document) = (column(row, DATASET, "id")?, column(row, DATASET, "document")?);
    Ok(KeptDataset { id, seen: column(row, DATASET, "seen")?, document })
}

fn listed(row: &SqliteRow) -> Result<Listed, StorageError> {
    let (id, name): (String, String) = (column(row, CATALOG, "id")?, column(row, CATALOG, "name")?);
    let known: Option<String> = column(row, CATALOG, "partner")?;
    let catalog = if known.is_some() { read(row)? } else { KeptCatalog::of(&id) };
    Ok(Listed { name, catalog })
}

fn read(row: &SqliteRow) -> Result<KeptCatalog, StorageError> {
    let fault: Option<String> = column(row, CATALOG, "fault")?;
    Ok(KeptCatalog {
        partner: column(row, CATALOG, "partner")?,
        revision: column(row, CATALOG, "revision")?,
        datasets: column(row, CATALOG, "datasets")?,
        services: json(row, CATALOG, "services")?,
        read: column(row, CATALOG, "read")?,
        tried: column(row, CATALOG, "tried")?,
        next: column(row, CATALOG, "next")?,
        failures: column(row, CATALOG, "failures")?,
        fault: fault.as_deref().map(Fault::read).transpose()?,
        detail: column(row, CATALOG, "detail")?,
    })
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unusable => "unusable",
        }
    }

    fn read(word: &str) -> Result<Self, StorageError> {
        [Self::Unreachable, Self::Unusable]
            .into_iter()
            .find(|fault| fault.name() == word)
            .ok_or_else(|| unknown(CATALOG, "fault", word))
    }
}
