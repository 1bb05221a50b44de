//! The two addresses at which the kit asks the connector under test, as consumer, to begin. They belong to the harness: it
//! hands the wish to the connector as an operator would.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::connector::Management;

/// The running server.
pub(super) struct Trigger {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Trigger {
    pub(super) fn start(management: Management) -> Result<Self, Failure> {
        let management = web::Data::new(management);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(management.clone())
                .route("/negotiations", web::post().to(negotiate))
                .route("/transfers", web::post().to(transfer))
        });
        let server =
            server.workers(1).disable_signals().bind(("127.0.0.1", 0)).map_err(Failure::io("trigger server"))?;
        let address = server.addrs().first().copied();
        let address = address.ok_or_else(|| Failure::Unexpected("the trigger server has no address".to_owned()))?;
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, handle })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NegotiationWish {
    provider_id: String,
    offer_id: String,
    dataset_id: String,
    connector_address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransferWish {
    agreement_id: String,
    format: String,
    connector_address: String,
}

async fn negotiate(management: web::Data<Management>, wish: web::Json<NegotiationWish>) -> HttpResponse {
    let offer = json!({
        "@type": "Offer",
        "@id": wish.offer_id,
        "target": wish.dataset_id,
        "assigner": wish.provider_id,
        "permission": [{"action": "use"}],
    });
    let body = json!({
        "counterPartyId": wish.provider_id,
        "counterPartyAddress": wish.connector_address,
        "offer": offer,
        "automation": {"accept": "hold", "verify": "hold"},
    });
    answer(management.post("negotiations", &body).await)
}

async fn transfer(management: web::Data<Management>, wish: web::Json<TransferWish>) -> HttpResponse {
    let body = json!({
        "agreement": wish.agreement_id,
        "format": wish.format,
        "counterPartyAddress": wish.connector_address,
    });
    answer(management.post("transfers", &body).await)
}

/// The kit repeats its wish after most 4xx, so a refusal is a 500: it fails the test at once.
fn answer(begun: Result<Value, Failure>) -> HttpResponse {
    match begun {
        Ok(_) => HttpResponse::Ok().finish(),
        Err(failure) => {
            eprintln!("the connector did not begin: {failure}");
            HttpResponse::InternalServerError().body(failure.to_string())
        }
    }
}
