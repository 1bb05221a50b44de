//! `/offers`: which assets, who may see them, under which terms.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::automation::OfferAutomation;
use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, in_dataspace, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::publishing::offers::{self, Draft};
use crate::problem::Problem;
use crate::storage::offers as stored;
use crate::terms::Terms;

/// An offer to be published, or the new content of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOffer {
    /// Its id in this connector; made here if absent.
    id: Option<String>,
    /// Which assets, also those created later.
    assets: Selector,
    /// Id of the policy that says who may see the offer.
    access_policy: String,
    /// Id of the policy that becomes the terms.
    usage_policy: String,
    /// Which steps the connector takes by itself.
    #[serde(default)]
    automation: OfferAutomation,
    /// DSP offer ids to be used instead of generated ones, by asset id.
    #[serde(default)]
    offer_ids: BTreeMap<String, String>,
    /// The dataspace whose members may see it. Absent: the first dataspace, if there is one; empty: outside any.
    dataspace: Option<String>,
}

/// An offer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// Its id in this connector.
    id: String,
    /// Which assets.
    assets: Selector,
    /// Who may see the offer.
    access_policy: String,
    /// The policy that becomes the terms.
    usage_policy: String,
    /// What it says, and which of it no connector checks.
    terms: Terms,
    /// Which steps the connector takes by itself.
    automation: OfferAutomation,
    /// DSP offer ids that were fixed, by asset id.
    offer_ids: BTreeMap<String, String>,
    /// The dataspace whose members may see it; null: outside any.
    dataspace: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

/// Which assets an offer covers: exactly one of the three.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Selector {
    /// Every asset; the value is `true`.
    All(bool),
    /// The assets with these ids.
    Ids(Vec<String>),
    /// Assets whose properties meet every criterion.
    Where(Vec<Criterion>),
}

/// A test of one property.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criterion {
    /// Name of the property.
    property: String,
    /// How it is compared.
    operator: CriterionOperator,
    /// What it is compared with; for `in` an array, for `like` a text.
    value: Value,
}

/// How a property is compared.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CriterionOperator {
    /// Equal.
    Eq,
    /// One of an array.
    In,
    /// Text with `%` for any run of characters.
    Like,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/offers").get(list).post(create));
    cfg.service(at("/offers/{id}").get(get).put(replace).delete(delete));
}

/// Publish an offer
#[utoipa::path(post, path = "/offers", tag = "offers", request_body = NewOffer,
    responses((status = 201, description = "Published", body = Offer)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewOffer>,
) -> Result<HttpResponse, Problem> {
    let offer = offers::create(&connector, &operator, body.into()).await?;
    Ok(created("offers", &offer.id.clone(), &shown(&connector, offer).await?))
}

/// List offers in the order of their ids
#[utoipa::path(get, path = "/offers", tag = "offers", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Offer>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<Offer>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = offers::list(&connector, &operator, &page).await?;
    let terms = offers::terms(&connector, &rows).await?;
    Ok(web::Json(Items::of(rows, &page, |offer| offer.id.clone(), |offer| Offer::of(offer, &terms))))
}

/// Read an offer
#[utoipa::path(get, path = "/offers/{id}", tag = "offers", params(("id" = String, Path)),
    responses((status = 200, description = "The offer", body = Offer)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Offer>, Problem> {
    Ok(web::Json(shown(&connector, offers::get(&connector, &operator, &id).await?).await?))
}

/// Replace an offer: negotiations under way keep the terms they began with
#[utoipa::path(put, path = "/offers/{id}", tag = "offers", params(("id" = String, Path)), request_body = NewOffer,
    responses((status = 200, description = "The offer as it is now", body = Offer)))]
pub(super) async fn replace(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<NewOffer>,
) -> Result<web::Json<Offer>, Problem> {
    Ok(web::Json(shown(&connector, offers::replace(&connector, &operator, &id, body.into()).await?).await?))
}

/// Withdraw an offer: agreements that came of it stay in force
#[utoipa::path(delete, path = "/offers/{id}", tag = "offers", params(("id" = String, Path)),
    responses((status = 204, description = "Withdrawn")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    offers::delete(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<NewOffer> for Draft {
    fn from(offer: NewOffer) -> Self {
        Self {
            id: offer.id,
            selector: offer.assets.into(),
            access_policy: offer.access_policy,
            usage_policy: offer.usage_policy,
            automation: offer.automation.into(),
            offer_ids: offer.offer_ids,
            dataspace: offer.dataspace,
        }
    }
}

/// The offer with what its terms say.
async fn shown(connector: &Connector, offer: stored::Offer) -> Result<Offer, Problem> {
    let terms = offers::terms(connector, std::slice::from_ref(&offer)).await?;
    Ok(Offer::of(offer, &terms))
}

impl Offer {
    /// With the terms by the id of their policy.
    pub(super) fn of(offer: stored::Offer, terms: &BTreeMap<String, Terms>) -> Self {
        Self {
            id: offer.id,
            assets: offer.selector.into(),
            access_policy: offer.access_policy,
            terms: terms.get(&offer.usage_policy).cloned().unwrap_or_default(),
            usage_policy: offer.usage_policy,
            automation: offer.automation.into(),
            offer_ids: offer.offer_ids,
            dataspace: in_dataspace(offer.dataspace),
            created_at: time(offer.created),
            updated_at: time(offer.updated),
        }
    }
}

impl From<Selector> for stored::Selector {
    fn from(selector: Selector) -> Self {
        match selector {
            Selector::All(all) => Self::All(all),
            Selector::Ids(ids) => Self::Ids(ids),
            Selector::Where(criteria) => Self::Where(criteria.into_iter().map(stored::Criterion::from).collect()),
        }
    }
}

impl From<stored::Selector> for Selector {
    fn from(selector: stored::Selector) -> Self {
        match selector {
            stored::Selector::All(all) => Self::All(all),
            stored::Selector::Ids(ids) => Self::Ids(ids),
            stored::Selector::Where(criteria) => Self::Where(criteria.into_iter().map(Criterion::from).collect()),
        }
    }
}

impl From<Criterion> for stored::Criterion {
    fn from(criterion: Criterion) -> Self {
        let operator = match criterion.operator {
            CriterionOperator::Eq => stored::CriterionOperator::Eq,
            CriterionOperator::In => stored::CriterionOperator::In,
            CriterionOperator::Like => stored::CriterionOperator::Like,
        };
        Self { property: criterion.property, operator, value: criterion.value }
    }
}

impl From<stored::Criterion> for Criterion {
    fn from(criterion: stored::Criterion) -> Self {
        let operator = match criterion.operator {
            stored::CriterionOperator::Eq => CriterionOperator::Eq,
            stored::CriterionOperator::In => CriterionOperator::In,
            stored::CriterionOperator::Like => CriterionOperator::Like,
        };
        Self { property: criterion.property, operator, value: criterion.value }
    }
}
