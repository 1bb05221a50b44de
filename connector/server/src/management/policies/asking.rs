//! What can be asked about any policy: stored, agreed, or given with the question. Nothing is changed.

use std::collections::BTreeMap;

use actix_web::web;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::authentication::Operator;
use crate::connector::Connector;
use crate::management::body::Body;
use crate::management::route::at;
use crate::operations::policies::{self, DryRun, Named};
use crate::problem::Problem;
use crate::terms::comparing::{Compared, Known, Met};
use crate::terms::explaining::Explained;
use crate::terms::reviewing::{Question, Reviewed};
use crate::terms::trying::{Trial, Tried};

/// Which policy: exactly one of the four.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum WhichPolicy {
    /// The id of a stored policy.
    Id(String),
    /// The id of an agreement, whose terms are meant.
    Agreement(String),
    /// Any policy, as JSON-LD.
    Policy(Value),
    /// Any policy, as Turtle.
    Turtle(String),
}

/// A policy that somebody wants explained.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyQuestion {
    /// Which.
    of: WhichPolicy,
}

/// What is asked when a policy is tried out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyTrial {
    /// Which policy.
    of: WhichPolicy,
    /// Participant id of who would act; its proven claims and its entry in the registry are facts.
    partner: Option<String>,
    /// The dataspace whose facts count; outside any if absent.
    dataspace: Option<String>,
    /// What is supposed besides: left operand (IRI or short name) to a value, or to an array of values.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    claims: BTreeMap<String, Value>,
    /// RFC 3339; now if absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// ODRL action; `use` if absent.
    action: Option<String>,
    /// Dataset id; the policy's own target, or any, if absent.
    asset: Option<String>,
    /// What the data would be for; the purpose that the policy names if absent.
    purpose: Option<String>,
}

/// Two policies to be compared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyPair {
    /// The one.
    a: WhichPolicy,
    /// The other.
    b: WhichPolicy,
    /// What is known of the names in them.
    #[serde(default)]
    known: Known,
}

/// Policies that are to hold together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoliciesToMeet {
    /// 1 to 16 policies.
    of: Vec<WhichPolicy>,
    /// What is known of the names in them.
    #[serde(default)]
    known: Known,
}

/// What a reviewer wants to know.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyReview {
    /// 1 to 16 policies, all of which apply.
    of: Vec<WhichPolicy>,
    /// Can who ever do what.
    question: Question,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/policies/explain").post(explain));
    cfg.service(at("/policies/dry-run").post(dry_run));
    cfg.service(at("/policies/compare").post(compare));
    cfg.service(at("/policies/meet").post(meet));
    cfg.service(at("/policies/review").post(review));
}

/// Say in plain English what any policy says, what of it is decided, and by which facts
#[utoipa::path(post, path = "/policies/explain", tag = "policies", request_body = PolicyQuestion,
    responses((status = 200, description = "The policy in words", body = Explained)))]
pub(in crate::management) async fn explain(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<PolicyQuestion>,
) -> Result<web::Json<Explained>, Problem> {
    Ok(web::Json(policies::explain(&connector, &operator, body.of.into()).await?))
}

/// Try a policy out: would it permit this, why not, until when, and what would change the answer
#[utoipa::path(post, path = "/policies/dry-run", tag = "policies", request_body = PolicyTrial,
    responses((status = 200, description = "What would be decided", body = Tried)))]
pub(in crate::management) async fn dry_run(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<PolicyTrial>,
) -> Result<web::Json<Tried>, Problem> {
    let PolicyTrial { of, partner, dataspace, claims, at, action, asset, purpose } = body;
    let trial = Trial { partner: None, claims, action, asset };
    let asked = DryRun { policy: of.into(), partner, dataspace: dataspace.unwrap_or_default(), at, purpose, trial };
    Ok(web::Json(policies::dry_run(&connector, &operator, asked).await?))
}

/// Compare two policies: does one permit no more than the other, and do they conflict
#[utoipa::path(post, path = "/policies/compare", tag = "policies", request_body = PolicyPair,
    responses((status = 200, description = "Containment both ways, and compatibility", body = Compared)))]
pub(in crate::management) async fn compare(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<PolicyPair>,
) -> Result<web::Json<Compared>, Problem> {
    let pair = (body.a.into(), body.b.into());
    Ok(web::Json(policies::compare(&connector, &operator, pair, body.known).await?))
}

/// Make the policy that permits what all of them permit
#[utoipa::path(post, path = "/policies/meet", tag = "policies", request_body = PoliciesToMeet,
    responses((status = 200, description = "The policy", body = Met)))]
pub(in crate::management) async fn meet(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<PoliciesToMeet>,
) -> Result<web::Json<Met>, Problem> {
    let named = body.of.into_iter().map(Named::from).collect();
    Ok(web::Json(policies::meet(&connector, &operator, named, body.known).await?))
}

/// Answer a reviewer: can somebody ever do something with an asset, until when, and why
#[utoipa::path(post, path = "/policies/review", tag = "policies", request_body = PolicyReview,
    responses((status = 200, description = "The answer with its reasons", body = Reviewed)))]
pub(in crate::management) async fn review(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<PolicyReview>,
) -> Result<web::Json<Reviewed>, Problem> {
    let named = body.of.into_iter().map(Named::from).collect();
    Ok(web::Json(policies::review(&connector, &operator, named, body.question).await?))
}

impl From<WhichPolicy> for Named {
    fn from(which: WhichPolicy) -> Self {
        match which {
            WhichPolicy::Id(id) => Self::Stored(id),
            WhichPolicy::Agreement(id) => Self::Agreement(id),
            WhichPolicy::Policy(policy) => Self::Document(policy),
            WhichPolicy::Turtle(turtle) => Self::Turtle(turtle),
        }
    }
}
