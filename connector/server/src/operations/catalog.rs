//! The catalogue: ours for partners, theirs for operators.

pub mod previewing;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::{Map, Value};
use symbolon_policies_odrl::World;
use symbolon_vocab::messages::{
    AccessService, Catalog, CatalogRequestMessage, DataService, Dataset, Distribution, Message as _, RootDataset,
    parse, to_bytes,
};

use super::facts;
use super::partners::Counterparty;
use crate::authentication::{Caller, Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::http_client::{Exchange, path_segment};
use crate::problem::{Kind, Problem};
use crate::storage::offers::{self, Audience, Listing};
use crate::terms::offers::{OfferTerms, several, told};

/// A page of our catalogue, and where the next begins.
#[derive(Debug)]
pub struct CatalogPage {
    /// As the partner may see it.
    pub catalog: Catalog,
    /// The last dataset of this page, if there are more.
    pub next: Option<String>,
    /// What the page before begins after, unless this is the first page.
    pub previous: Option<String>,
}

/// Our catalogue as this partner may see it, beginning after `after`.
///
/// # Errors
/// 400 for a filter, which this connector does not know; when storage fails.
pub async fn provide(
    connector: &Connector,
    caller: &Caller,
    request: &CatalogRequestMessage,
    after: &str,
) -> Result<CatalogPage, Problem> {
    if !request.filter.is_empty() {
        return Err(Problem::bad_request("catalog.filter", "this connector knows no filter expressions")
            .with_rule("filter")
            .with_hint("leave filter out and choose from the pages"));
    }
    let audiences = audiences_of(connector, caller, clock::now()).await?;
    let size = usize::try_from(connector.config.limits.catalog_page).unwrap_or(50);
    let limit = i64::try_from(size + 1).unwrap_or(51);
    let mut page = offers::asset_ids(&connector.db, &audiences, after, limit).await?;
    let more = page.len() > size;
    page.truncate(size);
    let next = if more { page.last().cloned() } else { None };
    let previous = match after {
        "" => None,
        after => Some(page_before(connector, &audiences, after, size).await?),
    };
    let mut datasets: BTreeMap<String, Vec<Listing>> = BTreeMap::new();
    if let (Some(first), Some(last)) = (page.first(), page.last()) {
        for listing in offers::listings(&connector.db, &audiences, first, last).await? {
            datasets.entry(listing.asset_id.clone()).or_default().push(listing);
        }
    }
    let (mut catalog, mut offered) = (empty_catalog(connector), Offered::new());
    for listings in datasets.into_values() {
        catalog.dataset.push(dataset(connector, listings, Service::Named, &mut offered).await?);
    }
    Ok(CatalogPage { catalog, next, previous })
}

/// What the page before the one that begins after `after` itself begins after; empty for the first page.
async fn page_before(
    connector: &Connector,
    audiences: &[Audience],
    after: &str,
    size: usize,
) -> Result<String, Problem> {
    let limit = i64::try_from(size + 1).unwrap_or(51);
    let ids = offers::asset_ids_up_to(&connector.db, audiences, after, limit).await?;
    // The page before ends with `after`; it begins after the one that stands a page further back.
    Ok(ids.into_iter().nth(size).unwrap_or_default())
}

/// One dataset as this partner may see it.
///
/// # Errors
/// 404 when it does not exist for this partner.
pub async fn provide_dataset(connector: &Connector, caller: &Caller, id: &str) -> Result<RootDataset, Problem> {
    let audiences = audiences_of(connector, caller, clock::now()).await?;
    let listings = offers::listings(&connector.db, &audiences, id, id).await?;
    if listings.is_empty() {
        return Err(Problem::not_found("dataset", id));
    }
    Ok(RootDataset(dataset(connector, listings, Service::Written, &mut Offered::new()).await?))
}

/// The audiences that this caller belongs to: of each dataspace that it proved to be a member of, judged by the facts of
/// that dataspace alone, and outside any. Each is decided once per request, however many offers share it.
async fn audiences_of(connector: &Connector, caller: &Caller, now: Timestamp) -> Result<Vec<Audience>, Problem> {
    let mut permitted = Vec::new();
    for dataspace in [""].into_iter().chain(caller.dataspaces().iter().map(String::as_str)) {
        let audiences = offers::audiences(&connector.db, dataspace).await?;
        if audiences.is_empty() {
            continue;
        }
        connector.read_policies(audiences.iter().map(|audience| audience.access_policy.as_str())).await?;
        let world = facts::standing(connector, caller.participant(), dataspace, now).await?.world;
        permitted.extend(permitted_policies(connector, &audiences, caller.participant(), &world).await?);
    }
    Ok(permitted)
}

/// Those of the audiences of one dataspace that a participant belongs to, by what is known of it there. The one decision on who
/// sees an offer: what partners are shown and what operators are shown of it rest on it.
async fn permitted_policies(
    connector: &Connector,
    audiences: &[Audience],
    participant: &str,
    world: &World,
) -> Result<Vec<Audience>, Problem> {
    let mut permitted = Vec::new();
    for audience in audiences {
        let policy = connector.policy(&audience.access_policy).await?;
        if facts::may_see(policy.policy(), participant, world) {
            permitted.push(audience.clone());
        }
    }
    Ok(permitted)
}

/// Whether a distribution names the connector's service or writes it out.
#[derive(Clone, Copy)]
enum Service {
    Named,
    Written,
}

fn own_service(connector: &Connector) -> DataService {
    DataService {
        id: format!("{}#connector", connector.participant),
        endpoint_url: connector.config.dsp_address(),
        endpoint_description: Some("dspace:connector".to_owned()),
    }
}

fn empty_catalog(connector: &Connector) -> Catalog {
    Catalog {
        id: format!("{}#catalog", connector.participant),
        participant_id: connector.participant.clone(),
        dataset: Vec::new(),
        catalog: Vec::new(),
        service: vec![own_service(connector)],
        distribution: Vec::new(),
    }
}

/// Usage policies as offers of a catalogue, each made once for a page: by policy id.
type Offered = HashMap<String, Value>;

async fn dataset(
    connector: &Connector,
    listings: Vec<Listing>,
    service: Service,
    offered: &mut Offered,
) -> Result<Dataset, Problem> {
    let mut has_policy = Vec::with_capacity(listings.len());
    for Listing { usage_policy, dsp_offer_id, .. } in &listings {
        if !offered.contains_key(usage_policy) {
            let terms = connector.policy(usage_policy).await?;
            offered.insert(usage_policy.clone(), terms.as_catalog_offer(dsp_offer_id).json().clone());
        }
        if let Some(mut offer) = offered.get(usage_policy).cloned() {
            offer["@id"] = dsp_offer_id.as_str().into();
            has_policy.push(offer);
        }
    }
    let Some(Listing { asset_id, properties, formats, .. }) = listings.into_iter().next() else {
        return Err(Problem::internal("a dataset without listing"));
    };
    let access_service = || match service {
        Service::Named => AccessService::Id(own_service(connector).id),
        Service::Written => AccessService::Service(own_service(connector)),
    };
    let distribution = formats
        .into_iter()
        .map(|format| Distribution { format, access_service: access_service(), has_policy: Vec::new() })
        .collect();
    Ok(Dataset { id: asset_id, has_policy, distribution, properties: public_properties(properties) })
}

/// Properties under names that survive JSON-LD: full IRIs and known prefixes as they are, common words as Dublin Core,
/// the rest in our namespace.
fn public_properties(properties: Map<String, Value>) -> Map<String, Value> {
    let name_of = |name: String| match name.as_str() {
        "name" | "title" => "dct:title".to_owned(),
        "description" => "dct:description".to_owned(),
        "contenttype" | "mediaType" => "dcat:mediaType".to_owned(),
        "type" => "dct:type".to_owned(),
        _ if name.contains(':') => name,
        _ => format!("{}{name}", symbolon_vocab::symbolon::NAMESPACE),
    };
    properties.into_iter().map(|(name, value)| (name_of(name), value)).collect()
}

/// A partner's catalogue, or a page of it.
#[derive(Debug)]
pub struct PartnerCatalog {
    /// As the partner sent it.
    pub catalog: Value,
    /// What each of its offers says, in the order of the catalogue.
    pub terms: Vec<OfferTerms>,
    /// URL of the next page.
    pub next: Option<String>,
}

/// Reads a partner's catalogue. `page` is the URL of a page, as an earlier answer named it.
///
/// # Errors
/// 502 when the partner does not answer or answers with an error; 400 for a page that is not below the partner's address.
pub async fn of_partner(
    connector: &Connector,
    operator: &Operator,
    partner: &Counterparty,
    page: Option<&str>,
) -> Result<PartnerCatalog, Problem> {
    operator.must(Permission::Read)?;
    let PartnerPage { body, next } = page_of(connector, partner, page).await?;
    parse::<Catalog>(&body).map_err(|malformed| not_understood(&malformed.reason))?;
    let catalog: Value = serde_json::from_slice(&body).map_err(|e| not_understood(&e.to_string()))?;
    let terms = told(several(&catalog, "dataset"));
    Ok(PartnerCatalog { catalog, terms, next })
}

/// A page of a partner's catalogue, as bytes.
#[derive(Debug)]
pub(super) struct PartnerPage {
    /// What the partner answered with success.
    pub(super) body: Vec<u8>,
    /// URL of the next page.
    pub(super) next: Option<String>,
}

/// Asks a partner for its catalogue, or for the page of it at this URL.
pub(super) async fn page_of(
    connector: &Connector,
    partner: &Counterparty,
    page: Option<&str>,
) -> Result<PartnerPage, Problem> {
    let first = format!("{}/catalog/request", partner.dsp_address);
    let url = match page {
        // The token that goes with the request is for this partner: it goes to no other address.
        Some(page) if page.starts_with(&first) => page.to_owned(),
        Some(page) => {
            let detail = format!("{page:?} is not a page of the catalogue at {first}");
            return Err(Problem::bad_request("catalog.page", detail).with_rule("page"));
        }
        None => first,
    };
    let request = to_bytes(&CatalogRequestMessage { id: None, filter: Vec::new() });
    let body = String::from_utf8(request).unwrap_or_default();
    let outcome = connector.http.post(&partner.id, &url, &body).await;
    connector.recorder.asked(CatalogRequestMessage::TYPE, &partner.id, &outcome);
    let exchange = outcome?;
    expect_success(&exchange)?;
    let next = next_page(&exchange.links, &url);
    Ok(PartnerPage { body: exchange.body, next })
}

/// Reads one dataset of a partner.
///
/// # Errors
/// As [`of_partner`].
pub async fn dataset_of_partner(
    connector: &Connector,
    operator: &Operator,
    partner: &Counterparty,
    dataset: &str,
) -> Result<Value, Problem> {
    operator.must(Permission::Read)?;
    let url = format!("{}/catalog/datasets/{}", partner.dsp_address, path_segment(dataset));
    let outcome = connector.http.get(&partner.id, &url).await;
    connector.recorder.asked("DatasetRequestMessage", &partner.id, &outcome);
    let exchange = outcome?;
    expect_success(&exchange)?;
    parse::<RootDataset>(&exchange.body).map_err(|malformed| not_understood(&malformed.reason))?;
    serde_json::from_slice(&exchange.body).map_err(|e| not_understood(&e.to_string()))
}

fn expect_success(exchange: &Exchange) -> Result<(), Problem> {
    if exchange.is_success() {
        return Ok(());
    }
    let kind = if exchange.status == 404 { Kind::NotFound } else { Kind::BadGateway };
    Err(Problem::new(kind, "partner.refused", exchange.refusal()))
}

fn not_understood(reason: &str) -> Problem {
    Problem::new(
        Kind::BadGateway,
        "partner.malformed",
        format!("the partner's answer is not what DSP asks for: {reason}"),
    )
}

/// The `next` link (RFC 8288), which may stand among others in one header or in several.
fn next_page(links: &[String], base: &str) -> Option<String> {
    let link = links.iter().flat_map(|line| line.split(',')).find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|p| matches!(p.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| target.to_owned())
    })?;
    url::Url::parse(base).ok()?.join(&link).ok().map(|url| url.to_string())
}

/// The value of the `Link` header that leads to the page after `last`, or back to the first.
pub fn link_to(connector: &Connector, last: &str, relation: &str) -> String {
    let address = connector.config.dsp_address();
    format!("<{address}/catalog/request?after={}>; rel=\"{relation}\"", path_segment(last))
}
