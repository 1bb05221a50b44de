//! `/issued-credentials`, and `/issuances`: what this connector issued, and how it reached its holders.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::issuing::{self, Verdict};
use crate::problem::Problem;
use crate::storage::issuance::StoredIssuance;
use crate::storage::issued::{self as rows, IssuedFilter};

/// A credential that this connector issued.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedCredential {
    /// Its id in this connector; its own is `urn:uuid:` and this.
    id: String,
    /// The dataspace.
    dataspace: String,
    /// DID of the holder.
    holder: String,
    /// Its type.
    r#type: String,
    /// Its profile.
    format: String,
    /// `VALID`, `SUSPENDED` or `REVOKED`; its end aside.
    state: &'static str,
    /// Why it is suspended or revoked.
    reason: Option<String>,
    /// Whether it can be suspended.
    suspendable: bool,
    /// The request that it answered.
    issuance: String,
    /// RFC 3339.
    issued_at: String,
    /// RFC 3339.
    valid_until: String,
    /// RFC 3339.
    updated_at: String,
}

/// A holder's request for credentials.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Issuance {
    /// Its id in this connector, `issuerPid`.
    id: String,
    /// The holder's process id.
    holder_pid: String,
    /// DID of the holder.
    holder: String,
    /// The dataspace.
    dataspace: String,
    /// Ids of the credentials that were asked for.
    credentials: Vec<String>,
    /// `RECEIVED`, `ISSUED` or `REJECTED`.
    state: &'static str,
    /// Why it was rejected.
    reason: Option<String>,
    /// How the answer reaches the holder: `waiting` for a decision, `pending`, `delivered` or `abandoned`.
    delivery: &'static str,
    /// Why the last attempt to deliver failed.
    failure: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

/// Which issued credentials, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IssuedQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<String>,
    /// Of this dataspace only.
    dataspace: Option<String>,
    /// Of this holder only.
    holder: Option<String>,
    /// In this state only.
    state: Option<IssuedState>,
}

/// Whether an issued credential counts.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum IssuedState {
    /// It counts.
    Valid,
    /// It does not count for the time being.
    Suspended,
    /// It will not count again.
    Revoked,
}

/// Why a credential is taken back, or counts again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictReason {
    /// For the record.
    reason: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/issuances").get(issuances));
    cfg.service(at("/issued-credentials").get(list));
    cfg.service(at("/issued-credentials/{id}").get(get));
    cfg.service(at("/issued-credentials/{id}/revoke").post(revoke));
    cfg.service(at("/issued-credentials/{id}/suspend").post(suspend));
    cfg.service(at("/issued-credentials/{id}/resume").post(resume));
}

/// List holders' requests in the order in which they came
#[utoipa::path(get, path = "/issuances", tag = "issued-credentials", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Issuance>)))]
pub(super) async fn issuances(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<Issuance>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = issuing::list_requests(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.id.clone(), Issuance::from)))
}

/// List issued credentials in the order in which they were issued
#[utoipa::path(get, path = "/issued-credentials", tag = "issued-credentials", params(IssuedQuery),
    responses((status = 200, description = "A slice of the list", body = Items<IssuedCredential>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<IssuedQuery>,
) -> Result<web::Json<Items<IssuedCredential>>, Problem> {
    let page = page(query.limit, query.after)?;
    let state = query.state.map(|state| match state {
        IssuedState::Valid => rows::CredentialState::Valid,
        IssuedState::Suspended => rows::CredentialState::Suspended,
        IssuedState::Revoked => rows::CredentialState::Revoked,
    });
    let filter = IssuedFilter { dataspace: query.dataspace, holder: query.holder, state };
    let rows = issuing::list(&connector, &operator, &filter, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.id.clone(), IssuedCredential::from)))
}

/// Read what is known of an issued credential
#[utoipa::path(get, path = "/issued-credentials/{id}", tag = "issued-credentials", params(("id" = String, Path)),
    responses((status = 200, description = "The credential", body = IssuedCredential)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<IssuedCredential>, Problem> {
    Ok(web::Json(issuing::get(&connector, &operator, &id).await?.into()))
}

/// Revoke a credential for good
#[utoipa::path(post, path = "/issued-credentials/{id}/revoke", tag = "issued-credentials", params(("id" = String, Path)),
    request_body = VerdictReason, responses((status = 200, description = "Revoked", body = IssuedCredential)))]
pub(super) async fn revoke(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<VerdictReason>,
) -> Result<web::Json<IssuedCredential>, Problem> {
    Ok(web::Json(issuing::decide(&connector, &operator, &id, Verdict::Revoke, body.reason).await?.into()))
}

/// Suspend a credential until it is resumed
#[utoipa::path(post, path = "/issued-credentials/{id}/suspend", tag = "issued-credentials", params(("id" = String, Path)),
    request_body = VerdictReason, responses((status = 200, description = "Suspended", body = IssuedCredential)))]
pub(super) async fn suspend(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<VerdictReason>,
) -> Result<web::Json<IssuedCredential>, Problem> {
    Ok(web::Json(issuing::decide(&connector, &operator, &id, Verdict::Suspend, body.reason).await?.into()))
}

/// Let a suspended credential count again
#[utoipa::path(post, path = "/issued-credentials/{id}/resume", tag = "issued-credentials", params(("id" = String, Path)),
    request_body = VerdictReason, responses((status = 200, description = "It counts again", body = IssuedCredential)))]
pub(super) async fn resume(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<VerdictReason>,
) -> Result<web::Json<IssuedCredential>, Problem> {
    Ok(web::Json(issuing::decide(&connector, &operator, &id, Verdict::Resume, body.reason).await?.into()))
}

impl From<rows::IssuedCredential> for IssuedCredential {
    fn from(stored: rows::IssuedCredential) -> Self {
        Self {
            id: stored.id,
            dataspace: stored.dataspace,
            holder: stored.holder,
            r#type: stored.kind,
            format: stored.format,
            state: stored.state.name(),
            reason: stored.reason,
            suspendable: stored.suspendable,
            issuance: stored.issuance,
            issued_at: time(stored.issued),
            valid_until: time(stored.valid_until),
            updated_at: time(stored.updated),
        }
    }
}

impl From<StoredIssuance> for Issuance {
    fn from(stored: StoredIssuance) -> Self {
        Self {
            id: stored.id,
            holder_pid: stored.holder_pid,
            holder: stored.holder,
            dataspace: stored.dataspace,
            credentials: stored.wanted,
            state: stored.state.name(),
            reason: stored.reason,
            delivery: stored.delivery.name(),
            failure: stored.failure,
            created_at: time(stored.created),
            updated_at: time(stored.updated),
        }
    }
}
