//! `/partners`: whom we know, where they are, and what we hold for true about them.

pub mod presentation;

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::partners::{self, Draft};
use crate::problem::Problem;
use crate::storage;

/// What is known of a partner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartnerContent {
    /// For people.
    name: String,
    /// Base of its Dataspace Protocol endpoints.
    dsp_address: String,
    /// Facts for policy decisions: IRI of the operand, and its values.
    #[serde(default)]
    claims: BTreeMap<String, Vec<Value>>,
}

/// A partner.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Partner {
    /// Participant id: a DID, or what the dataspace uses.
    id: String,
    /// For people.
    name: String,
    /// Base of its Dataspace Protocol endpoints.
    dsp_address: String,
    /// Facts for policy decisions.
    claims: BTreeMap<String, Vec<Value>>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/partners").get(list));
    presentation::configure(cfg);
    cfg.service(at("/partners/{id}").get(get).put(put).delete(delete));
}

/// Make a partner known, or replace what is known of it
#[utoipa::path(put, path = "/partners/{id}", tag = "partners",
    params(("id" = String, Path, description = "Participant id, percent-encoded")), request_body = PartnerContent,
    responses((status = 200, description = "Replaced", body = Partner), (status = 201, description = "New", body = Partner)))]
pub(super) async fn put(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<PartnerContent>,
) -> Result<HttpResponse, Problem> {
    let PartnerContent { name, dsp_address, claims } = body;
    let (partner, new) = partners::put(&connector, &operator, &id, Draft { name, dsp_address, claims }).await?;
    let view = Partner::from(partner);
    Ok(if new { created("partners", &id, &view) } else { HttpResponse::Ok().json(view) })
}

/// List partners in the order of their ids
#[utoipa::path(get, path = "/partners", tag = "partners", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Partner>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<Partner>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = partners::list(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |partner| partner.id.clone(), Partner::from)))
}

/// Read what is known of a partner
#[utoipa::path(get, path = "/partners/{id}", tag = "partners", params(("id" = String, Path)),
    responses((status = 200, description = "The partner", body = Partner)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Partner>, Problem> {
    Ok(web::Json(partners::get(&connector, &operator, &id).await?.into()))
}

/// Forget a partner: its processes and agreements stay, facts about it no longer count
#[utoipa::path(delete, path = "/partners/{id}", tag = "partners", params(("id" = String, Path)),
    responses((status = 204, description = "Forgotten")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    partners::delete(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<storage::partners::Partner> for Partner {
    fn from(partner: storage::partners::Partner) -> Self {
        Self {
            id: partner.id,
            name: partner.name,
            dsp_address: partner.dsp_address,
            claims: partner.claims,
            created_at: time(partner.created),
            updated_at: time(partner.updated),
        }
    }
}
