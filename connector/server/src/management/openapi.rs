//! `/openapi.json`: the API's description (OpenAPI 3.1), made from the handlers. A copy is kept beside the crate.

use actix_web::web;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::problem::MEDIA_TYPE;
use super::route::at;
use super::{
    BASE, agreements, assets, catalog, catalogs, credential_offers, credential_requests, credentials, dataspaces,
    events, health, info, invitations, issued, keys, logs, members, monitor, negotiations, offers, openid, outbox,
    partners, policies, problem, publications, questions, received, requests, session, sources, sparql, statistics,
    summary, transfers, usage, users, webhooks,
};

/// The management API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Symbolon management API",
        description = "What operators of a Symbolon connector can ask of it. Ids in paths are percent-encoded. Times are \
            RFC 3339 in UTC. Every refusal is a problem document (RFC 9457) that names the rule that refused."
    ),
    paths(
        info::info,
        summary::get,
        outbox::list, outbox::messages, outbox::retry,
        session::ways, session::create, session::get, session::delete, session::inspect_link, session::use_link,
        session::first_link, session::password, openid::leave, openid::come_back,
        users::list, users::create, users::link, users::put, users::delete,
        keys::list, keys::rotate, keys::did,
        openapi,
        assets::list, assets::create, assets::get, assets::replace, assets::delete,
        policies::list, policies::create, policies::get, policies::replace, policies::delete, policies::asking::explain,
        policies::asking::dry_run, policies::asking::compare, policies::asking::meet, policies::asking::review,
        policies::making::operands, policies::making::templates, policies::making::from_template,
        offers::list, offers::create, offers::get, offers::replace, offers::delete,
        publications::publish, sources::check, sources::files,
        partners::list, partners::get, partners::put, partners::delete, partners::presentation::get,
        invitations::list, invitations::create, invitations::get, invitations::withdraw, invitations::inspect,
        dataspaces::list, invitations::found, invitations::join, dataspaces::get, dataspaces::put, dataspaces::delete,
        members::list, members::put, members::delete, members::offer,
        credentials::list, credentials::get, credentials::delete,
        credential_requests::list, credential_requests::create, credential_requests::get, credential_requests::refresh,
        credential_offers::list, credential_offers::get, credential_offers::accept, credential_offers::decline,
        issued::issuances, issued::list, issued::get, issued::revoke, issued::suspend, issued::resume,
        catalog::catalog, catalog::dataset, catalog::previewing::preview,
        catalogs::list, catalogs::refresh, catalogs::search, catalogs::dataset,
        negotiations::list, negotiations::create, negotiations::get, negotiations::messages, negotiations::counter,
        negotiations::accept, negotiations::approve, negotiations::offer, negotiations::verify, negotiations::finalize,
        negotiations::reject, negotiations::terminate, negotiations::boxes,
        agreements::list, agreements::import, agreements::get, agreements::rdf, agreements::export, agreements::verify,
        agreements::retire, agreements::terminate,
        transfers::list, transfers::create, transfers::get, transfers::messages, transfers::start, transfers::suspend,
        transfers::resume, transfers::complete, transfers::terminate, transfers::data_address, transfers::boxes,
        transfers::data::progress, transfers::data::data, transfers::data::part,
        monitor::list, monitor::get,
        received::list, received::get,
        events::stream, events::log,
        webhooks::list, webhooks::create, webhooks::delete,
        requests::list,
        usage::list,
        sparql::query,
        questions::list, questions::get, questions::put, questions::delete,
        statistics::traffic, statistics::latency,
        logs::list,
    ),
    components(schemas(
        problem::Document<'_>, issued::IssuedState, negotiations::NegotiationBox, transfers::TransferBox,
        events::EventOrder, logs::LogLevel,
    )),
    security(("bearer" = []), ("apiKey" = []), ("session" = [])),
    modifiers(&Keys, &Operations),
)]
struct Api;

/// Health checks stand outside of the API's base path.
#[derive(OpenApi)]
#[openapi(paths(health::live, health::ready, health::startup), modifiers(&Operations))]
struct Health;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/openapi.json").get(openapi));
}

/// This description
#[utoipa::path(get, path = "/openapi.json", tag = "info", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn openapi() -> web::Json<Document> {
    web::Json(document())
}

/// The description of the whole management listener.
pub fn document() -> Document {
    let mut document = Document::new(utoipa::openapi::Info::default(), utoipa::openapi::Paths::new());
    let api = Api::openapi();
    document.info = api.info.clone();
    document = document.nest(BASE, api);
    document.merge(Health::openapi());
    document
}

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let header = ApiKey::Header(ApiKeyValue::new("X-Api-Key"));
        components.add_security_scheme("apiKey", SecurityScheme::ApiKey(header));
        let cookie = ApiKeyValue::with_description(
            "symbolon-…",
            "POST /session sets it; its name ends otherwise for each connector. All but GET need X-Csrf-Token besides",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Every operation has a name of its own, made of its noun and its verb, and may answer with a problem document.
struct Operations;

impl Modify for Operations {
    fn modify(&self, document: &mut Document) {
        let problem = || {
            let content = Content::new(Some(Ref::from_schema_name("Problem")));
            RefOr::T(ResponseBuilder::new().description("Refused or failed").content(MEDIA_TYPE, content).build())
        };
        for item in document.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                operation.responses.responses.insert("default".to_owned(), problem());
                let noun = operation.tags.as_ref().and_then(|tags| tags.first());
                let name = noun.zip(operation.operation_id.as_ref()).map(|(noun, verb)| format!("{noun}_{verb}"));
                operation.operation_id = name;
            }
        }
    }
}
