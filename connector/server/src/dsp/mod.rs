//! The Dataspace Protocol 2025-1 face, for both roles: `/.well-known/dspace-version` and everything below
//! `/dsp/2025-1`. A handler authenticates, parses, calls one operation and renders; refusals become the protocol's error
//! types with their reasons.

mod agreements;
mod catalog;
mod negotiations;
mod transfers;
mod version;

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use symbolon_vocab::messages::{Message, parse, to_bytes};

use crate::arrival::{self, Arrived};
use crate::authentication::Caller;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::worker::recorder::Exchanged;

/// Mounts the face. Fixed paths stand before captured ones.
pub fn configure(service: &mut web::ServiceConfig) {
    service.service(version::resource()).service(
        web::scope("/dsp/2025-1")
            .wrap(from_fn(counted))
            .configure(agreements::configure)
            .configure(catalog::configure)
            .configure(negotiations::configure)
            .configure(transfers::configure)
            .default_service(web::to(nothing_here)),
    );
}

/// Counts a message of a partner that proved who it is, and how long it waited for its answer.
async fn counted(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let (began, connector) = (Instant::now(), request.app_data::<web::Data<Connector>>().cloned());
    let response = next.call(request).await?;
    let sender = response.request().extensions_mut().remove::<Sender>();
    let kind = response.request().extensions_mut().remove::<MessageType>();
    if let (Some(Sender(partner)), Some(MessageType(kind)), Some(connector)) = (sender, kind, connector) {
        let took = response.status().is_success().then(|| began.elapsed());
        connector.recorder.exchanged(Exchanged { kind: kind.into(), inbound: true, partner, took });
    }
    Ok(response)
}

/// Of a request: who sent it, once that is proved.
struct Sender(String);

/// Of a request: the type of its message, once that is read.
#[derive(Clone, Copy)]
struct MessageType(&'static str);

async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::not_found("protocol endpoint", request.path()))
}

/// Who sends this request.
async fn caller(connector: &Connector, request: &HttpRequest) -> Result<Caller, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let caller = connector.authentication.caller(connector, header).await?;
    request.extensions_mut().insert(Sender(caller.participant().to_owned()));
    Ok(caller)
}

/// A body that has been read: the message, and the text it came as.
struct Body<M> {
    message: M,
    text: String,
}

/// Reads a message. The size was bounded when the body was collected.
fn body<M: Message>(request: &HttpRequest, bytes: &[u8]) -> Result<Body<M>, Problem> {
    arrival::must_be_json(request)?;
    let message = parse::<M>(bytes)
        .map_err(|malformed| Problem::bad_request("message.malformed", malformed.reason).with_rule(malformed.member))?;
    request.extensions_mut().insert(MessageType(M::TYPE));
    let text = String::from_utf8(bytes.to_vec())
        .map_err(|_| Problem::bad_request("message.encoding", "the body is not UTF-8"))?;
    Ok(Body { message, text })
}

/// A message as a response.
fn answer<M: Message>(status: StatusCode, message: &M) -> HttpResponse {
    respond(&mut HttpResponse::build(status), message)
}

fn respond<M: Message>(response: &mut HttpResponseBuilder, message: &M) -> HttpResponse {
    response.content_type("application/json").body(to_bytes(message))
}

/// A refusal in the protocol's words.
fn refuse<M: Message>(problem: &Problem, error: &M) -> HttpResponse {
    answer(status(problem), error)
}

/// The HTTP status of a refusal on the wire.
fn status(problem: &Problem) -> StatusCode {
    let kind = match problem.kind {
        // A state that does not allow the message is 400 in DSP 2025-1, not 409.
        Kind::Conflict | Kind::Unprocessable => Kind::BadRequest,
        other => other,
    };
    StatusCode::from_u16(kind.status().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// An id from the path, percent-decoded.
fn id<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.match_info().query(name)
}

/// A process id that a refused message names, for the error body; the schema demands both.
fn named(bytes: &[u8], member: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    body.get(member)?.as_str().map(str::to_owned)
}
