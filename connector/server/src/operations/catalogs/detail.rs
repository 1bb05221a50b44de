//! One dataset of a partner, with all that is known of its offers.

use serde_json::Value;
use symbolon_policies_odrl::PolicyDocument;

use super::{FoundDataset, found};
use crate::authentication::{Operator, Permission};
use crate::catalog_index::{Entry, Qualifies, Shown, Verdict};
use crate::clock;
use crate::connector::Connector;
use crate::operations::catalog;
use crate::operations::partners::Counterparty;
use crate::operations::qualifying::{self, Decided, Own};
use crate::problem::Problem;
use crate::storage::kept_catalogs::{self as rows, Listed};
use crate::storage::partners;
use crate::terms::Terms;
use crate::terms::offers::several;
use crate::worker::crawler::Why;

/// A dataset with its document and its offers.
#[derive(Clone, Debug)]
pub struct Detail {
    /// As it is found.
    pub found: FoundDataset,
    /// DSP Dataset, as the partner sent it.
    pub document: Value,
    /// In which forms it can be had, and where.
    pub distributions: Vec<Distribution>,
    /// Its offers, in their order.
    pub offers: Vec<Offered>,
}

/// A form in which a dataset can be had.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Transfer format.
    pub format: String,
    /// The data service, if the catalogue says which.
    pub service: Option<DataService>,
}

/// A data service of a partner.
#[derive(Clone, Debug, PartialEq)]
pub struct DataService {
    /// Its `@id`.
    pub id: String,
    /// Where it is.
    pub endpoint_url: Option<String>,
}

/// An offer.
#[derive(Clone, Debug)]
pub struct Offered {
    /// ODRL, with `@id` and `target`: what a negotiation takes.
    pub offer: Value,
    /// What it says; `None` if it cannot be read.
    pub terms: Option<Terms>,
    /// Why it cannot be read.
    pub unreadable: Option<String>,
    /// Whether we qualify.
    pub qualifies: Qualifies,
    /// Why not: what is missing, and how to get it.
    pub reasons: Vec<String>,
}

/// A dataset as it is kept. `fresh`: the partner is asked first, and its answer is told; the kept copy follows.
///
/// # Errors
/// 403; 404 if it is not kept, or with `fresh` if the partner has none; 502 if it is asked and does not answer.
pub async fn dataset(
    connector: &Connector,
    operator: &Operator,
    partner: &str,
    dataset: &str,
    fresh: bool,
) -> Result<Detail, Problem> {
    operator.must(Permission::Read)?;
    let listed = rows::listed_by_id(&connector.db, partner).await?;
    let Listed { name, catalog } = listed.ok_or_else(|| Problem::not_found("partner", partner))?;
    let kept = rows::datasets_by_ids(&connector.db, partner, catalog.revision, &[dataset]).await?.pop();
    let kept: Option<Value> = kept.and_then(|kept| serde_json::from_str(&kept.document).ok());
    let (document, read) = if fresh {
        let document = asked(connector, operator, partner, dataset).await;
        let told = document.as_ref().ok().map(without_context);
        if told != kept {
            // What is kept has changed, or is gone.
            connector.crawler.read(partner, Why::Asked(operator.name().to_owned()));
        }
        (document?, clock::millis(clock::now()))
    } else {
        (kept.ok_or_else(|| Problem::not_found("kept dataset", dataset))?, catalog.read.unwrap_or_default())
    };
    let shown = Shown { partner: partner.to_owned(), name, read, revision: 0, segment: Default::default() };
    let (own, services) = (connector.catalogs.own(), catalog.services);
    let made = move || detail(&shown, document, &services, &own);
    tokio::task::spawn_blocking(made).await.map_err(Problem::internal)
}

async fn asked(connector: &Connector, operator: &Operator, partner: &str, dataset: &str) -> Result<Value, Problem> {
    let known = partners::by_id(&connector.db, partner).await?;
    let known = known.ok_or_else(|| Problem::not_found("partner", partner))?;
    let counterparty = Counterparty { id: known.id, dsp_address: known.dsp_address };
    catalog::dataset_of_partner(connector, operator, &counterparty, dataset).await
}

/// A dataset by itself names the protocol's context, and one in a catalogue does not.
fn without_context(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        members.shift_remove("@context");
    }
    document
}

fn detail(shown: &Shown, document: Value, services: &[Value], own: &Own) -> Detail {
    let entry = Entry::of(&document);
    let offers: Vec<Offered> = entry.offers.iter().map(|offer| offered(offer, entry.id, own)).collect();
    let mut terms = Vec::new();
    for offer in &entry.offers {
        terms.extend(qualifying::names(offer));
    }
    terms.sort_unstable();
    terms.dedup();
    let best = offers.iter().max_by(|a, b| a.qualifies.cmp(&b.qualifies).then(std::cmp::Ordering::Greater));
    let verdict = best.map(|best| Verdict {
        qualifies: best.qualifies,
        why: best.reasons.first().map(|why| why.as_str().into()),
        until: None,
    });
    let found = found(shown, &entry, (terms, verdict.unwrap_or_default()));
    let distributions = several(&document, "distribution").filter_map(|one| distribution(one, services)).collect();
    Detail { found, distributions, offers, document }
}

fn offered(offer: &Value, dataset: &str, own: &Own) -> Offered {
    let mut targeted = offer.clone();
    if let Some(members) = targeted.as_object_mut() {
        members.entry("target").or_insert_with(|| dataset.into());
    }
    match PolicyDocument::parse(offer.clone()) {
        Ok(document) => {
            let Decided { qualifies, reasons, .. } = qualifying::decide(&document, dataset, own, clock::now());
            let terms = Some(Terms::of(document.policy()));
            Offered { offer: targeted, terms, unreadable: None, qualifies, reasons }
        }
        Err(error) => {
            let (unreadable, qualifies) = (Some(error.to_string()), Qualifies::Unknown);
            let reasons = vec![format!("The terms cannot be read: {error}")];
            Offered { offer: targeted, terms: None, unreadable, qualifies, reasons }
        }
    }
}

fn distribution(value: &Value, services: &[Value]) -> Option<Distribution> {
    let id = |value: &Value| value.get("@id").and_then(Value::as_str).map(str::to_owned);
    let format = value.get("format")?;
    let format = format.as_str().map(str::to_owned).or_else(|| id(format))?;
    // Named, or written out.
    let named = value.get("accessService").map(|service| match service {
        Value::String(named) => (named.clone(), services.iter().find(|one| id(one).as_ref() == Some(named))),
        written => (id(written).unwrap_or_default(), Some(written)),
    });
    let service = named.map(|(id, service)| {
        let url = service.and_then(|service| service.get("endpointURL")).and_then(Value::as_str).map(str::to_owned);
        DataService { id, endpoint_url: url }
    });
    Some(Distribution { format, service })
}
