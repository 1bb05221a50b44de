//! `/policies`: who may see an offer, and under which terms an asset may be used.

use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_policies_odrl::Decision;
use utoipa::ToSchema;

use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::publishing::policies::{self, Trial};
use crate::problem::Problem;
use crate::storage::policies::StoredPolicy;

/// A policy to be stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPolicy {
    /// Its id in this connector; made here if absent.
    id: Option<String>,
    /// ODRL as JSON-LD, in the form of the Dataspace Protocol; without `target`.
    #[schema(value_type = Object)]
    policy: Value,
}

/// The new content of a policy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyContent {
    /// ODRL as JSON-LD, in the form of the Dataspace Protocol; without `target`.
    #[schema(value_type = Object)]
    policy: Value,
}

/// A policy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Its id in this connector.
    id: String,
    /// ODRL as JSON-LD, as it was given.
    #[schema(value_type = Object)]
    policy: Value,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

/// What is asked when a policy is tried out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyTrial {
    /// Participant id of who would act.
    partner: String,
    /// The dataspace whose facts count; outside any if absent.
    dataspace: Option<String>,
    /// RFC 3339; now if absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// ODRL action; `use` if absent.
    action: Option<String>,
    /// Dataset id; any if absent.
    asset: Option<String>,
    /// What the data would be for; the purposes that the policy names if absent.
    purpose: Option<String>,
}

/// What was decided, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyDecision {
    /// Whether the request may go ahead.
    permitted: bool,
    /// Why not.
    reasons: Vec<PolicyReason>,
    /// What became of each rule of the policy.
    rules: Vec<PolicyRule>,
}

/// One reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyReason {
    /// For programs: `MissingFact`, `ConstraintNotMet`, …
    code: String,
    /// Where in the policy, for example `permission[0].constraint[1]`.
    path: String,
    /// For people.
    sentence: String,
}

/// What became of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyRule {
    /// Which: `permission[0]`, `prohibition[1]`, …
    rule: String,
    /// `Active`, `Inactive` or `Undecided`.
    activation: String,
    /// Why it does not apply.
    reasons: Vec<PolicyReason>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/policies").get(list).post(create));
    cfg.service(at("/policies/{id}/check").post(check));
    cfg.service(at("/policies/{id}").get(get).put(replace).delete(delete));
}

/// Store a policy
#[utoipa::path(post, path = "/policies", tag = "policies", request_body = NewPolicy,
    responses((status = 201, description = "Stored", body = Policy)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewPolicy>,
) -> Result<HttpResponse, Problem> {
    let policy = policies::create(&connector, &operator, body.id, body.policy).await?;
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
    Ok(web::Json(policies::replace(&connector, &operator, &id, body.policy).await?.into()))
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

/// Try a policy out: would it permit this partner, and why not
#[utoipa::path(post, path = "/policies/{id}/check", tag = "policies", params(("id" = String, Path)),
    request_body = PolicyTrial, responses((status = 200, description = "The decision", body = PolicyDecision)))]
pub(super) async fn check(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<PolicyTrial>,
) -> Result<web::Json<PolicyDecision>, Problem> {
    let PolicyTrial { partner, dataspace, at, action, asset, purpose } = body;
    let trial = Trial { partner, dataspace: dataspace.unwrap_or_default(), at, action, asset, purpose };
    Ok(web::Json(policies::check(&connector, &operator, &id, trial).await?.into()))
}

impl From<StoredPolicy> for Policy {
    fn from(policy: StoredPolicy) -> Self {
        Self {
            id: policy.id,
            policy: policy.document,
            created_at: time(policy.created),
            updated_at: time(policy.updated),
        }
    }
}

impl From<Decision> for PolicyDecision {
    fn from(decision: Decision) -> Self {
        let reasons = |reasons: Vec<symbolon_policies_odrl::Reason>| {
            let reason = |reason: symbolon_policies_odrl::Reason| PolicyReason {
                code: format!("{:?}", reason.code),
                path: reason.path,
                sentence: reason.sentence,
            };
            reasons.into_iter().map(reason).collect::<Vec<_>>()
        };
        let rule = |report: symbolon_policies_odrl::RuleReport| PolicyRule {
            rule: report.rule.to_string(),
            activation: format!("{:?}", report.activation),
            reasons: reasons(report.reasons),
        };
        Self {
            permitted: decision.permitted,
            reasons: reasons(decision.reasons),
            rules: decision.rules.into_iter().map(rule).collect(),
        }
    }
}
