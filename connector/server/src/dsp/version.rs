//! `GET /.well-known/dspace-version` (DSP 2025-1, version metadata): not authenticated, not versioned.

use actix_web::{HttpResponse, Resource, web};
use symbolon_vocab::dspace;
use symbolon_vocab::messages::{Auth, ProtocolVersion, ProtocolVersions};

use crate::authentication::Authentication;
use crate::connector::Connector;

pub(super) fn resource() -> Resource {
    web::resource("/.well-known/dspace-version").route(web::get().to(versions))
}

async fn versions(connector: web::Data<Connector>) -> HttpResponse {
    let (identifier_type, auth) = match *connector.authentication {
        Authentication::Did(_) => {
            // `did:web` or `did:key`.
            let method = connector.participant.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
            let auth =
                Auth { protocol: "self-issued-jwt".to_owned(), version: "1".to_owned(), profile: vec![method.clone()] };
            (Some(method), Some(auth))
        }
        Authentication::Mock { .. } => (None, None),
    };
    HttpResponse::Ok().json(ProtocolVersions {
        protocol_versions: vec![ProtocolVersion {
            version: dspace::VERSION.to_owned(),
            path: "/dsp/2025-1".to_owned(),
            binding: dspace::BINDING.to_owned(),
            service_id: Some(connector.participant.clone()),
            identifier_type,
            auth,
        }],
    })
}
