//! `/credential-offers`: what issuers offered this connector.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::Query;
use super::credential_requests::CredentialRequest;
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::wallet::offers;
use crate::problem::Problem;
use crate::storage::credential_offers::StoredOffer;

/// An issuer's offer of credentials.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialOffer {
    /// Its id in this connector.
    id: String,
    /// DID of the issuer.
    issuer: String,
    /// Credential objects of DCP 1.0 as they came; some have only an id.
    #[schema(value_type = Vec<Object>)]
    credentials: Vec<Value>,
    /// `RECEIVED`, `ACCEPTED` or `DECLINED`.
    state: &'static str,
    /// The request that accepting it became.
    request: Option<String>,
    /// RFC 3339.
    received_at: String,
    /// RFC 3339.
    updated_at: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/credential-offers").get(list));
    cfg.service(at("/credential-offers/{id}").get(get));
    cfg.service(at("/credential-offers/{id}/accept").post(accept));
    cfg.service(at("/credential-offers/{id}/decline").post(decline));
}

/// List offers in the order in which they came
#[utoipa::path(get, path = "/credential-offers", tag = "credential-offers", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<CredentialOffer>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<CredentialOffer>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = offers::list(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.id.clone(), CredentialOffer::from)))
}

/// Read an offer
#[utoipa::path(get, path = "/credential-offers/{id}", tag = "credential-offers", params(("id" = String, Path)),
    responses((status = 200, description = "The offer", body = CredentialOffer)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<CredentialOffer>, Problem> {
    Ok(web::Json(offers::get(&connector, &operator, &id).await?.into()))
}

/// Accept an offer: ask its issuer for what it offers
#[utoipa::path(post, path = "/credential-offers/{id}/accept", tag = "credential-offers", params(("id" = String, Path)),
    responses((status = 201, description = "The request that it became", body = CredentialRequest)))]
pub(super) async fn accept(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let request = offers::accept(&connector, &operator, &id).await?;
    Ok(created("credential-requests", &request.id.clone(), &CredentialRequest::from(request)))
}

/// Decline an offer. Its issuer is not told
#[utoipa::path(post, path = "/credential-offers/{id}/decline", tag = "credential-offers", params(("id" = String, Path)),
    responses((status = 200, description = "Declined", body = CredentialOffer)))]
pub(super) async fn decline(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<CredentialOffer>, Problem> {
    Ok(web::Json(offers::decline(&connector, &operator, &id).await?.into()))
}

impl From<StoredOffer> for CredentialOffer {
    fn from(stored: StoredOffer) -> Self {
        Self {
            id: stored.id,
            issuer: stored.issuer,
            credentials: stored.credentials,
            state: stored.state.name(),
            request: stored.request,
            received_at: time(stored.received),
            updated_at: time(stored.updated),
        }
    }
}
