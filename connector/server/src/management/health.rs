//! `/health/{live,ready,startup}`: what a supervisor asks. On both listeners, without a key.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::route::at;
use crate::connector::Connector;
use crate::storage::events;

/// How it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `up` or `down`.
    status: String,
    /// Why it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Adds the three paths.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/health/live").get(live));
    cfg.service(at("/health/ready").get(ready));
    cfg.service(at("/health/startup").get(startup));
}

/// Whether the process answers at all
#[utoipa::path(get, path = "/health/live", tag = "health", security(()),
    responses((status = 200, description = "It does", body = Health)))]
pub(super) async fn live() -> HttpResponse {
    up()
}

/// Whether requests should be sent here
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, description = "Yes", body = Health), (status = 503, description = "No", body = Health)))]
pub(super) async fn ready(
    connector: web::Data<Connector>,
    stopping: Option<web::Data<CancellationToken>>,
) -> HttpResponse {
    if stopping.is_some_and(|stopping| stopping.is_cancelled()) {
        return down("it is shutting down");
    }
    reads(&connector).await
}

/// Whether it has started: database and graph are open before the listeners are
#[utoipa::path(get, path = "/health/startup", tag = "health", security(()),
    responses((status = 200, description = "Yes", body = Health), (status = 503, description = "No", body = Health)))]
pub(super) async fn startup(connector: web::Data<Connector>) -> HttpResponse {
    reads(&connector).await
}

async fn reads(connector: &Connector) -> HttpResponse {
    match events::last(&connector.db).await {
        Ok(_) => up(),
        Err(error) => {
            tracing::error!(%error, "the database cannot be read");
            down("the database cannot be read")
        }
    }
}

fn up() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "up".to_owned(), reason: None })
}

fn down(reason: &str) -> HttpResponse {
    let health = Health { status: "down".to_owned(), reason: Some(reason.to_owned()) };
    HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE).json(health)
}
