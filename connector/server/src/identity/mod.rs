//! The identity face: our DID document, and below `/identity` the credential service, the issuer and the token service of
//! the Decentralized Claims Protocol 1.0. A handler authenticates, parses, calls one operation and renders.

mod credential_service;
pub mod did;
mod issuer;
mod sts;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use symbolon_identity::token::Verified;
use symbolon_vocab::dcp::{self, Message};

use crate::arrival::{self, Arrived};
use crate::connector::Connector;
use crate::problem::Problem;

/// Mounts the face.
pub fn configure(service: &mut web::ServiceConfig) {
    service.configure(did::configure).service(
        web::scope("/identity")
            .configure(credential_service::configure)
            .configure(issuer::configure)
            .configure(sts::configure)
            .default_service(web::to(nothing_here)),
    );
}

async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::not_found("identity endpoint", request.path()))
}

/// Who sends this request, by its self-issued token alone: who asks for presentations or brings credentials has none to show.
async fn sender(connector: &Connector, request: &HttpRequest) -> Result<Verified, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    connector.authentication.sender(header).await
}

/// What an operator looks for when an issuer or a verifier complains. Who could not prove its DID is logged where that is
/// checked.
fn log(sender: &Verified, problem: &Problem) {
    let Problem { code, detail, rule, .. } = problem;
    let (partner, rule) = (sender.participant.id(), rule.as_deref().unwrap_or_default());
    tracing::warn!(code, partner, rule, detail, "a request to our credential service or issuer was refused");
}

impl Arrived {
    /// The message in it. The size was bounded when the body was collected.
    fn message<M: Message>(&self, request: &HttpRequest) -> Result<M, Problem> {
        arrival::must_be_json(request)?;
        dcp::parse(self.bytes()?).map_err(|malformed| {
            Problem::bad_request("message.malformed", malformed.reason).with_rule(malformed.member)
        })
    }
}

/// A message as a response.
fn answer<M: Message>(message: &M) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(dcp::to_bytes(message))
}
