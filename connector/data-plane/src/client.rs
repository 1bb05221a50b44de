//! The pooled HTTP client of the data plane, with the address guard built in.

use std::error::Error;
use std::time::Duration;

use url::Url;

use crate::guard::{AddressGuard, GuardedResolver, InvalidPattern, Refusal};

/// How long the other side may take. None of these bounds a whole body: a large file may take hours, as long as bytes
/// keep coming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, including TLS.
    pub connect: Duration,
    /// Without a byte in either direction, including the wait for the beginning of an answer.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), idle: Duration::from_secs(30) }
    }
}

/// An HTTP client that contacts allowed addresses only and follows no redirect. Cloning shares its connections.
///
/// A connection is driven by the runtime that opened it: build one client for each worker thread of an actix-web
/// server (inside the closure given to `HttpServer::new`).
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) timeouts: Timeouts,
    guard: AddressGuard,
}

impl Client {
    /// Builds a client. Proxies named by environment variables are not used: they would resolve names in our place.
    pub fn new(guard: AddressGuard, timeouts: Timeouts) -> Result<Self, ClientError> {
        guard.validate()?;
        // Fails only where the process has chosen a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(GuardedResolver(guard.clone()))
            .connect_timeout(timeouts.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(128)
            .tcp_keepalive(Duration::from_secs(30))
            .build()?;
        Ok(Self { http, timeouts, guard })
    }

    /// The pooled client, for a request to an address that [`check`](Self::check) has allowed.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Checks the scheme and the host of an address. What its name resolves to is checked when it is connected to.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        self.guard.check_url(url)
    }
}

/// Why a client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The guard's configuration.
    #[error("the address guard cannot be used: {0}")]
    Guard(#[from] InvalidPattern),
    /// TLS or certificates of the system.
    #[error("the HTTP client cannot be built: {0}")]
    Build(#[from] reqwest::Error),
}

/// The guard's refusal, where it is what ended a request.
pub fn refusal(error: &reqwest::Error) -> Option<&Refusal> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return Some(refusal);
        }
        cause = error.source();
    }
    None
}

/// What the operator needs to find the fault: each cause once, without the URL.
pub fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
