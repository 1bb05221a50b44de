//! What policies are made of: operands, actions, and ready-made policies.

use actix_web::web;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::authentication::Operator;
use crate::management::body::Body;
use crate::management::page::Items;
use crate::management::route::at;
use crate::operations::policies;
use crate::problem::Problem;
use crate::terms::templates::PolicyTemplate;
use crate::terms::vocabulary::PolicyVocabulary;

/// Values for a template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateValues {
    /// By the name of the parameter. What is left out has its default.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Map<String, Value>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/policies/operands").get(operands));
    cfg.service(at("/policies/templates").get(templates));
    cfg.service(at("/policies/templates/{id}").post(from_template));
}

/// List what policies can be made of: left operands with their values, actions, profiles
#[utoipa::path(get, path = "/policies/operands", tag = "policies",
    responses((status = 200, description = "All that is known here", body = PolicyVocabulary)))]
pub(in crate::management) async fn operands(operator: Operator) -> Result<web::Json<PolicyVocabulary>, Problem> {
    Ok(web::Json(policies::vocabulary(&operator)?))
}

/// List ready-made policies
#[utoipa::path(get, path = "/policies/templates", tag = "policies",
    responses((status = 200, description = "All of them", body = Items<PolicyTemplate>)))]
pub(in crate::management) async fn templates(operator: Operator) -> Result<web::Json<Items<PolicyTemplate>>, Problem> {
    Ok(web::Json(Items { items: policies::templates(&operator)?, next: None }))
}

/// Make a policy of a template; it is not stored
#[utoipa::path(post, path = "/policies/templates/{id}", tag = "policies", params(("id" = String, Path)),
    request_body = TemplateValues, responses((status = 200, description = "ODRL as JSON-LD", body = Object)))]
pub(in crate::management) async fn from_template(
    operator: Operator,
    id: web::Path<String>,
    Body(body): Body<TemplateValues>,
) -> Result<web::Json<Value>, Problem> {
    Ok(web::Json(policies::of_template(&operator, &id, &body.parameters)?))
}
