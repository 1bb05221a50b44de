//! Catalogues of partners, kept and searched.
//!
//! The rows are what partners offered when they were last asked; [`KeptCatalogs`] is what is searched, made of them. A partner's
//! catalogue is read whole before any of it is shown ([`reading`]).

pub mod detail;
pub mod reading;
mod shown;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::authentication::{Operator, Permission};
use crate::catalog_index::search::{self, Counted};
use crate::catalog_index::{Entry, Qualifies, Query, Shown, Verdict};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::Page;
use crate::storage::kept_catalogs::{self as rows, Fault, KeptCatalog, Listed};
use crate::worker::crawler::Why;

pub use self::shown::{KeptCatalogs, load, qualify};

/// Partners that one request may have read.
const REFRESHED: usize = 1000;
/// Bytes of a description in a list.
const DESCRIPTION: usize = 1024;
/// Without a plan of our own, a copy is old after this, in milliseconds: a day.
const OLD: i64 = 86_400_000;

/// How a kept catalogue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was never read.
    Never,
    /// It is being read, or waits for its turn.
    Reading,
    /// It is what the partner offered when it was last asked, not long ago.
    Fresh,
    /// There is a copy, and it is older than it should be.
    Stale,
    /// The partner did not answer, or refused.
    Unreachable,
}

/// A partner's catalogue as it is kept.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The partner's name.
    pub name: String,
    /// What is known.
    pub catalog: KeptCatalog,
    /// How it stands.
    pub state: State,
    /// When it is read again, in milliseconds since the epoch.
    pub next: Option<i64>,
}

/// A dataset that was found.
#[derive(Clone, Debug)]
pub struct FoundDataset {
    /// Participant id of who offers it.
    pub partner: String,
    /// For people.
    pub partner_name: String,
    /// Dataset id.
    pub dataset: String,
    /// What it is called.
    pub title: String,
    /// What it is; cut where it is long.
    pub description: Option<String>,
    /// What it is about.
    pub keywords: Vec<String>,
    /// What kind of data it is.
    pub kind: Option<String>,
    /// Transfer formats.
    pub formats: Vec<String>,
    /// Names of the operands and actions that its offers speak of.
    pub terms: Vec<String>,
    /// How many offers it has.
    pub offers: usize,
    /// Whether we qualify for one of them.
    pub qualifies: Qualifies,
    /// Why not.
    pub why: Option<String>,
    /// When it was read, in milliseconds since the epoch.
    pub read: i64,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How many there are.
    pub total: usize,
    /// The slice.
    pub items: Vec<FoundDataset>,
    /// For each filter: value, and how many datasets it would find beside the other filters. Partners with their names.
    pub facets: Facets,
}

/// For each filter, what it may be.
#[derive(Clone, Debug)]
pub struct Facets {
    /// Partners: the label is the name.
    pub partners: Vec<(Counted, String)>,
    /// Kinds of data.
    pub kinds: Vec<Counted>,
    /// Transfer formats.
    pub formats: Vec<Counted>,
    /// Names of operands and actions.
    pub terms: Vec<Counted>,
    /// Whether we qualify.
    pub qualifies: Vec<Counted>,
}

/// Kept catalogues in the order of partners' ids.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator, page: &Page) -> Result<Vec<Standing>, Problem> {
    operator.must(Permission::Read)?;
    let listed = rows::list(&connector.db, page).await?;
    Ok(listed.into_iter().map(|listed| standing(connector, listed)).collect())
}

/// Has the catalogues of these partners read, or with `None` of all, and does not wait for it.
///
/// # Errors
/// 403; 404 for one that is not in the registry.
pub async fn refresh(
    connector: &Connector,
    operator: &Operator,
    partners: Option<Vec<String>>,
) -> Result<Vec<Standing>, Problem> {
    operator.must(Permission::Negotiate)?;
    let why = || Why::Asked(operator.name().to_owned());
    let Some(partners) = partners else {
        each_partner(connector, |partner| connector.crawler.read(partner, why())).await?;
        return list(connector, operator, &Page { after: None, limit: 51 }).await;
    };
    if partners.len() > REFRESHED {
        let detail = format!("partners: name at most {REFRESHED}, or none for all");
        return Err(Problem::new(Kind::Unprocessable, "catalogs.too-many", detail).with_rule("partners"));
    }
    let mut found = Vec::with_capacity(partners.len());
    for partner in &partners {
        let listed = rows::listed_by_id(&connector.db, partner).await?;
        found.push(listed.ok_or_else(|| Problem::not_found("partner", partner))?);
    }
    partners.iter().for_each(|partner| connector.crawler.read(partner, why()));
    Ok(found.into_iter().map(|listed| standing(connector, listed)).collect())
}

