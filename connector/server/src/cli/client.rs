//! A client of the management API `/api/v1`.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use reqwest::header::ACCEPT;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use url::Url;

use super::events::Events;
use super::failure::{Failure, Refusal};
use super::init::API_KEY;

/// The environment variable with the API key itself.
const KEY_VARIABLE: &str = "SYMBOLON_API_KEY";
/// A catalogue is asked of a partner, who may take its time.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// No key is longer, in bytes.
const LONGEST_KEY: u64 = 4096;

/// Which connector a client command talks to, and as whom.
#[derive(Debug, Args)]
pub(super) struct Connection {
    /// The connector's listener for operators
    #[arg(
        long,
        value_name = "URL",
        env = "SYMBOLON_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8081"
    )]
    url: Url,
    /// File with the API key, if SYMBOLON_API_KEY is not set
    #[arg(long, value_name = "FILE", env = "SYMBOLON_KEY_FILE", hide_env_values = true, default_value = API_KEY)]
    key_file: PathBuf,
}

impl Connection {
    /// The connector's listener for operators, without a trailing slash.
    pub(super) fn address(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The client.
    ///
    /// # Errors
    /// When there is no key, or no HTTP client can be made.
    pub(super) fn client(&self) -> Result<Client, Failure> {
        let key = match env::var(KEY_VARIABLE) {
            Ok(key) if !key.trim().is_empty() => key.trim().to_owned(),
            _ => key_in(&self.key_file)?,
        };
        Client::new(self.url.as_str(), &key)
    }
}

/// The API key that a file holds.
pub(super) fn key_in(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST_KEY).read_to_string(&mut text));
    let what = || format!("there is no API key: {KEY_VARIABLE} is not set, and {} cannot be used", path.display());
    read.map_err(|error| Failure::machine(what(), error))?;
    match text.trim() {
        "" => Err(Failure::machine(what(), "it is empty")),
        key => Ok(key.to_owned()),
    }
}

/// Calls the management API with one key.
#[derive(Clone, Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Client {
    /// For the connector whose listener for operators is at `url`.
    pub(super) fn new(url: &str, key: &str) -> Result<Self, Failure> {
        let base = format!("{}/api/v1", url.trim_end_matches('/'));
        Ok(Self { http: http()?, base, key: key.to_owned() })
    }

    /// GET `path` below `/api/v1/`: the JSON of the answer.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }

    /// POST a body.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// PUT a body.
    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// DELETE `path`.
    pub(super) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None).await
    }

    /// GET `path` in another form than JSON.
    pub(super) async fn text(&self, path: &str, media_type: &str) -> Result<String, Failure> {
        let (call, request) = self.request(Method::GET, path);
        let response = send(&call, request.timeout(ANSWER_WITHIN).header(ACCEPT, media_type)).await?;
        let response = accepted(&call, response).await?;
        response.text().await.map_err(|error| Failure::Unanswered { call, why: causes(&error) })
    }

    /// What happens from now on, or after the event with the number `after`.
    pub(super) async fn events(&self, after: Option<u64>) -> Result<Events, Failure> {
        let path = after.map_or_else(|| "events".to_owned(), |after| format!("events?after={after}"));
        let (call, request) = self.request(Method::GET, &path);
        let response = send(&call, request.header(ACCEPT, "text/event-stream")).await?;
        Ok(Events::new(call.clone(), accepted(&call, response).await?))
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let (call, mut request) = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = accepted(&call, send(&call, request.timeout(ANSWER_WITHIN)).await?).await?;
        let unanswered = |why: String| Failure::Unanswered { call: call.clone(), why };
        let bytes = response.bytes().await.map_err(|error| unanswered(causes(&error)))?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|error| unanswered(format!("the answer is not JSON: {error}")))
    }

    fn request(&self, method: Method, path: &str) -> (String, RequestBuilder) {
        let address = format!("{}/{path}", self.base);
        let call = format!("{method} {address}");
        (call, self.http.request(method, address).bearer_auth(&self.key))
    }
}

/// No redirect is followed (the key would go along) and no proxy is used (the listener is on loopback).
pub(super) fn http() -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .build()
        .map_err(|error| Failure::machine("the HTTP client cannot be made", causes(&error)))
}

/// Sends; every status is an answer.
pub(super) async fn send(call: &str, request: RequestBuilder) -> Result<Response, Failure> {
    request.send().await.map_err(|error| Failure::Unanswered { call: call.to_owned(), why: causes(&error) })
}

/// The answer if its status is 2xx.
pub(super) async fn accepted(call: &str, response: Response) -> Result<Response, Failure> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap_or_default();
    let document = serde_json::from_slice(&body).unwrap_or_default();
    Err(Failure::Refused(Box::new(Refusal { call: call.to_owned(), status, document })))
}

/// The client library says only "error sending request"; the reason is further down.
pub(super) fn causes(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", causes(source)),
        None => error.to_string(),
    }
}

/// A text member, empty if there is none.
pub(super) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// A text member that must be there.
pub(super) fn required<'a>(value: &'a Value, member: &str, call: &str) -> Result<&'a str, Failure> {
    let missing = || Failure::Unanswered { call: call.to_owned(), why: format!("the answer has no {member:?}") };
    value.get(member).and_then(Value::as_str).ok_or_else(missing)
}
