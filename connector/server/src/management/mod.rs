//! The management API `/api/v1`: a face, one file for each noun. A handler parses, calls one operation, and renders;
//! the JSON shapes of the API stand beside the handlers, so that rows may change without them.
//!
//! Every refusal is a problem document (RFC 9457), also where there is no such path or method.

pub mod agreements;
pub mod assets;
mod authentication;
pub mod automation;
mod body;
pub mod catalog;
pub mod catalogs;
mod counterparty;
pub mod credential_offers;
pub mod credential_requests;
pub mod credentials;
pub mod dataspaces;
pub mod events;
pub mod health;
pub mod info;
pub mod invitations;
pub mod issued;
pub mod keys;
mod lines;
pub mod logs;
pub mod members;
pub mod monitor;
pub mod negotiations;
pub mod offers;
pub mod openapi;
pub mod openid;
pub mod outbox;
pub mod page;
pub mod partners;
pub mod policies;
pub mod problem;
pub mod processes;
pub mod publications;
pub mod questions;
pub mod received;
pub mod requests;
mod route;
pub mod session;
pub mod sources;
pub mod sparql;
pub mod statistics;
pub mod summary;
pub mod transfers;
pub mod usage;
pub mod users;
pub mod webhooks;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests;

use actix_web::http::header::{CACHE_CONTROL, CROSS_ORIGIN_RESOURCE_POLICY, LOCATION, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::problem::{Kind, Problem};
use crate::{clock, ui};

/// Where the API begins.
pub const BASE: &str = "/api/v1";

/// Adds the API and the health checks. The application's data holds the connector, and a
/// [`CancellationToken`](tokio_util::sync::CancellationToken) that ends event streams.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let nouns = [
        info::configure,
        summary::configure,
        outbox::configure,
        openid::configure,
        session::configure,
        users::configure,
        keys::configure,
        invitations::configure,
        dataspaces::configure,
        members::configure,
        credentials::configure,
        credential_requests::configure,
        credential_offers::configure,
        issued::configure,
        openapi::configure,
        assets::configure,
        policies::configure,
        offers::configure,
        publications::configure,
        sources::configure,
        partners::configure,
        catalog::configure,
        catalogs::configure,
        negotiations::configure,
        agreements::configure,
        usage::configure,
        transfers::configure,
        monitor::configure,
        received::configure,
        events::configure,
        webhooks::configure,
        requests::configure,
        sparql::configure,
        questions::configure,
        statistics::configure,
        logs::configure,
    ];
    let scope =
        nouns.into_iter().fold(web::scope(BASE), |scope, noun: fn(&mut web::ServiceConfig)| scope.configure(noun));
    let headers = DefaultHeaders::new()
        .add((CACHE_CONTROL, "no-store"))
        .add((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"));
    cfg.service(scope.default_service(web::to(no_such_path)).wrap(headers));
    cfg.configure(health::configure);
    cfg.configure(ui::configure);
}

/// 404 for whatever is not here.
pub(crate) async fn no_such_path(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let detail = format!("there is no resource {}", request.path());
    Err(Problem::new(Kind::NotFound, "path", detail).with_hint("GET /api/v1/openapi.json lists what there is"))
}

/// 201 with the address of what was created.
fn created<T: Serialize>(noun: &str, id: &str, view: &T) -> HttpResponse {
    HttpResponse::Created().insert_header((LOCATION, location(noun, Some(id)))).json(view)
}

fn location(noun: &str, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{BASE}/{noun}/{}", percent_encoded(id)),
        None => format!("{BASE}/{noun}"),
    }
}

/// One path segment: everything but RFC 3986's unreserved characters is encoded.
fn percent_encoded(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// How a row says that something is outside any dataspace is not how the API says it.
fn in_dataspace(id: String) -> Option<String> {
    (!id.is_empty()).then_some(id)
}

/// RFC 3339 in UTC, with milliseconds.
fn time(millis: i64) -> String {
    format!("{:.3}", clock::from_millis(millis))
}
