//! `/credentials`: what this connector holds.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::Query;
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::clock;
use crate::connector::Connector;
use crate::operations::wallet;
use crate::problem::Problem;
use crate::storage::credentials::StoredCredential;

/// A credential that this connector holds. The signed text stays with the connector.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldCredential {
    /// Its id in this connector.
    id: String,
    /// Its own id, where it has one.
    credential_id: Option<String>,
    /// The type that was asked for.
    r#type: String,
    /// All its types.
    types: Vec<String>,
    /// Its profile.
    format: String,
    /// DID of the issuer.
    issuer: String,
    /// What it says of us.
    #[schema(value_type = Object)]
    subject: Value,
    /// Its status entries.
    #[schema(value_type = Vec<Object>)]
    statuses: Vec<Value>,
    /// Whether the present is within its validity.
    current: bool,
    /// RFC 3339.
    valid_from: Option<String>,
    /// RFC 3339.
    valid_until: Option<String>,
    /// The request that it answers.
    request: String,
    /// RFC 3339.
    received_at: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/credentials").get(list));
    cfg.service(at("/credentials/{id}").get(get).delete(delete));
}

/// List held credentials in the order in which they came
#[utoipa::path(get, path = "/credentials", tag = "credentials", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<HeldCredential>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<HeldCredential>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = wallet::list(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.id.clone(), HeldCredential::from)))
}

/// Read a held credential
#[utoipa::path(get, path = "/credentials/{id}", tag = "credentials", params(("id" = String, Path)),
    responses((status = 200, description = "The credential", body = HeldCredential)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<HeldCredential>, Problem> {
    Ok(web::Json(wallet::get(&connector, &operator, &id).await?.into()))
}

/// Forget a held credential: it is not presented any more
#[utoipa::path(delete, path = "/credentials/{id}", tag = "credentials", params(("id" = String, Path)),
    responses((status = 204, description = "Forgotten")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    wallet::delete(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<StoredCredential> for HeldCredential {
    fn from(stored: StoredCredential) -> Self {
        let current = stored.is_current(clock::millis(clock::now()));
        Self {
            id: stored.id,
            credential_id: stored.credential_id,
            r#type: stored.kind,
            types: stored.types,
            format: stored.format,
            issuer: stored.issuer,
            subject: stored.subject,
            statuses: stored.statuses,
            current,
            valid_from: stored.valid_from.map(time),
            valid_until: stored.valid_until.map(time),
            request: stored.request,
            received_at: time(stored.received),
        }
    }
}
