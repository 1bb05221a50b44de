//! The supplier's own application behind its connector: records of parts over HTTP, for whoever has its key.

use std::net::{Ipv4Addr, SocketAddr};

use actix_web::dev::ServerHandle;
use actix_web::http::header::ETAG;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use sha2::{Digest as _, Sha256};

use super::data;
use crate::authentication::new_key;
use crate::cli::failure::Failure;

/// The header that carries the key.
pub(super) const KEY_HEADER: &str = "X-Api-Key";

/// The running application. It ends with the process, or by [`PartSource::stop`].
pub(super) struct PartSource {
    address: SocketAddr,
    key: String,
    server: ServerHandle,
}

impl PartSource {
    /// Starts it on a free port of the loopback address.
    pub(super) fn start() -> Result<Self, Failure> {
        let failed = |error| Failure::machine("the supplier's application cannot be started", error);
        let key = new_key()?;
        let expected = web::Data::new(key.clone());
        let app = move || App::new().app_data(expected.clone()).route("/parts/{serial}", web::get().to(record));
        let server =
            HttpServer::new(app).workers(1).disable_signals().bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let address = server.addrs().first().copied().unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, key, server: handle })
    }

    /// Where the records are.
    pub(super) fn url(&self) -> String {
        format!("http://{}/parts", self.address)
    }

    /// What a request must carry in [`KEY_HEADER`].
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Ends it.
    pub(super) async fn stop(&self) {
        self.server.stop(false).await;
    }
}

/// The bytes of a part's record.
pub(super) fn bytes(serial: &str) -> Option<Vec<u8>> {
    data::part(serial).map(|part| format!("{part:#}\n").into_bytes())
}

async fn record(request: HttpRequest, serial: web::Path<String>, key: web::Data<String>) -> HttpResponse {
    let presented = request.headers().get(KEY_HEADER).map(|value| value.as_bytes());
    if presented != Some(key.as_bytes()) {
        return HttpResponse::Unauthorized().finish();
    }
    match bytes(&serial) {
        Some(bytes) => {
            let tag = format!("\"{}\"", hex::encode(Sha256::digest(&bytes)));
            HttpResponse::Ok().insert_header((ETAG, tag)).content_type("application/json").body(bytes)
        }
        None => HttpResponse::NotFound().finish(),
    }
}
