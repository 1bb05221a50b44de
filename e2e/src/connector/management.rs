//! A client of the management API `/api/v1`.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::events::Events;
use crate::Failure;

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Calls the management API with one API key. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Management {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Management {
    /// A client for the API below `base` (such as `http://127.0.0.1:8181/api/v1`).
    ///
    /// # Errors
    /// `Unexpected` when the HTTP client cannot be built.
    pub fn new(base: impl Into<String>, key: impl Into<String>) -> Result<Self, Failure> {
        Ok(Self { http: http_client()?, base: base.into(), key: key.into() })
    }

    /// The same API with another key, for what a role may not do.
    #[must_use]
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        Self { key: key.into(), ..self.clone() }
    }

    /// GET `path` (without leading slash; with query if any): the answer's JSON, null when it has no body.
    ///
    /// # Errors
    /// `Refused` for everything but 2xx, `Unanswered` when there is no usable answer. The same holds for the other verbs.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }

    /// POST a body.
    ///
    /// # Errors
    /// As [`Management::get`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// PUT a body.
    ///
    /// # Errors
    /// As [`Management::get`].
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// DELETE.
    ///
    /// # Errors
    /// As [`Management::get`].
    pub async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None).await
    }

    /// The event stream from after the given sequence number; 0 is the beginning.
    ///
    /// # Errors
    /// As [`Management::get`].
    pub async fn events(&self, after: u64) -> Result<Events, Failure> {
        let (call, request) = self.request(Method::GET, &format!("events?after={after}"));
        let response = send(&call, request.header("Accept", "text/event-stream")).await?;
        if response.status().is_success() {
            return Ok(Events::new(call, response));
        }
        Err(refused(call, response.status(), body(response).await))
    }

    /// The raw answer, for what is not JSON (RDF, SPARQL results, the OpenAPI document) and for looking at headers.
    ///
    /// # Errors
    /// `Unanswered` only: every status is an answer.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let (call, request) = self.request(method, path);
        send(&call, with(request.timeout(ANSWER_WITHIN))).await
    }

    async fn call(&self, method: Method, path: &str, json: Option<&Value>) -> Result<Value, Failure> {
        let (call, mut request) = self.request(method, path);
        if let Some(json) = json {
            request = request.json(json);
        }
        let response = send(&call, request.timeout(ANSWER_WITHIN)).await?;
        let status = response.status();
        let body = body(response).await;
        if status.is_success() {
            return body.map_err(|reason| Failure::Unanswered { call, reason });
        }
        Err(refused(call, status, body))
    }

    fn request(&self, method: Method, path: &str) -> (String, RequestBuilder) {
        let address = format!("{}/{path}", self.base);
        let call = format!("{method} {address}");
        (call, self.http.request(method, address).bearer_auth(&self.key))
    }
}

/// An id as one path segment, percent-encoded.
pub fn segment(id: &str) -> String {
    let mut encoded = String::new();
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A client for addresses on loopback: no proxy, and no redirects.
///
/// # Errors
/// `Unexpected` when it cannot be built.
pub fn http_client() -> Result<reqwest::Client, Failure> {
    // A second installation is refused, and the first is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Failure::Unexpected(format!("the HTTP client cannot be built: {error}")))
}

async fn send(call: &str, request: RequestBuilder) -> Result<Response, Failure> {
    request.send().await.map_err(|error| Failure::Unanswered { call: call.to_owned(), reason: chain(&error) })
}

fn refused(call: String, status: StatusCode, body: Result<Value, String>) -> Failure {
    Failure::Refused { call, status: status.as_u16(), body: body.unwrap_or_else(Value::String) }
}

/// The body as JSON; the error is its text.
async fn body(response: Response) -> Result<Value, String> {
    let bytes = response.bytes().await.map_err(|error| chain(&error))?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|_| String::from_utf8_lossy(&bytes).into_owned())
}

/// The client's own message says only "error sending request"; the reason is further down.
fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iri_is_one_segment() {
        assert_eq!(segment("urn:uuid:1/ä"), "urn%3Auuid%3A1%2F%C3%A4");
        assert_eq!(segment("CD123.a_b-c~"), "CD123.a_b-c~");
    }
}
