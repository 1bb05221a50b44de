//! Documents of others: DID documents, status lists, schemas, presentations. Each address passes the guard, before and after
//! DNS; no redirect is followed; size and time are bounded.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{RequestBuilder, Response};
use symbolon_data_plane::client::{Client, causes};
use symbolon_identity::fetch::{Fetch, FetchError};
use tokio::runtime::Handle;
use url::Url;

use crate::identity::did::OwnDocument;

/// Fetches with the guarded client.
#[derive(Debug)]
pub struct Fetching {
    client: Client,
    timeout: Duration,
    /// Our own DID document needs no network, and often cannot be had by it: few networks let a machine reach itself by its
    /// public address.
    own: Option<Arc<OwnDocument>>,
    runtime: Handle,
}

impl Fetching {
    /// Fetches with `client` for at most `timeout`, on the runtime that this is called on: a connection lives as long as
    /// the runtime that opened it, and a request that is given up does not end a fetch that others wait for.
    pub fn new(client: Client, timeout: Duration, own: Option<Arc<OwnDocument>>) -> Self {
        Self { client, timeout, own, runtime: Handle::current() }
    }

    async fn send(
        &self,
        url: &str,
        most: usize,
        request: impl FnOnce(&reqwest::Client, Url) -> RequestBuilder,
    ) -> Result<Vec<u8>, FetchError> {
        let address = Url::parse(url).map_err(|error| FetchError::Forbidden(error.to_string()))?;
        self.client.check(&address).map_err(|refusal| FetchError::Forbidden(refusal.to_string()))?;
        let sending = request(self.client.http(), address).send();
        let timeout = self.timeout;
        let exchange = async move {
            let response = sending.await.map_err(unreachable)?;
            body(response, most).await
        };
        let fetched = self.runtime.spawn(tokio::time::timeout(timeout, exchange)).await;
        match fetched {
            Ok(Ok(fetched)) => fetched,
            Ok(Err(_)) => Err(FetchError::Unreachable(format!("no answer within {} s", timeout.as_secs()))),
            Err(_) => Err(FetchError::Unreachable("this connector is stopping".to_owned())),
        }
    }
}

impl Fetch for Fetching {
    fn get<'a>(&'a self, url: &'a str, accept: &'a str, most: usize) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        async move {
            if let Some(own) = self.own.as_ref().filter(|own| own.is_at(url)) {
                return Ok(own.json().to_string().into_bytes());
            }
            let accept = accept.to_owned();
            self.send(url, most, |http, url| http.get(url).header(ACCEPT, accept)).await
        }
        .boxed()
    }

    fn post<'a>(
        &'a self,
        url: &'a str,
        authorization: &'a str,
        body: Vec<u8>,
        most: usize,
    ) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        let request = move |http: &reqwest::Client, url| {
            let request = http.post(url).header(AUTHORIZATION, authorization).header(CONTENT_TYPE, "application/json");
            request.header(ACCEPT, "application/json").body(body)
        };
        self.send(url, most, request).boxed()
    }
}

async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, FetchError> {
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(FetchError::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > most {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.to_vec())
}

fn unreachable(error: reqwest::Error) -> FetchError {
    match refused(&error) {
        Some(refusal) => FetchError::Forbidden(refusal),
        None => FetchError::Unreachable(causes(error)),
    }
}

/// The guard's refusal of what a name resolved to.
fn refused(error: &reqwest::Error) -> Option<String> {
    symbolon_data_plane::client::refusal(error).map(ToString::to_string)
}
