//! `/policies`: who may see an offer, and under which terms an asset may be used; and what can be asked about any policy.

pub mod asking;
pub mod making;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_policies_odrl::PolicyDocument;
use utoipa::ToSchema;

use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::publishing::policies;
use crate::problem::Problem;
use crate::storage::policies::StoredPolicy;
use crate::terms::{Terms, reading};

/// A policy to be stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPolicy {
    /// Its id in this connector; made here if absent.
    id: Option<String>,
    /// ODRL as JSON-LD, in the form of the Dataspace Protocol; without `target`. This or `turtle`.
    #[schema(value_type = Option<Object>)]
    policy: Option<Value>,
    /// ODRL as Turtle: one policy.
    turtle: Option<String>,
}

/// The new content of a policy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyContent {
    /// ODRL as JSON-LD, in the form of the Dataspace Protocol; without `target`. This or `turtle`.
    #[schema(value_type = Option<Object>)]
    policy: Option<Value>,
    /// ODRL as Turtle: one policy.
    turtle: Option<String>,
}

/// A policy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Its id in this connector.
    id: String,
    /// ODRL as JSON-LD, as it was given; what was given as Turtle, in the form of the Dataspace Protocol.
    #[schema(value_type = Object)]
    policy: Value,
    /// What it says, and which of it no connector checks.
    terms: Terms,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/policies").get(list).post(create));
    asking::configure(cfg);
    making::configure(cfg);
    cfg.service(at("/policies/{id}").get(get).put(replace).delete(delete));
}

/// Store a policy, if it keeps the rules of the profiles that it names
#[utoipa::path(post, path = "/policies", tag = "policies", request_body = NewPolicy,
    responses((status = 201, description = "Stored", body = Policy)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewPolicy>,
) -> Result<HttpResponse, Problem> {
    let policy = policies::create(&connector, &operator, body.id, content(body.policy, body.turtle)?).await?;
    Ok(created("policies", &policy.id.clone(), &Policy::from(policy)))
}

/// List policies in the order of their ids
#[utoipa::path(get, path = "/policies", tag = "policies", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Policy>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<Policy>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = policies::list(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |policy| policy.id.clone(), Policy::from)))
}

/// Read a policy
#[utoipa::path(get, path = "/policies/{id}", tag = "policies", params(("id" = String, Path)),
    responses((status = 200, description = "The policy", body = Policy)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Policy>, Problem> {
    Ok(web::Json(policies::get(&connector, &operator, &id).await?.into()))
}

/// Replace a policy: offers that name it carry the new terms, agreements keep theirs
#[utoipa::path(put, path = "/policies/{id}", tag = "policies", params(("id" = String, Path)),
    request_body = PolicyContent, responses((status = 200, description = "The policy as it is now", body = Policy)))]
pub(super) async fn replace(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<PolicyContent>,
) -> Result<web::Json<Policy>, Problem> {
    Ok(web::Json(policies::replace(&connector, &operator, &id, content(body.policy, body.turtle)?).await?.into()))
}

/// Delete a policy that no offer names
#[utoipa::path(delete, path = "/policies/{id}", tag = "policies", params(("id" = String, Path)),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    policies::delete(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The policy, in the one form or in the other.
pub(super) fn content(policy: Option<Value>, turtle: Option<String>) -> Result<PolicyDocument, Problem> {
    match (policy, turtle) {
        (Some(policy), None) => reading::of_json(policy),
        (None, Some(turtle)) => reading::of_turtle(&turtle),
        (None, None) | (Some(_), Some(_)) => {
            Err(Problem::bad_request("body", "give the policy either as policy, or as turtle").with_rule("policy"))
        }
    }
}

impl From<StoredPolicy> for Policy {
    fn from(policy: StoredPolicy) -> Self {
        // What cannot be read any more is shown nevertheless.
        let read = PolicyDocument::parse(policy.document.clone()).ok();
        Self {
            id: policy.id,
            terms: read.map(|read| Terms::of(read.policy())).unwrap_or_default(),
            policy: policy.document,
            created_at: time(policy.created),
            updated_at: time(policy.updated),
        }
    }
}
