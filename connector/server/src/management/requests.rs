//! `/requests`: the recorded decisions on data requests.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::page::{Items, page};
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::data;
use crate::problem::Problem;
use crate::storage::requests::DataRequest;

/// A decided data request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Its place in the order.
    seq: i64,
    /// RFC 3339.
    at: String,
    /// Our process id of the transfer.
    transfer: String,
    /// The agreement it was decided under.
    agreement: String,
    /// The asking partner.
    partner: String,
    /// Whether data was released.
    permitted: bool,
    /// The rule that permitted or refused.
    rule: String,
    /// HTTP method.
    method: String,
    /// Path below the transfer, with query.
    path: String,
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<i64>,
    /// Our process id of a transfer.
    transfer: Option<String>,
    /// Agreement id.
    agreement: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/requests").get(list));
}

/// List decisions on data requests, oldest first
#[utoipa::path(get, path = "/requests", tag = "requests", params(RequestQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Request>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<RequestQuery>,
) -> Result<web::Json<Items<Request>>, Problem> {
    let page = page(query.limit, None)?;
    let (transfer, agreement) = (query.transfer.as_deref(), query.agreement.as_deref());
    let after = query.after.unwrap_or(0);
    let rows = data::recorded(&connector, &operator, after, transfer, agreement, page.limit).await?;
    Ok(web::Json(Items::of(rows, &page, |(seq, _)| seq.to_string(), Request::from)))
}

impl From<(i64, DataRequest)> for Request {
    fn from((seq, request): (i64, DataRequest)) -> Self {
        Self {
            seq,
            at: time(request.at),
            transfer: request.transfer,
            agreement: request.agreement,
            partner: request.partner,
            permitted: request.permitted,
            rule: request.rule,
            method: request.method,
            path: request.path,
        }
    }
}
