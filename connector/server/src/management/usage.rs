//! `/agreements/{id}/usage`: how much has been taken from the counters of an agreement.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::Items;
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::data;
use crate::problem::Problem;
use crate::storage::usage;

/// What has been taken from one counter, as the provider counts. It is never given back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// Path of the constraint in the agreement, such as `permission[0].constraint[1]`.
    counter: String,
    /// How much, in all.
    used: i64,
    /// RFC 3339.
    first_at: String,
    /// RFC 3339.
    last_at: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/agreements/{id}/usage").get(list));
}

/// Provider: read what has been used under an agreement that counts uses
#[utoipa::path(get, path = "/agreements/{id}/usage", operation_id = "usage", tag = "agreements", params(("id" = String, Path)),
    responses((status = 200, description = "Each counter that was drawn upon", body = Items<Used>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Items<Used>>, Problem> {
    let rows = data::used(&connector, &operator, &id).await?;
    Ok(web::Json(Items { items: rows.into_iter().map(Used::from).collect(), next: None }))
}

impl From<usage::Used> for Used {
    fn from(usage::Used { counter, amount, first, last }: usage::Used) -> Self {
        Self { counter, used: amount, first_at: time(first), last_at: time(last) }
    }
}
