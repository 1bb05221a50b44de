//! `/identity/issuer`: what we issue, to whom it was promised, and whether it still counts (DCP 1.0, 6.4, 6.7 and 6.8).

use actix_web::http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, LOCATION, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use symbolon_identity::credential::Purpose;
use symbolon_vocab::dcp::CredentialRequestMessage;

use super::{Arrived, answer, log, sender};
use crate::connector::Connector;
use crate::operations::issuing;
use crate::operations::issuing::status::Form;
use crate::problem::Problem;

pub(super) fn configure(service: &mut web::ServiceConfig) {
    service
        .service(web::resource("/issuer/metadata").route(web::get().to(metadata)))
        .service(web::resource("/issuer/credentials").route(web::post().to(request_credentials)))
        .service(web::resource("/issuer/requests/{id}").route(web::get().to(request_status)))
        .service(web::resource("/issuer/status-lists/{id}").route(web::get().to(revocations)))
        .service(web::resource("/issuer/status-lists/{id}/{purpose}").route(web::get().to(of_purpose)));
}

/// Anybody may see what we issue.
async fn metadata(connector: web::Data<Connector>) -> HttpResponse {
    answer(&issuing::metadata(&connector))
}

async fn request_credentials(
    connector: web::Data<Connector>,
    request: HttpRequest,
    arrived: Arrived,
) -> Result<HttpResponse, Problem> {
    let connector = connector.into_inner();
    let holder = sender(&connector, &request).await?;
    let taken = async {
        let message: CredentialRequestMessage = arrived.message(&request)?;
        issuing::requested(&connector, &holder, message).await
    };
    let taken = taken.await.inspect_err(|problem| log(&holder, problem))?;
    let location = format!("{}/requests/{}", connector.config.issuer_service(), taken.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).finish())
}

async fn request_status(
    connector: web::Data<Connector>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let holder = sender(&connector, &request).await?;
    let status = issuing::status_of(&connector, &holder, &id).await;
    Ok(answer(&status.inspect_err(|problem| log(&holder, problem))?))
}

async fn revocations(
    connector: web::Data<Connector>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    list(&connector, &request, &id, Purpose::Revocation).await
}

async fn of_purpose(
    connector: web::Data<Connector>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, purpose) = path.into_inner();
    let purpose = Purpose::from_name(&purpose).ok_or_else(|| Problem::not_found("status list", &id))?;
    list(&connector, &request, &id, purpose).await
}

/// Anybody may see a list: it says nothing to who does not know the credential.
async fn list(
    connector: &Connector,
    request: &HttpRequest,
    id: &str,
    purpose: Purpose,
) -> Result<HttpResponse, Problem> {
    let document = connector.published.list(id, purpose, form(request)).await?;
    Ok(HttpResponse::Ok()
        .content_type(document.media_type)
        .insert_header((VARY, "Accept"))
        // A revocation counts with the next look.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(document.body.clone()))
}

/// A JWT, unless only JSON is read.
fn form(request: &HttpRequest) -> Form {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accept = accept.to_ascii_lowercase();
    let reads_jwt = accept.contains("jwt") || accept.contains("*/*");
    if accept.contains("json") && !reads_jwt { Form::Json } else { Form::Jwt }
}
