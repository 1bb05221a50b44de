//! `/identity/sts/token`: tokens of ours for programs that speak for us (DCP 1.0, 4.3.1; OAuth 2 client credentials).

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::Arrived;
use crate::connector::Connector;
use crate::operations::sts::{self, TokenRequest};
use crate::problem::{Kind, Problem};

pub(super) fn configure(service: &mut web::ServiceConfig) {
    service.service(web::resource("/sts/token").route(web::post().to(token)));
}

/// RFC 6749, 4.4.2, with the members that DCP adds.
#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    audience: String,
    bearer_access_scope: Option<String>,
    token: Option<String>,
}

async fn token(connector: web::Data<Connector>, request: HttpRequest, arrived: Arrived) -> HttpResponse {
    let issued = async {
        let Form { grant_type, client_id, client_secret, audience, bearer_access_scope, token } =
            form(&request, &arrived)?;
        if grant_type != "client_credentials" {
            let detail = "the only grant_type here is client_credentials";
            return Err(Problem::bad_request("sts.grant-type", detail).with_rule("grant_type"));
        }
        let client = sts::client(&connector, &client_id, &client_secret)?;
        let scopes = bearer_access_scope.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        sts::issue(&connector, &client, TokenRequest { audience, scopes, token }).await
    };
    match issued.await {
        Ok(issued) => told(
            StatusCode::OK,
            &json!({
                "access_token": issued.token,
                "token_type": "Bearer",
                "expires_in": seconds(issued.lifetime),
            }),
        ),
        Err(problem) => refused(&problem),
    }
}

fn seconds(lifetime: Duration) -> u64 {
    lifetime.as_secs()
}

fn form(request: &HttpRequest, arrived: &Arrived) -> Result<Form, Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !given.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        let detail = "the Content-Type must be application/x-www-form-urlencoded";
        return Err(Problem::bad_request("sts.content-type", detail).with_rule("Content-Type"));
    }
    let text = std::str::from_utf8(arrived.bytes()?).unwrap_or_default();
    web::Query::<Form>::from_query(text)
        .map(web::Query::into_inner)
        .map_err(|error| Problem::bad_request("sts.form", format!("the form cannot be read: {error}")))
}

/// RFC 6749, 5.2. A wrong client is 401, everything else that the client got wrong 400.
fn refused(problem: &Problem) -> HttpResponse {
    let error = match problem.code.as_str() {
        "sts.client" => "invalid_client",
        "sts.grant-type" => "unsupported_grant_type",
        "sts.scope" => "invalid_scope",
        _ => "invalid_request",
    };
    let (status, error) = match problem.kind {
        Kind::Unauthenticated => (401, error),
        Kind::TooMany(_) => (429, error),
        Kind::Internal | Kind::Unavailable => (problem.kind.status().0, "server_error"),
        Kind::BadRequest
        | Kind::Forbidden
        | Kind::NotFound
        | Kind::MethodNotAllowed
        | Kind::Conflict
        | Kind::TooLarge
        | Kind::Unprocessable
        | Kind::NotImplemented
        | Kind::BadGateway
        | Kind::GatewayTimeout => (400, error),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    told(status, &json!({"error": error, "error_description": problem.reasons().join("; ")}))
}

/// Answers of a token endpoint are never stored (RFC 6749, 5.1).
fn told(status: StatusCode, body: &serde_json::Value) -> HttpResponse {
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(body)
}
