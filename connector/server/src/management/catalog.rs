//! `/catalog`: what partners offer, and what they see of ours.

pub mod previewing;

use actix_web::web;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::Body;
use super::counterparty::named;
use super::route::at;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::{catalog, partners};
use crate::problem::Problem;
use crate::terms::offers::OfferTerms;

/// Whose catalogue: a partner of the registry, or an id and an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatalogQuestion {
    /// Participant id of a known partner.
    partner: Option<String>,
    /// Participant id, for a connector that is not in the registry.
    counter_party_id: Option<String>,
    /// Base of its Dataspace Protocol endpoints.
    counter_party_address: Option<String>,
    /// `next` of the answer before.
    page: Option<String>,
}

/// Which dataset of whose catalogue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetQuestion {
    /// Participant id of a known partner.
    partner: Option<String>,
    /// Participant id, for a connector that is not in the registry.
    counter_party_id: Option<String>,
    /// Base of its Dataspace Protocol endpoints.
    counter_party_address: Option<String>,
    /// Dataset id.
    dataset: String,
}

/// A page of a partner's catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogPage {
    /// The DSP Catalog, as the partner sent it.
    #[schema(value_type = Object)]
    catalog: Value,
    /// What each offer on the page says, and which of it no connector checks.
    terms: Vec<OfferTerms>,
    /// What to give as `page` for the next page; null at the end.
    next: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/catalog").post(catalog));
    cfg.service(at("/catalog/dataset").post(dataset));
    previewing::configure(cfg);
}

/// Ask a partner for its catalogue
#[utoipa::path(post, path = "/catalog", tag = "catalog", request_body = CatalogQuestion,
    responses((status = 200, description = "A page of it", body = CatalogPage)))]
pub(super) async fn catalog(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<CatalogQuestion>,
) -> Result<web::Json<CatalogPage>, Problem> {
    let named = named(body.partner, body.counter_party_id, body.counter_party_address)?;
    let partner = partners::counterparty(&connector, &operator, named).await?;
    let page = catalog::of_partner(&connector, &operator, &partner, body.page.as_deref()).await?;
    let catalog::PartnerCatalog { catalog, terms, next } = page;
    Ok(web::Json(CatalogPage { catalog, terms, next }))
}

/// Ask a partner for one dataset
#[utoipa::path(post, path = "/catalog/dataset", tag = "catalog", request_body = DatasetQuestion,
    responses((status = 200, description = "The DSP Dataset, as the partner sent it", body = Object)))]
pub(super) async fn dataset(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<DatasetQuestion>,
) -> Result<web::Json<Value>, Problem> {
    let named = named(body.partner, body.counter_party_id, body.counter_party_address)?;
    let partner = partners::counterparty(&connector, &operator, named).await?;
    Ok(web::Json(catalog::dataset_of_partner(&connector, &operator, &partner, &body.dataset).await?))
}
