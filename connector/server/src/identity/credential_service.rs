//! `/identity/credentials`: our credential service. Verifiers ask for presentations, issuers bring credentials and offers
//! (DCP 1.0, 5.4, 6.5 and 6.6).

use actix_web::{HttpRequest, HttpResponse, web};
use symbolon_vocab::dcp::{CredentialMessage, CredentialOfferMessage, PresentationQueryMessage};

use super::{Arrived, answer, log, sender};
use crate::connector::Connector;
use crate::operations::wallet::{answering, offers, receiving};
use crate::problem::Problem;

pub(super) fn configure(service: &mut web::ServiceConfig) {
    service
        .service(web::resource("/credentials/presentations/query").route(web::post().to(query)))
        .service(web::resource("/credentials/credentials").route(web::post().to(store)))
        .service(web::resource("/credentials/offers").route(web::post().to(offer)));
}

async fn query(
    connector: web::Data<Connector>,
    request: HttpRequest,
    arrived: Arrived,
) -> Result<HttpResponse, Problem> {
    let connector = connector.into_inner();
    let verifier = sender(&connector, &request).await?;
    let presented = async {
        let message: PresentationQueryMessage = arrived.message(&request)?;
        answering::present(&connector, &verifier, &message).await
    };
    let presented = presented.await.inspect_err(|problem| log(&verifier, problem))?;
    Ok(answer(&presented))
}

async fn store(
    connector: web::Data<Connector>,
    request: HttpRequest,
    arrived: Arrived,
) -> Result<HttpResponse, Problem> {
    let connector = connector.into_inner();
    let issuer = sender(&connector, &request).await?;
    let stored = async {
        let message: CredentialMessage = arrived.message(&request)?;
        receiving::deliver(&connector, &issuer, message).await
    };
    stored.await.inspect_err(|problem| log(&issuer, problem))?;
    Ok(HttpResponse::Ok().finish())
}

async fn offer(
    connector: web::Data<Connector>,
    request: HttpRequest,
    arrived: Arrived,
) -> Result<HttpResponse, Problem> {
    let connector = connector.into_inner();
    let issuer = sender(&connector, &request).await?;
    let recorded = async {
        let message: CredentialOfferMessage = arrived.message(&request)?;
        offers::offered(&connector, &issuer, message).await
    };
    recorded.await.inspect_err(|problem| log(&issuer, problem))?;
    Ok(HttpResponse::Ok().finish())
}
