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
use crate::operations::issuing::status::{Form, Published};
use crate::problem::Kind;

/// Fetches with the guarded client.
#[derive(Debug)]
pub struct Fetching {
    client: Client,
    timeout: Duration,
    own: Option<Own>,
    runtime: Handle,
}

/// What we publish ourselves. It needs no network, and often cannot be had by it: few networks let a machine reach itself by
/// its public address.
#[derive(Debug)]
pub struct Own {
    /// Our DID document.
    pub document: Arc<OwnDocument>,
    /// Our status lists.
    pub lists: Arc<Published>,
}

impl Own {
    /// What is at this address, if it is one of ours.
    async fn at(&self, url: &str) -> Option<Result<Vec<u8>, FetchError>> {
        if self.document.is_at(url) {
            return Some(Ok(self.document.json().to_string().into_bytes()));
        }
        let (id, purpose) = self.lists.at(url)?;
        Some(match self.lists.list(id, purpose, Form::Jwt).await {
            Ok(list) => Ok(list.body.clone().into_bytes()),
            Err(problem) if problem.kind == Kind::NotFound => Err(FetchError::Status(404)),
            Err(problem) => Err(FetchError::Unreachable(problem.detail)),
        })
    }
}

impl Fetching {
    /// Fetches with `client` for at most `timeout`, on the runtime that this is called on: a connection lives as long as
    /// the runtime that opened it, and a request that is given up does not end a fetch that others wait for.
    pub fn new(client: Client, timeout: Duration, own: Option<Own>) -> Self {
        Self { client, timeout, own, runtime: Handle::current() }
    }

    /// The body of the answer to a form.
    ///
    /// # Errors
    /// As [`Fetch::get`].
    pub async fn post_form(
        &self,
        url: &str,
        authorization: Option<String>,
        form: &[(&str, &str)],
        most: usize,
    ) -> Result<Vec<u8>, FetchError> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = move |http: &reqwest::Client, url| {
            let request = http.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request = request.header(ACCEPT, "application/json").body(body);
            match authorization {
                Some(authorization) => request.header(AUTHORIZATION, authorization),
                None => request,
            }
        };
        self.send(url, most, request).await
    }

    /// The body at `url`, with this Authorization header.
    ///
    /// # Errors
    /// As [`Fetch::get`].
    pub async fn get_as(&self, url: &str, authorization: String, most: usize) -> Result<Vec<u8>, FetchError> {
        let request = move |http: &reqwest::Client, url| {
            http.get(url).header(ACCEPT, "application/json").header(AUTHORIZATION, authorization)
        };
        self.send(url, most, request).await
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
            if let Some(own) = &self.own
                && let Some(answer) = own.at(url).await
            {
                return answer;
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use actix_web::{App, HttpResponse, HttpServer, web};

    use super::*;
    use crate::config::Outgoing;
    use crate::http_client::guarded;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// A host whose name resolves to this machine.
    async fn server() -> Result<String, std::io::Error> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let large = || async { HttpResponse::Ok().body("a".repeat(1001)) };
        let drips = || async {
            let chunks =
                futures_util::stream::repeat_with(|| Ok::<_, actix_web::Error>(web::Bytes::from_static(&[b'a'; 100])));
            HttpResponse::Ok().streaming(chunks)
        };
        let moved = || async { HttpResponse::Found().insert_header(("Location", "/small")).finish() };
        let silent = || async { std::future::pending::<HttpResponse>().await };
        let app = move || {
            App::new()
                .route("/small", web::get().to(|| async { "small" }))
                .route("/large", web::get().to(large))
                .route("/endless", web::get().to(drips))
                .route("/moved", web::get().to(moved))
                .route("/silent", web::get().to(silent))
        };
        drop(tokio::spawn(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run()));
        Ok(format!("http://localhost:{port}"))
    }

    fn fetching(open: bool) -> Result<Fetching, crate::problem::Problem> {
        let outgoing = Outgoing { allow_http: true, allow_private: open, ..Outgoing::default() };
        Ok(Fetching::new(guarded(&outgoing)?, Duration::from_millis(500), None))
    }

    #[actix_web::test]
    async fn what_comes_is_bounded_in_size_and_time_and_comes_from_nowhere_else() -> Outcome {
        let (base, fetching) = (server().await?, fetching(true)?);
        let get = async |path: &str| fetching.get(&format!("{base}{path}"), "*/*", 1000).await;
        assert_eq!(get("/small").await, Ok(b"small".to_vec()));
        assert_eq!(get("/large").await, Err(FetchError::TooLarge));
        assert_eq!(get("/endless").await, Err(FetchError::TooLarge));
        assert_eq!(get("/moved").await, Err(FetchError::Status(302)));
        assert!(matches!(get("/silent").await, Err(FetchError::Unreachable(_))));
        Ok(())
    }

    #[actix_web::test]
    async fn a_name_that_leads_into_our_network_is_not_followed() -> Outcome {
        let (base, fetching) = (server().await?, fetching(false)?);
        for address in
            [base.as_str(), "http://127.0.0.1:1", "http://169.254.169.254/latest", "file:///etc/passwd", "nothing"]
        {
            let fetched = fetching.get(address, "*/*", 1000).await;
            assert!(matches!(fetched, Err(FetchError::Forbidden(_))), "{address}: {fetched:?}");
        }
        Ok(())
    }
}
