//! `/catalogs`: kept catalogues of partners, and search over all of them.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Query};
use super::page::{Items, PageQuery, limit, page};
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::catalog_index::entry::local_name;
use crate::catalog_index::search::{Counted, words};
use crate::catalog_index::{self, Qualifies, Sort};
use crate::connector::Connector;
use crate::operations::catalogs::detail::{self, Detail};
use crate::operations::catalogs::{self, Answer, Standing};
use crate::problem::Problem;
use crate::terms::Terms;

/// Longest text that is searched for, in bytes.
const TYPED: usize = 512;
/// Values of one filter.
const VALUES: usize = 200;

/// A partner's catalogue as it is kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptCatalog {
    /// Participant id.
    partner: String,
    /// For people.
    name: String,
    /// `never` (never read), `reading` (being read, or waiting for its turn), `fresh`, `stale` (older than it should be, or what
    /// the partner sent last cannot be kept) or `unreachable`. Whatever the state, the last copy is searched.
    state: &'static str,
    /// How many datasets the copy has.
    datasets: i64,
    /// RFC 3339: when the copy was last found to be what the partner offers.
    read_at: Option<String>,
    /// RFC 3339: when it was last tried.
    tried_at: Option<String>,
    /// RFC 3339: when it is read again by itself; null: not by itself, or at once.
    next_at: Option<String>,
    /// Attempts that have failed since it was read.
    failures: i64,
    /// Why it could not be read, or what was left out.
    detail: Option<String>,
}

/// Whose catalogues are to be read.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatalogRefresh {
    /// Participant ids of known partners, at most 1000; all partners if absent.
    partners: Option<Vec<String>>,
}

/// What is looked for. `partner`, `type`, `format`, `term` and `qualifies` may be given several times: one of the values has to fit.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; they are read one by one, since some may be repeated")]
pub struct CatalogSearch {
    /// Words, each of which has to be part of a dataset's title, id, keywords, type, description or other texts, whatever its case
    /// and diacritics. At most 512 bytes.
    q: Option<String>,
    /// Participant ids.
    partner: Option<Vec<String>>,
    /// Kinds of data, as in `type`.
    r#type: Option<Vec<String>>,
    /// Transfer formats.
    format: Option<Vec<String>>,
    /// Short names of operands and actions, as in `terms`.
    term: Option<Vec<String>>,
    /// `yes`, `no` or `unknown`.
    qualifies: Option<Vec<String>>,
    /// `relevance` (the default), `title`, `partner` or `newest`.
    sort: Option<String>,
    /// How many are passed over.
    #[param(minimum = 0, default = 0)]
    offset: Option<u32>,
    /// 1 to 1000 datasets; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
}

/// What a search found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogFound {
    /// How many datasets there are.
    total: usize,
    /// How many were passed over.
    offset: usize,
    /// The slice.
    items: Vec<FoundDataset>,
    /// What each filter may be, beside all the others.
    facets: CatalogFacets,
}

/// What each filter may be: the 100 most frequent values, and those that were asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogFacets {
    /// Partners; the label is the name.
    partner: Vec<FacetValue>,
    /// Kinds of data; the label is the last part of an IRI.
    r#type: Vec<FacetValue>,
    /// Transfer formats.
    format: Vec<FacetValue>,
    /// Short names of operands and actions.
    term: Vec<FacetValue>,
    /// `yes`, `no` and `unknown`, always all three.
    qualifies: Vec<FacetValue>,
}

/// A value that a filter may have.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacetValue {
    /// The value.
    value: String,
    /// For people.
    label: String,
    /// How many datasets it would find beside all other filters.
    count: usize,
}

/// A dataset that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundDataset {
    /// What is known of it.
    #[serde(flatten)]
    summary: DatasetSummary,
    /// How many offers it has.
    offers: usize,
}

/// What is known of a dataset.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetSummary {
    /// Participant id of who offers it.
    partner: String,
    /// For people.
    partner_name: String,
    /// Dataset id.
    dataset: String,
    /// What it is called; its id, if it has no name.
    title: String,
    /// What it is, at most 1024 bytes.
    description: Option<String>,
    /// What it is about.
    keywords: Vec<String>,
    /// What kind of data it is: an IRI or a word.
    r#type: Option<String>,
    /// Transfer formats.
    formats: Vec<String>,
    /// Short names of the left operands and actions that its offers speak of, `use` left out.
    terms: Vec<String>,
    /// Whether our own credentials satisfy the terms of one of its offers: `yes`, `no`, or `unknown` where it depends on what only
    /// the provider knows, or on terms that are not understood here.
    qualifies: &'static str,
    /// Why not: the first reason.
    why: Option<String>,
    /// RFC 3339: when it was read.
    read_at: String,
}

