//! HTTP servers of the harness on ports of their own.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer, web};

use crate::Failure;

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Serving {
    /// Serves `configure` on a free port of the loopback address, with bodies of up to 64 MiB.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Result<Self, Failure> {
        let application = move || App::new().app_data(web::PayloadConfig::new(64 << 20)).configure(configure.clone());
        let server = HttpServer::new(application).workers(1).disable_signals().shutdown_timeout(0);
        let server = server.bind(("127.0.0.1", 0)).map_err(Failure::io("server of the harness"))?;
        let address = server.addrs().first().copied();
        let address = address.ok_or_else(|| Failure::Unexpected("the server has no address".to_owned()))?;
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, handle })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // The command is queued by the call; the server takes it when its runtime runs next, or ends with it.
        drop(self.handle.stop(false));
    }
}