/// Every partner of the registry, in the order of their ids.
///
/// # Errors
/// When storage fails.
pub(crate) async fn each_partner(connector: &Connector, mut each: impl FnMut(&str)) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let listed = rows::list(&connector.db, &Page { after, limit: 500 }).await?;
        let Some(last) = listed.last() else { return Ok(()) };
        after = Some(last.catalog.partner.clone());
        listed.iter().for_each(|one| each(&one.catalog.partner));
    }
}

/// Searches all kept catalogues.
///
/// # Errors
/// 403; 503 while the connector starts and has not yet read its copies.
pub async fn search(connector: &Connector, operator: &Operator, query: Query) -> Result<Answer, Problem> {
    operator.must(Permission::Read)?;
    let shown = connector.catalogs.shown().await?;
    let (searched, asked) = (Arc::clone(&shown), query);
    let found = tokio::task::spawn_blocking(move || search::search(&searched, &asked)).await;
    let found = found.map_err(Problem::internal)?;
    let items = items(connector, &shown, &found.items).await?;
    let name = |id: &str| shown.iter().find(|one| one.partner == id).map_or(id, |one| one.name.as_str()).to_owned();
    let partners = found.partners.into_iter().map(|counted| {
        let label = name(&counted.value);
        (counted, label)
    });
    let facets = Facets {
        partners: partners.collect(),
        kinds: found.kinds,
        formats: found.formats,
        terms: found.terms,
        qualifies: found.qualifies,
    };
    Ok(Answer { total: found.total, items, facets })
}

/// The datasets of a slice, read from the rows: one read for each partner among them.
async fn items(
    connector: &Connector,
    shown: &[Shown],
    places: &[(usize, usize)],
) -> Result<Vec<FoundDataset>, Problem> {
    let mut wanted: HashMap<usize, Vec<usize>> = HashMap::new();
    places.iter().for_each(|(place, row)| wanted.entry(*place).or_default().push(*row));
    let mut documents: HashMap<(usize, String), Value> = HashMap::new();
    for (place, rows_of) in wanted {
        let Some(one) = shown.get(place) else { continue };
        let ids: Vec<&str> = rows_of.iter().map(|row| one.segment.id(*row)).collect();
        for dataset in rows::datasets_by_ids(&connector.db, &one.partner, one.revision, &ids).await? {
            let document = serde_json::from_str(&dataset.document).unwrap_or_default();
            documents.insert((place, dataset.id), document);
        }
    }
    let found = places.iter().filter_map(|(place, row)| {
        let one = shown.get(*place)?;
        // A copy that was replaced a moment ago may have lost it.
        let document = documents.get(&(*place, one.segment.id(*row).to_owned()))?;
        let judged = (one.segment.terms_of(*row), one.segment.verdict(*row));
        Some(found(one, &Entry::of(document), judged))
    });
    Ok(found.collect())
}

/// A dataset as it is told.
fn found(shown: &Shown, entry: &Entry<'_>, (terms, verdict): (Vec<String>, Verdict)) -> FoundDataset {
    let description = entry.description.as_ref().map(|text| match text.len() {
        0..=DESCRIPTION => text.clone(),
        _ => format!("{}…", text.get(..text.floor_char_boundary(DESCRIPTION)).unwrap_or_default()),
    });
    FoundDataset {
        partner: shown.partner.clone(),
        partner_name: shown.name.clone(),
        dataset: entry.id.to_owned(),
        title: entry.title.clone(),
        description,
        keywords: entry.keywords.clone(),
        kind: entry.kind.clone(),
        formats: entry.formats.clone(),
        terms,
        offers: entry.offers.len(),
        qualifies: verdict.qualifies,
        why: verdict.why.map(|why| why.to_string()),
        read: shown.read,
    }
}

/// How the catalogue stands now.
fn standing(connector: &Connector, listed: Listed) -> Standing {
    let every = i64::try_from(connector.config.catalogs.every_s).unwrap_or(i64::MAX).saturating_mul(1000);
    let Listed { name, catalog } = listed;
    let reading = connector.crawler.is_reading(&catalog.partner);
    let old_after = if every == 0 { OLD } else { every.saturating_mul(2) };
    let is_old = catalog.read.is_some_and(|read| clock::millis(clock::now()).saturating_sub(read) > old_after);
    let state = match (catalog.fault, catalog.read) {
        _ if reading => State::Reading,
        (Some(Fault::Unreachable), _) => State::Unreachable,
        (_, None) => State::Never,
        (Some(Fault::Unusable), Some(_)) => State::Stale,
        (None, Some(_)) if is_old => State::Stale,
        (None, Some(_)) => State::Fresh,
    };
    let next = catalog.next.filter(|_| every > 0);
    Standing { name, catalog, state, next }
}

impl State {
    /// As the management API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Reading => "reading",
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Unreachable => "unreachable",
        }
    }
}