/// Which dataset.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeptDatasetQuery {
    /// Participant id of a known partner.
    partner: String,
    /// Dataset id.
    dataset: String,
    /// Whether the partner is asked first.
    #[serde(default)]
    #[param(default = false)]
    fresh: bool,
}

/// A dataset with all that is known of its offers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptDataset {
    /// What is known of it.
    #[serde(flatten)]
    summary: DatasetSummary,
    /// The DSP Dataset, as the partner sent it.
    #[schema(value_type = Object)]
    document: Value,
    /// In which forms it can be had, and where.
    distributions: Vec<KeptDistribution>,
    /// Its offers, in their order.
    offers: Vec<KeptOffer>,
}

/// A form in which a dataset can be had.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptDistribution {
    /// Transfer format.
    format: String,
    /// The data service; null if the catalogue names none.
    data_service: Option<DataService>,
}

/// A data service of a partner.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataService {
    /// Its `@id`.
    id: String,
    /// Where it is; null if the catalogue does not say.
    endpoint_url: Option<String>,
}

/// An offer of a partner.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptOffer {
    /// ODRL, with `@id` and `target`: what `POST /negotiations` takes as `offer`.
    #[schema(value_type = Object)]
    offer: Value,
    /// What it says; null if it cannot be read, and then `unreadable` says why.
    terms: Option<Terms>,
    /// Why it cannot be read.
    unreadable: Option<String>,
    /// Whether our own credentials satisfy it: `yes`, `no` or `unknown`.
    qualifies: &'static str,
    /// Why not: what is missing, and how to get it.
    reasons: Vec<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/catalogs").get(list));
    cfg.service(at("/catalogs/refresh").post(refresh));
    cfg.service(at("/catalogs/search").get(search));
    cfg.service(at("/catalogs/dataset").get(dataset));
}

/// List kept catalogues of partners in the order of their ids
#[utoipa::path(get, path = "/catalogs", tag = "catalogs", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<KeptCatalog>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<KeptCatalog>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = catalogs::list(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |one| one.catalog.partner.clone(), KeptCatalog::from)))
}

/// Have catalogues read anew; the event `catalog.read` or `catalog.failed` about each partner tells when it is done
#[utoipa::path(post, path = "/catalogs/refresh", tag = "catalogs", request_body = CatalogRefresh,
    responses((status = 202, description = "They will be; how they stand now", body = Items<KeptCatalog>)))]
pub(super) async fn refresh(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<CatalogRefresh>,
) -> Result<HttpResponse, Problem> {
    let named = body.partners.as_ref().map(Vec::len);
    let rows = catalogs::refresh(&connector, &operator, body.partners).await?;
    let page = page(None, None)?;
    let answer = match named {
        Some(_) => Items { items: rows.into_iter().map(KeptCatalog::from).collect(), next: None },
        None => Items::of(rows, &page, |one| one.catalog.partner.clone(), KeptCatalog::from),
    };
    Ok(HttpResponse::Accepted().json(answer))
}

/// Search the kept catalogues of all partners
#[utoipa::path(get, path = "/catalogs/search", tag = "catalogs", params(CatalogSearch),
    responses((status = 200, description = "What was found", body = CatalogFound)))]
pub(super) async fn search(
    operator: Operator,
    connector: web::Data<Connector>,
    request: HttpRequest,
) -> Result<web::Json<CatalogFound>, Problem> {
    let query = asked(request.query_string())?;
    let offset = query.offset;
    let Answer { total, items, facets } = catalogs::search(&connector, &operator, query).await?;
    let plain = |counted: Counted| FacetValue::of(counted, str::to_owned);
    let kind = |counted: Counted| FacetValue::of(counted, |value| local_name(value).to_owned());
    let partner = |(counted, name): (Counted, String)| FacetValue::of(counted, |_| name);
    let facets = CatalogFacets {
        partner: facets.partners.into_iter().map(partner).collect(),
        r#type: facets.kinds.into_iter().map(kind).collect(),
        format: facets.formats.into_iter().map(plain).collect(),
        term: facets.terms.into_iter().map(plain).collect(),
        qualifies: facets.qualifies.into_iter().map(plain).collect(),
    };
    Ok(web::Json(CatalogFound { total, offset, items: items.into_iter().map(FoundDataset::from).collect(), facets }))
}

/// Read one dataset with its offers, and whether we qualify for each
#[utoipa::path(get, path = "/catalogs/dataset", tag = "catalogs", params(KeptDatasetQuery),
    responses((status = 200, description = "The dataset", body = KeptDataset)))]
