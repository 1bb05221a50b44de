//! `POST /agreements/termination`: our own message, beside the protocol. Peers that do not know it never send it.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use symbolon_vocab::messages::AgreementTerminationMessage;

use super::{Arrived, Body, body, caller};
use crate::connector::Connector;
use crate::operations::terminating;
use crate::problem::Problem;

pub(super) fn configure(service: &mut web::ServiceConfig) {
    service.service(web::resource(terminating::PATH).route(web::post().to(terminate)));
}

async fn terminate(
    connector: web::Data<Connector>,
    http: HttpRequest,
    arrived: Arrived,
) -> Result<HttpResponse, Problem> {
    let connector: Arc<Connector> = connector.into_inner();
    let caller = caller(&connector, &http).await?;
    let Body { message, text } = body::<AgreementTerminationMessage>(&http, arrived.bytes()?)?;
    terminating::terminated(&connector, &caller, message, &text).await?;
    Ok(HttpResponse::NoContent().finish())
}
