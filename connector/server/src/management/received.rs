//! `/received`: what partners pushed into our inbox, until when it may be kept, and the evidence of its deletion.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::page::{Items, page};
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::received;
use crate::problem::Problem;
use crate::storage::received::Received as Row;

/// What one transfer brought.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// Our process id of the transfer; the file in the inbox is named after it.
    transfer: String,
    /// The agreement it came under.
    agreement: String,
    /// Participant id of the partner that pushed it.
    partner: String,
    /// Dataset id.
    asset: String,
    /// RFC 3339: its last byte.
    received_at: String,
    /// Bytes held, or that were held.
    bytes: i64,
    /// RFC 3339: when it is deleted; null if nothing asks for that.
    delete_at: Option<String>,
    /// The rule of the agreement that asks for its deletion: a path into the policy.
    because: Option<String>,
    /// `sha-256:` and the hex digest of what was deleted.
    digest: Option<String>,
    /// RFC 3339: when it was deleted.
    deleted_at: Option<String>,
}

/// Which of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReceivedQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<String>,
    /// Agreement id.
    agreement: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/received").get(list));
    cfg.service(at("/received/{pid}").get(get));
}

/// List what was received, also what has been deleted, the newest transfer first
#[utoipa::path(get, path = "/received", tag = "received", params(ReceivedQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Received>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<ReceivedQuery>,
) -> Result<web::Json<Items<Received>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = received::list(&connector, &operator, query.agreement.as_deref(), &page).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.transfer.clone(), Received::from)))
}

/// Read what one transfer brought
#[utoipa::path(get, path = "/received/{pid}", tag = "received", params(("pid" = String, Path)),
    responses((status = 200, description = "What it brought", body = Received)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Received>, Problem> {
    Ok(web::Json(received::get(&connector, &operator, &pid).await?.into()))
}

impl From<Row> for Received {
    fn from(row: Row) -> Self {
        Self {
            transfer: row.transfer,
            agreement: row.agreement,
            partner: row.partner,
            asset: row.asset,
            received_at: time(row.received),
            bytes: row.bytes,
            delete_at: row.delete_at.map(time),
            because: row.because,
            digest: row.digest,
            deleted_at: row.deleted.map(time),
        }
    }
}
