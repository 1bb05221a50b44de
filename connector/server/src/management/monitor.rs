//! `/monitor`: which running transfers are watched, when each is decided next, and why some are held.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::page::{Items, page};
use super::route::at;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::monitoring::{self, Filter, Seen};
use crate::problem::Problem;

/// A transfer that the policy monitor watches.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Watched {
    /// Our process id of the transfer.
    transfer: String,
    /// Participant id of the partner that receives.
    partner: String,
    /// The agreement it runs under.
    agreement: String,
    /// Dataset id.
    asset: String,
    /// Agreements that the dataset has its origins in, and that decide as well.
    origins: Vec<String>,
    /// Whether the monitor has suspended it; it resumes it when the reason is gone.
    held: bool,
    /// Why it is held.
    reason: Option<String>,
    /// RFC 3339: when it was decided last.
    decided_at: String,
    /// RFC 3339: when it is decided next, even if nothing changes until then; null: time changes nothing.
    next_decision_at: Option<String>,
}

/// Which transfers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonitorQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<String>,
    /// Participant id of the partner.
    partner: Option<String>,
    /// Agreement id.
    agreement: Option<String>,
    /// Only those that are held, or only those that run.
    held: Option<bool>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/monitor").get(list));
    cfg.service(at("/monitor/{pid}").get(get));
}

/// List the transfers that are watched, in the order of their ids
#[utoipa::path(get, path = "/monitor", tag = "monitor", params(MonitorQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Watched>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<MonitorQuery>,
) -> Result<web::Json<Items<Watched>>, Problem> {
    let MonitorQuery { limit, after, partner, agreement, held } = query;
    let page = page(limit, after)?;
    let seen = monitoring::list(&connector, &operator, &Filter { partner, agreement, held }, &page)?;
    Ok(web::Json(Items::of(seen, &page, |one| one.transfer.clone(), Watched::from)))
}

/// Read when a transfer is decided next, and why it is held
#[utoipa::path(get, path = "/monitor/{pid}", tag = "monitor", params(("pid" = String, Path)),
    responses((status = 200, description = "As it was decided last", body = Watched)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Watched>, Problem> {
    Ok(web::Json(monitoring::get(&connector, &operator, &pid)?.into()))
}

impl From<Seen> for Watched {
    fn from(Seen { transfer, watched }: Seen) -> Self {
        Self {
            transfer,
            partner: watched.partner,
            agreement: watched.agreement,
            asset: watched.asset,
            origins: watched.origins,
            held: watched.held.is_some(),
            reason: watched.held,
            decided_at: format!("{:.3}", watched.decided),
            next_decision_at: watched.next.map(|at| format!("{at:.3}")),
        }
    }
}
