//! `/.well-known/did.json` and `/did.json`: our DID document, where our DID is a `did:web`. Anybody may read it.

use std::sync::Arc;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use serde_json::Value;
use symbolon_identity::Service;
use symbolon_identity::did::{Did, web as did_web};

use crate::clock;
use crate::config::{Config, Mode};
use crate::connector::Connector;
use crate::keys::Keys;
use crate::problem::Problem;

/// Mounts the face. Which of the two paths is ours is a matter of the DID and of the proxy before us.
pub(super) fn configure(service: &mut web::ServiceConfig) {
    service
        .service(web::resource("/.well-known/did.json").route(web::get().to(document)))
        .service(web::resource("/did.json").route(web::get().to(document)));
}

async fn document(connector: web::Data<Connector>) -> Result<HttpResponse, Problem> {
    let document = &connector.identity.document;
    let is_web = connector.config.identity.mode == Mode::Did && document.address().is_some();
    if !is_web {
        let detail = "this connector is known by a did:key, which is its own document";
        return Err(Problem {
            detail: detail.to_owned(),
            ..Problem::not_found("DID document", &connector.participant)
        });
    }
    Ok(HttpResponse::Ok()
        .content_type("application/did+ld+json")
        // After a rotation the old document would refuse our new signatures.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(document.json().to_string()))
}

/// Our own DID document, made of the keys that count now.
#[derive(Debug)]
pub struct OwnDocument {
    keys: Arc<Keys>,
    services: Vec<Service>,
    address: Option<String>,
}

impl OwnDocument {
    /// The document of these keys, with the services of this configuration.
    pub fn new(keys: Arc<Keys>, config: &Config) -> Self {
        let service =
            |id: &str, kind: &str, endpoint: String| Service { id: id.to_owned(), kind: kind.to_owned(), endpoint };
        let services = vec![
            service("credential-service", "CredentialService", config.credential_service()),
            service("issuer-service", "IssuerService", config.issuer_service()),
            service("data-service", "DataService", format!("{}/.well-known/dspace-version", config.public_url())),
        ];
        let did = Did::parse(keys.current().did());
        let address = did.ok().and_then(|did| did_web::url(&did, config.did_web_http()).ok());
        Self { keys, services, address }
    }

    /// Where others look for it; `None` for a `did:key`.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// Whether this is where others look for it.
    pub fn is_at(&self, url: &str) -> bool {
        self.address.as_deref() == Some(url)
    }

    /// The document as of now.
    pub fn json(&self) -> Value {
        self.json_at(clock::now())
    }

    /// The document as the keys that we have now make it at this time.
    pub fn json_at(&self, at: Timestamp) -> Value {
        self.keys.current().document(&self.services, at)
    }
}
