//! `/credential-requests`: what this connector asked of issuers.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, in_dataspace, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::wallet::{self, Asked, Draft};
use crate::problem::Problem;
use crate::storage::credential_requests::StoredRequest;

/// What to ask of an issuer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCredentialRequest {
    /// DID of the issuer.
    issuer: String,
    /// The credentials, each named by the issuer's id for it or by its type.
    credentials: Vec<AskedCredential>,
    /// The dataspace that they are for.
    dataspace: Option<String>,
    /// The pre-authorized code that the issuer gave us. A secret; it is not shown again.
    pre_authorized_code: Option<String>,
    /// Base URL of the issuer's service, for an issuer whose DID does not tell.
    issuer_address: Option<String>,
    /// Our process id, where issuer and holder have agreed on one; made here if absent.
    holder_pid: Option<String>,
    /// Whether the request is sent. `false`: the issuer brings what was agreed on by other means, under `holderPid`.
    #[serde(default = "sent")]
    send: bool,
}

fn sent() -> bool {
    true
}

/// A credential that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedCredential {
    /// The issuer's id of it.
    id: Option<String>,
    /// Its type.
    r#type: Option<String>,
    /// Its profile; one that the issuer has and this connector reads, if absent.
    format: Option<String>,
}

/// A request for credentials.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialRequest {
    /// Its id in this connector.
    id: String,
    /// What the issuer names it by.
    holder_pid: String,
    /// DID of the issuer.
    issuer: String,
    /// The dataspace that it is for.
    dataspace: Option<String>,
    /// What is asked for.
    credentials: Vec<WantedCredential>,
    /// `CREATED`: on its way; `REQUESTED`: taken, or expected without having been sent; `ISSUED`; `REJECTED`.
    state: &'static str,
    /// Why it was rejected, or why the last attempt failed.
    reason: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

/// A credential that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct WantedCredential {
    /// The issuer's id of it.
    id: Option<String>,
    /// Its type.
    r#type: String,
    /// Its profile.
    format: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/credential-requests").get(list).post(create));
    cfg.service(at("/credential-requests/{id}").get(get));
    cfg.service(at("/credential-requests/{id}/refresh").post(refresh));
}

/// Ask an issuer for credentials
#[utoipa::path(post, path = "/credential-requests", tag = "credential-requests", request_body = NewCredentialRequest,
    responses((status = 201, description = "On its way; the event `credential-request.issued` tells when credentials are here",
        body = CredentialRequest)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewCredentialRequest>,
) -> Result<HttpResponse, Problem> {
    let asked = |AskedCredential { id, r#type, format }| Asked { id, kind: r#type, format };
    let draft = Draft {
        issuer: body.issuer,
        credentials: body.credentials.into_iter().map(asked).collect(),
        dataspace: body.dataspace,
        code: body.pre_authorized_code,
        address: body.issuer_address,
        holder_pid: body.holder_pid,
        send: body.send,
    };
    let stored = wallet::request(&connector, &operator, draft).await?;
    Ok(created("credential-requests", &stored.id.clone(), &CredentialRequest::from(stored)))
}

/// List requests in the order in which they were made
#[utoipa::path(get, path = "/credential-requests", tag = "credential-requests", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<CredentialRequest>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<CredentialRequest>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = wallet::list_requests(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.id.clone(), CredentialRequest::from)))
}

/// Read a request
#[utoipa::path(get, path = "/credential-requests/{id}", tag = "credential-requests", params(("id" = String, Path)),
    responses((status = 200, description = "The request", body = CredentialRequest)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<CredentialRequest>, Problem> {
    Ok(web::Json(wallet::get_request(&connector, &operator, &id).await?.into()))
}

/// Ask the issuer how far a request got
#[utoipa::path(post, path = "/credential-requests/{id}/refresh", tag = "credential-requests", params(("id" = String, Path)),
    responses((status = 200, description = "The request as it is now", body = CredentialRequest)))]
pub(super) async fn refresh(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<CredentialRequest>, Problem> {
    Ok(web::Json(wallet::refresh(&connector, &operator, &id).await?.into()))
}

impl From<StoredRequest> for CredentialRequest {
    fn from(stored: StoredRequest) -> Self {
        let wanted = stored.wanted.into_iter();
        Self {
            id: stored.id,
            holder_pid: stored.holder_pid,
            issuer: stored.issuer,
            dataspace: in_dataspace(stored.dataspace),
            credentials: wanted.map(|w| WantedCredential { id: w.id, r#type: w.r#type, format: w.format }).collect(),
            state: stored.state.name(),
            reason: stored.reason,
            created_at: time(stored.created),
            updated_at: time(stored.updated),
        }
    }
}
