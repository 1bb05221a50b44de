//! The data face: `/data/{transfer}` gives data to consumers, `/data/inbox/{transfer}` takes what providers push.

mod flowing;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody as _};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use symbolon_data_plane::client::Client;
use symbolon_data_plane::meter::{Meter, Outcome};
use symbolon_data_plane::pull::{Incoming, PullError, pull};
use symbolon_data_plane::receive::{Destination, ReceiveError, receive};

use crate::connector::Connector;
use crate::operations::data::{self, Asked, Released};
use crate::operations::grants::Grant;
use crate::operations::transfers::flows::Stream;
use crate::operations::{received, transfers};
use crate::problem::{Kind, Problem};
use crate::worker::recorder::{Answered, Recorder};

/// Mounts the face.
pub fn configure(service: &mut web::ServiceConfig) {
    service
        .service(web::resource("/data/inbox/{transfer}").to(take))
        .service(web::resource("/data/{transfer}/token").route(web::post().to(renew)))
        .service(web::resource("/data/{transfer}").to(give))
        .service(web::resource("/data/{transfer}/{tail:.*}").to(give));
}

/// Any method: whether it is passed on is the source's configuration.
async fn give(
    connector: web::Data<Connector>,
    client: web::Data<Client>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let began = Instant::now();
    let path = request.match_info();
    let (transfer, sub_path) = (path.query("transfer"), raw_tail(&request));
    let (method, query) = (request.method().as_str(), request.query_string());
    let asked = Asked { transfer, token: token(&request), method, path: sub_path, query };
    let Released { grant, asked: confined } = data::release(&connector, asked).await?;
    let (sub_path, query) = confined.as_ref().map_or((sub_path, query), |asked| (asked.path(), asked.query()));
    let incoming = Incoming { request: &request, sub_path, query, body };
    let stream = connector.flows.begin(&grant.transfer);
    let answering = Rc::new(Answering { began, headed: Cell::new(None), stream });
    let meter = Rc::clone(&answering).meter(connector.recorder.clone(), &grant);
    let answer = pull(&client, &grant.source, incoming, meter).await.map_err(|error| pull_problem(&error))?;
    answering.headed.set(Some(began.elapsed()));
    if let BodySize::Sized(length) = answer.body().size() {
        answering.stream.has_length(length);
    }
    Ok(flowing::governed(answer, connector, grant))
}

/// An answer whose time is taken until it begins.
struct Answering {
    began: Instant,
    headed: Cell<Option<Duration>>,
    /// What of it is on its way.
    stream: Arc<Stream>,
}

impl Answering {
    /// Counts the answer when it has ended.
    fn meter(self: Rc<Self>, recorder: Recorder, grant: &Grant) -> Meter {
        let (transfer, partner) = (grant.transfer.clone(), grant.partner.clone());
        let counter = self.stream.counter();
        let meter = Meter::new(move |ended| {
            // An answer without a body may have ended before it was handed back.
            let took = match (self.headed.get(), ended.outcome) {
                (Some(headed), _) => Some(headed),
                (None, Outcome::Failed(_)) => None,
                (None, Outcome::Complete | Outcome::Abandoned) => Some(self.began.elapsed()),
            };
            recorder.answered(Answered { transfer, partner, bytes: ended.bytes, took });
        });
        meter.with_counter(counter)
    }
}

/// What follows `/data/{transfer}/`, as it was sent: the source decodes it, not we.
fn raw_tail(request: &HttpRequest) -> &str {
    let after_data = request.uri().path().strip_prefix("/data/").unwrap_or_default();
    after_data.split_once('/').map_or("", |(_, tail)| tail)
}

fn token(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    // Some consumers send the token of a data address without a scheme.
    Some(value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")).unwrap_or(value))
}

fn pull_problem(error: &PullError) -> Problem {
    if let Some(detail) = error.detail() {
        tracing::warn!(code = error.code(), detail, "a source did not answer as it should");
    }
    let kind = match error.status().as_u16() {
        400 => Kind::BadRequest,
        404 => Kind::NotFound,
        405 => Kind::MethodNotAllowed,
        413 => Kind::TooLarge,
        504 => Kind::GatewayTimeout,
        503 => Kind::Unavailable,
        502 => Kind::BadGateway,
        _ => Kind::Internal,
    };
    Problem::new(kind, error.code(), error.to_string())
}

/// A fresh access token for the consumer of a started transfer. It authenticates like any protocol request.
async fn renew(connector: web::Data<Connector>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let caller = connector.authentication.caller(&connector, header).await?;
    let connector: Arc<Connector> = connector.into_inner();
    let (token, seconds) = transfers::renew(&connector, &caller, request.match_info().query("transfer")).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds})))
}

async fn take(
    connector: web::Data<Connector>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let transfer = request.match_info().query("transfer");
    let asked = Asked { transfer, token: token(&request), method: request.method().as_str(), path: "", query: "" };
    let stored = data::accept_push(&connector, asked).await?;
    let destination = Destination {
        path: transfers::inbox_path(&connector, transfer),
        max_bytes: connector.config.limits.push_bytes,
        idle: Duration::from_secs(connector.config.limits.request_seconds),
    };
    match receive(&destination, &request, body).await {
        Ok(held) => {
            connector.recorder.received(&stored.partner, held.bytes);
            if held.bytes > 0 || (held.complete && request.method() != Method::HEAD) {
                received::note(&connector, &stored, held.offset, held.complete).await?;
            }
            Ok(held.response())
        }
        Err(error) => {
            if let ReceiveError::Incomplete { held, brought } = error {
                connector.recorder.received(&stored.partner, brought);
                received::note(&connector, &stored, held, false).await?;
            }
            Ok(receive_problem(&error))
        }
    }
}

fn receive_problem(error: &ReceiveError) -> HttpResponse {
    let mut response = HttpResponse::build(error.status());
    if let Some(offset) = error.offset() {
        response.insert_header((symbolon_data_plane::push::OFFSET, offset.to_string()));
    }
    response
        .content_type("application/problem+json")
        .json(json!({"status": error.status().as_u16(), "code": error.code(), "detail": error.to_string()}))
}