pub(super) async fn dataset(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<KeptDatasetQuery>,
) -> Result<web::Json<KeptDataset>, Problem> {
    let KeptDatasetQuery { partner, dataset, fresh } = query;
    Ok(web::Json(detail::dataset(&connector, &operator, &partner, &dataset, fresh).await?.into()))
}

/// The question in a query string, some of whose parameters may be repeated.
fn asked(query: &str) -> Result<catalog_index::Query, Problem> {
    let mut asked = catalog_index::Query { limit: 50, ..catalog_index::Query::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.into_owned();
        match &*name {
            "q" if value.len() > TYPED => return Err(refused("q", &format!("at most {TYPED} bytes are searched for"))),
            "q" => asked.words = words(&value),
            "partner" => asked.partners.push(value),
            "type" => asked.kinds.push(value),
            "format" => asked.formats.push(value),
            "term" => asked.terms.push(value),
            "qualifies" => asked.qualifies.push(qualifies(&value)?),
            "sort" => asked.sort = sort(&value)?,
            "offset" => asked.offset = number("offset", &value)? as usize,
            "limit" => asked.limit = limit(Some(number("limit", &value)?))? as usize,
            other => return Err(refused(other, "there is no such parameter")),
        }
    }
    let lists = [&asked.partners, &asked.kinds, &asked.formats, &asked.terms];
    if lists.iter().any(|list| list.len() > VALUES) || asked.qualifies.len() > VALUES {
        return Err(refused("query", &format!("a parameter may be given {VALUES} times")));
    }
    Ok(asked)
}

fn refused(rule: &str, detail: &str) -> Problem {
    Problem::bad_request("query", format!("the query string cannot be used: {rule}: {detail}")).with_rule(rule)
}

fn qualifies(word: &str) -> Result<Qualifies, Problem> {
    let known = Qualifies::ALL.into_iter().find(|one| one.name() == word);
    known.ok_or_else(|| refused("qualifies", "give yes, no or unknown"))
}

fn sort(word: &str) -> Result<Sort, Problem> {
    Ok(match word {
        "relevance" => Sort::Relevance,
        "title" => Sort::Title,
        "partner" => Sort::Partner,
        "newest" => Sort::Newest,
        _ => return Err(refused("sort", "give relevance, title, partner or newest")),
    })
}

fn number(name: &str, text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| refused(name, "give a whole number"))
}

impl FacetValue {
    fn of(counted: Counted, label: impl FnOnce(&str) -> String) -> Self {
        let Counted { value, count } = counted;
        Self { label: label(&value), value, count }
    }
}

impl From<Standing> for KeptCatalog {
    fn from(standing: Standing) -> Self {
        let Standing { name, catalog, state, next } = standing;
        Self {
            partner: catalog.partner,
            name,
            state: state.name(),
            datasets: catalog.datasets,
            read_at: catalog.read.map(time),
            tried_at: catalog.tried.map(time),
            next_at: next.map(time),
            failures: catalog.failures,
            detail: catalog.detail,
        }
    }
}

impl From<catalogs::FoundDataset> for FoundDataset {
    fn from(found: catalogs::FoundDataset) -> Self {
        Self { offers: found.offers, summary: found.into() }
    }
}

impl From<catalogs::FoundDataset> for DatasetSummary {
    fn from(found: catalogs::FoundDataset) -> Self {
        Self {
            partner: found.partner,
            partner_name: found.partner_name,
            dataset: found.dataset,
            title: found.title,
            description: found.description,
            keywords: found.keywords,
            r#type: found.kind,
            formats: found.formats,
            terms: found.terms,
            qualifies: found.qualifies.name(),
            why: found.why,
            read_at: time(found.read),
        }
    }
}

impl From<Detail> for KeptDataset {
    fn from(detail: Detail) -> Self {
        let Detail { found, document, distributions, offers } = detail;
        Self {
            summary: found.into(),
            document,
            distributions: distributions.into_iter().map(KeptDistribution::from).collect(),
            offers: offers.into_iter().map(KeptOffer::from).collect(),
        }
    }
}

impl From<detail::Distribution> for KeptDistribution {
    fn from(distribution: detail::Distribution) -> Self {
        let detail::Distribution { format, service } = distribution;
        let data_service = service.map(|detail::DataService { id, endpoint_url }| DataService { id, endpoint_url });
        Self { format, data_service }
    }
}

impl From<detail::Offered> for KeptOffer {
    fn from(offered: detail::Offered) -> Self {
        let detail::Offered { offer, terms, unreadable, qualifies, reasons } = offered;
        Self { offer, terms, unreadable, qualifies: qualifies.name(), reasons }
    }
}
