//! `/catalog`: what partners offer.

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
use crate::terms::Terms;

/// Beside the members of a dataset: what its offers say.
const TERMS: &str = "symbolon:terms";

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

/// What an offer in a catalogue says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferTerms {
    /// Dataset id.
    dataset: String,
    /// The offer's `@id`.
    offer: String,
    /// What it says; null if it cannot be read, and then `unreadable` says why.
    terms: Option<Terms>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/catalog").post(catalog));
    cfg.service(at("/catalog/dataset").post(dataset));
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
    let terms = page.terms.into_iter().map(OfferTerms::from).collect();
    Ok(web::Json(CatalogPage { catalog: page.catalog, terms, next: page.next }))
}

/// Ask a partner for one dataset
#[utoipa::path(post, path = "/catalog/dataset", tag = "catalog", request_body = DatasetQuestion,
    responses((status = 200, description = "The DSP Dataset, as the partner sent it, and beside its members `symbolon:terms`: \
        what each of its offers says, as in a catalogue page", body = Object)))]
pub(super) async fn dataset(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<DatasetQuestion>,
) -> Result<web::Json<Value>, Problem> {
    let named = named(body.partner, body.counter_party_id, body.counter_party_address)?;
    let partner = partners::counterparty(&connector, &operator, named).await?;
    let (mut dataset, terms) = catalog::dataset_of_partner(&connector, &operator, &partner, &body.dataset).await?;
    let terms: Vec<OfferTerms> = terms.into_iter().map(OfferTerms::from).collect();
    if let Value::Object(members) = &mut dataset {
        members.insert(TERMS.to_owned(), serde_json::to_value(terms).map_err(Problem::internal)?);
    }
    Ok(web::Json(dataset))
}

impl From<catalog::OfferTerms> for OfferTerms {
    fn from(told: catalog::OfferTerms) -> Self {
        let catalog::OfferTerms { dataset, offer, terms } = told;
        match terms {
            Ok(terms) => Self { dataset, offer, terms: Some(terms), unreadable: None },
            Err(why) => Self { dataset, offer, terms: None, unreadable: Some(why.to_string()) },
        }
    }
}
