//! Catalogue endpoints (DSP 2025-1, catalog HTTPS binding). A refusal is a `CatalogError`, whose body is mandatory.

use actix_web::http::StatusCode;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use symbolon_vocab::messages::{CatalogError, CatalogRequestMessage};

use super::{Arrived, answer, body, caller, id, refuse, respond};
use crate::connector::Connector;
use crate::operations::catalog;
use crate::problem::Problem;

pub(super) fn configure(service: &mut web::ServiceConfig) {
    service
        .service(web::resource("/catalog/request").route(web::post().to(request)))
        .service(web::resource("/catalog/datasets/{id}").route(web::get().to(dataset)));
}

#[derive(Deserialize)]
struct Page {
    /// The last dataset of the page before.
    #[serde(default)]
    after: String,
}

async fn request(
    connector: web::Data<Connector>,
    page: web::Query<Page>,
    http: HttpRequest,
    arrived: Arrived,
) -> HttpResponse {
    match catalog_page(&connector, &page.after, &http, &arrived).await {
        Ok(response) => response,
        Err(problem) => refusal(&problem),
    }
}

async fn catalog_page(
    connector: &Connector,
    after: &str,
    http: &HttpRequest,
    arrived: &Arrived,
) -> Result<HttpResponse, Problem> {
    let caller = caller(connector, http).await?;
    let request = body::<CatalogRequestMessage>(http, arrived.bytes()?)?;
    let page = catalog::provide(connector, &caller, &request.message, after).await?;
    let mut response = HttpResponse::Ok();
    if let Some(last) = &page.next {
        response.append_header((LINK, catalog::link_to(connector, last, "next")));
    }
    if let Some(before) = &page.previous {
        response.append_header((LINK, catalog::link_to(connector, before, "previous")));
    }
    Ok(respond(&mut response, &page.catalog))
}

async fn dataset(connector: web::Data<Connector>, http: HttpRequest) -> HttpResponse {
    let found = async {
        let caller = caller(&connector, &http).await?;
        catalog::provide_dataset(&connector, &caller, id(&http, "id")).await
    };
    match found.await {
        Ok(dataset) => answer(StatusCode::OK, &dataset),
        Err(problem) => refusal(&problem),
    }
}

fn refusal(problem: &Problem) -> HttpResponse {
    let error = CatalogError { id: None, code: Some(problem.code.clone()), reason: problem.reasons() };
    refuse(problem, &error)
}
