//! The identity face: our DID document, and below `/identity` the credential service, the issuer and the token service of
//! the Decentralized Claims Protocol 1.0. A handler authenticates, parses, calls one operation and renders.

mod credential_service;
pub mod did;
mod issuer;
mod sts;

use std::convert::Infallible;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use symbolon_identity::token::Verified;
use symbolon_vocab::dcp::{self, Message};

use crate::arrival;
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

/// The body of a request, or why it did not arrive. Who sends it is asked first.
struct Arrived(Result<web::Bytes, Problem>);

impl FromRequest for Arrived {
    type Error = Infallible;
    type Future = LocalBoxFuture<'static, Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        async move { Ok(Self(arrival::bytes(&request, payload).await)) }.boxed_local()
    }
}

impl Arrived {
    fn bytes(&self) -> Result<&[u8], Problem> {
        self.0.as_deref().map_err(Clone::clone)
    }

    /// The message in it. The size was bounded when the body was collected.
    fn message<M: Message>(&self, request: &HttpRequest) -> Result<M, Problem> {
        let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" && essence != "application/ld+json" {
            return Err(Problem::bad_request("message.content-type", "the Content-Type must be application/json")
                .with_rule("Content-Type"));
        }
        dcp::parse(self.bytes()?).map_err(|malformed| {
            Problem::bad_request("message.malformed", malformed.reason).with_rule(malformed.member)
        })
    }
}

/// A message as a response.
fn answer<M: Message>(message: &M) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(dcp::to_bytes(message))
}
