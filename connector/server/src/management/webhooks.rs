//! `/webhooks`: who is told of events.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::page::Items;
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::webhooks::{self, Draft};
use crate::problem::Problem;
use crate::storage;

/// A webhook to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewWebhook {
    /// Where events are posted.
    url: String,
    /// Kinds such as `negotiation.agreed`, or prefixes such as `negotiation.*`; all if absent.
    #[serde(default)]
    kinds: Vec<String>,
    /// Key of the signature, 16 to 256 bytes; made here if absent.
    secret: Option<String>,
}

/// A webhook. Each event is posted as JSON, in order, until it is answered 2xx; `Symbolon-Signature: sha256=<hex>` is the
/// HMAC-SHA-256 of the body under the secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    id: String,
    /// Where events are posted.
    url: String,
    /// Which kinds; empty: all.
    kinds: Vec<String>,
    /// Key of the signature; only in the answer to its creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// `seq` of the last event that was delivered.
    position: i64,
    /// Why the last attempt failed, while it fails.
    failure: Option<String>,
    /// RFC 3339.
    created_at: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/webhooks").get(list).post(create));
    cfg.service(at("/webhooks/{id}").delete(delete));
}

/// Add a webhook, which is told of what happens from now on
#[utoipa::path(post, path = "/webhooks", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, description = "Added; the secret is shown this once", body = Webhook)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewWebhook>,
) -> Result<HttpResponse, Problem> {
    let NewWebhook { url, kinds, secret } = body;
    let webhook = webhooks::create(&connector, &operator, Draft { url, kinds, secret }).await?;
    let secret = webhook.secret.clone();
    Ok(created("webhooks", &webhook.id.clone(), &Webhook { secret, ..webhook.into() }))
}

/// List webhooks
#[utoipa::path(get, path = "/webhooks", tag = "webhooks",
    responses((status = 200, description = "All of them", body = Items<Webhook>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
) -> Result<web::Json<Items<Webhook>>, Problem> {
    let rows = webhooks::list(&connector, &operator).await?;
    Ok(web::Json(Items { items: rows.into_iter().map(Webhook::from).collect(), next: None }))
}

/// Remove a webhook
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 204, description = "Removed")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    webhooks::delete(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<storage::webhooks::Webhook> for Webhook {
    fn from(webhook: storage::webhooks::Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            kinds: webhook.kinds,
            secret: None,
            position: webhook.position,
            failure: webhook.failure,
            created_at: time(webhook.created),
        }
    }
}
