//! `/partners/{id}/presentation`: what a partner presented last, and what that proves now.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authentication::Operator;
use crate::connector::Connector;
use crate::management::route::at;
use crate::operations::partners::presented::{self, Held, Membership, Status};
use crate::problem::Problem;

/// What a partner presented last.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Presentation {
    /// RFC 3339: when it was verified; null: the partner has never presented anything.
    presented_at: Option<String>,
    /// What was believed of it; null: never.
    credentials: Option<Vec<PresentedCredential>>,
    /// Our dataspaces, and whether it has proved that it belongs to them.
    memberships: Vec<ProvedMembership>,
    /// Business partner numbers that credentials prove now; null: never presented.
    numbers: Option<Vec<String>>,
}

/// A credential that was presented. The signed text stays with the connector.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentedCredential {
    /// Its own id, where it has one.
    id: Option<String>,
    /// Its types.
    types: Vec<String>,
    /// DID of the issuer.
    issuer: String,
    /// RFC 3339.
    valid_from: Option<String>,
    /// RFC 3339.
    valid_until: Option<String>,
    /// `valid`, `expired`, `notYetValid`, `revoked`, `suspended`, `unknown` (its status cannot be had now) or `invalid`.
    status: &'static str,
    /// Why it does not hold; null: it does.
    detail: Option<String>,
    /// The dataspaces that believe it.
    dataspaces: Vec<String>,
}

/// Whether a partner has proved that it belongs to a dataspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvedMembership {
    /// The dataspace.
    dataspace: String,
    /// Whether it has, by credentials that hold now.
    proved: bool,
    /// Why not; null: it has.
    detail: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/partners/{id}/presentation").get(get));
}

/// Read what a partner presented last, as it stands now
#[utoipa::path(get, path = "/partners/{id}/presentation", tag = "presentations", params(("id" = String, Path)),
    responses((status = 200, description = "What it presented", body = Presentation)))]
pub(in crate::management) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Presentation>, Problem> {
    let presented = presented::presented(&connector, &operator, &id).await?;
    let ever = presented.verified.is_some();
    Ok(web::Json(Presentation {
        presented_at: presented.verified.map(|at| format!("{at:.3}")),
        credentials: ever.then(|| presented.credentials.into_iter().map(PresentedCredential::from).collect()),
        memberships: presented.memberships.into_iter().map(ProvedMembership::from).collect(),
        numbers: ever.then_some(presented.numbers),
    }))
}

impl From<Held> for PresentedCredential {
    fn from(held: Held) -> Self {
        let Held { id, types, issuer, valid_from, valid_until, status, why, dataspaces } = held;
        let time = |at| format!("{at:.3}");
        Self {
            id,
            types,
            issuer,
            valid_from: valid_from.map(time),
            valid_until: valid_until.map(time),
            status: name(status),
            detail: why,
            dataspaces,
        }
    }
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Valid => "valid",
        Status::Expired => "expired",
        Status::NotYetValid => "notYetValid",
        Status::Revoked => "revoked",
        Status::Suspended => "suspended",
        Status::Unknown => "unknown",
        Status::Invalid => "invalid",
    }
}

impl From<Membership> for ProvedMembership {
    fn from(membership: Membership) -> Self {
        let Membership { dataspace, missing } = membership;
        Self { dataspace, proved: missing.is_none(), detail: missing.map(|problem| problem.detail) }
    }
}
