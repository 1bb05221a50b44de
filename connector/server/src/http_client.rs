//! Requests to partners: one client, every address past the guard, every answer bounded.

mod fetching;
mod reach;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, LINK, LOCATION};
use symbolon_data_plane::client::{Client, Timeouts};
use url::Url;

pub use self::fetching::{Fetching, Own};
pub use self::reach::{Contact, Failing, Reach};

use crate::authentication::Authentication;
use crate::config::Outgoing;
use crate::problem::{Kind, Problem};
use crate::storage::messages::{Attempt, Status};

/// Largest answer that is read from a partner; catalogue pages are the largest.
const ANSWER_BYTES: usize = 16 << 20;
/// A refusal that may pass (404, 409, 425, 429) is tried this often: the partner may not be ready for the message yet.
const DOUBTFUL_ATTEMPTS: u32 = 5;

/// The client for partners' protocol endpoints.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client,
    authentication: Arc<Authentication>,
    timeout: Duration,
    reach: Reach,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// HTTP status.
    pub status: u16,
    /// The body, at most [`ANSWER_BYTES`].
    pub body: Vec<u8>,
    /// `Link` headers.
    pub links: Vec<String>,
    /// The `Location` header: where what was made can be looked at.
    pub location: Option<String>,
    /// From the first byte sent to the last received.
    pub duration: Duration,
    /// How often it was tried.
    pub attempts: i64,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// We may not connect there.
    #[error("{0}")]
    Forbidden(String),
    /// No connection, or no answer in time.
    #[error("{0}")]
    Unreachable(String),
}

impl From<PostError> for Problem {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Forbidden(reason) => Self::new(Kind::Unprocessable, "partner.address-refused", reason)
                .with_hint("[outgoing] in the configuration says which addresses are allowed"),
            PostError::Unreachable(reason) => Self::new(Kind::BadGateway, "partner.unreachable", reason),
        }
    }
}

/// The client for addresses that partners name.
///
/// # Errors
/// When the guard's configuration cannot be used or the system's certificates cannot be read.
pub fn guarded(outgoing: &Outgoing) -> Result<Client, Problem> {
    let timeouts = Timeouts {
        connect: Duration::from_secs(outgoing.connect_timeout_s),
        idle: Duration::from_secs(outgoing.request_timeout_s),
    };
    Client::new(outgoing.guard(), timeouts).map_err(Problem::internal)
}

impl HttpClient {
    /// A client for partners. `client` is the one of [`guarded`].
    pub fn new(client: Client, outgoing: &Outgoing, authentication: Arc<Authentication>) -> Self {
        Self {
            client,
            authentication,
            timeout: Duration::from_secs(outgoing.request_timeout_s),
            reach: Reach::default(),
        }
    }

    /// Which partners answer.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The guarded client, for moving data.
    pub fn data_client(&self) -> &Client {
        &self.client
    }

    /// Whether we may call this address, as far as that can be said without DNS.
    ///
    /// # Errors
    /// The reason.
    pub fn check(&self, address: &str) -> Result<(), String> {
        let url = Url::parse(address).map_err(|e| e.to_string())?;
        self.client.check(&url).map_err(|e| e.to_string())
    }

    /// Posts a protocol message to a partner.
    ///
    /// # Errors
    /// When there is no answer; an answer with an error status is an [`Exchange`].
    pub async fn post(&self, audience: &str, address: &str, body: &str) -> Result<Exchange, PostError> {
        let request =
            |http: &reqwest::Client, url| http.post(url).header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let outcome = self.send(&self.authorization(audience).await?, address, request).await;
        self.reach.note(audience, &outcome);
        outcome
    }

    /// Posts a message with this Authorization header.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn post_as(&self, authorization: &str, address: &str, body: Vec<u8>) -> Result<Exchange, PostError> {
        let request = |http: &reqwest::Client, url| http.post(url).header(CONTENT_TYPE, "application/json").body(body);
        self.send(authorization, address, request).await
    }

    /// Asks for a resource with this Authorization header.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn get_as(&self, authorization: &str, address: &str) -> Result<Exchange, PostError> {
        self.send(authorization, address, |http, url| http.get(url)).await
    }

    /// Asks a partner for a protocol resource.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn get(&self, audience: &str, address: &str) -> Result<Exchange, PostError> {
        let outcome = self.send(&self.authorization(audience).await?, address, |http, url| http.get(url)).await;
        self.reach.note(audience, &outcome);
        outcome
    }

    async fn authorization(&self, audience: &str) -> Result<String, PostError> {
        // Our own keys cannot sign now, which may pass where a vault has them.
        let signed = self.authentication.header_for(audience).await;
        signed.map_err(|problem| {
            tracing::warn!(partner = audience, code = %problem.code, "nothing can be sent: {}", problem.detail);
            PostError::Unreachable(problem.detail)
        })
    }

    async fn send(
        &self,
        authorization: &str,
        address: &str,
        request: impl FnOnce(&reqwest::Client, Url) -> reqwest::RequestBuilder,
    ) -> Result<Exchange, PostError> {
        let forbidden = |reason: String| PostError::Forbidden(format!("{address}: {reason}"));
        let url = Url::parse(address).map_err(|e| forbidden(e.to_string()))?;
        self.client.check(&url).map_err(|e| forbidden(e.to_string()))?;
        let began = Instant::now();
        let exchange = async {
            let request = request(self.client.http(), url).header(AUTHORIZATION, authorization);
            let mut response = request.send().await.map_err(unreachable)?;
            let links = response.headers().get_all(LINK);
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let links = links.iter().filter_map(|link| link.to_str().ok().map(str::to_owned)).collect();
            let mut body = BytesMut::new();
            while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
                if body.len() + chunk.len() > ANSWER_BYTES {
                    return Err(PostError::Unreachable("the answer is larger than 16 MiB".to_owned()));
                }
                body.extend_from_slice(&chunk);
            }
            let (status, duration) = (response.status().as_u16(), began.elapsed());
            Ok(Exchange { status, body: body.to_vec(), links, location, duration, attempts: 1 })
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(exchange) => exchange,
            Err(_) => Err(PostError::Unreachable(format!("no answer within {} s", self.timeout.as_secs()))),
        }
    }
}

fn unreachable(error: reqwest::Error) -> PostError {
    PostError::Unreachable(symbolon_data_plane::client::causes(error))
}

impl Exchange {
    /// 2xx: the partner has taken it.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// 5xx: the partner's server failed.
    pub fn is_server_error(&self) -> bool {
        (500..600).contains(&self.status)
    }

    /// Whether trying the same message again may help. Server errors may pass at any time; a partner that does not know
    /// the process yet, is busy with it or does not accept the token gets a few more attempts.
    pub fn may_be_repeated(&self, failures: u32) -> bool {
        match self.status {
            500..=599 => true,
            401 | 404 | 409 | 425 | 429 => failures < DOUBTFUL_ATTEMPTS,
            _ => false,
        }
    }

    /// The partner's own error code, if it gave one.
    pub fn code(&self) -> Option<String> {
        let body: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        body.get("code")?.as_str().map(str::to_owned)
    }

    /// The partner's reason as one sentence.
    pub fn refusal(&self) -> String {
        refusal(self.status, &self.body)
    }

    /// The row's account of this exchange.
    pub fn attempt(&self, status: Status, detail: Option<String>) -> Attempt {
        Attempt {
            status,
            attempts: self.attempts,
            http_status: Some(i64::from(self.status)),
            duration_us: i64::try_from(self.duration.as_micros()).ok(),
            detail,
        }
    }
}

/// A partner's answer of this status as one sentence, with the reason that its body gives in the members of DSP or of a problem
/// document.
pub fn refusal(status: u16, body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let texts = |name: &str| match body.get(name) {
        Some(serde_json::Value::Array(reasons)) => {
            reasons.iter().filter_map(|r| r.as_str()).collect::<Vec<_>>().join("; ")
        }
        Some(serde_json::Value::String(reason)) => reason.clone(),
        _ => String::new(),
    };
    let reason = [texts("reason"), texts("detail"), texts("message")].into_iter().find(|text| !text.is_empty());
    let code = body.get("code").and_then(|c| c.as_str()).map(|c| format!(" ({c})")).unwrap_or_default();
    match reason {
        Some(reason) => format!("the partner answered {status}{code}: {reason}"),
        None => format!("the partner answered {status}{code}"),
    }
}

/// An id as one segment of a path: everything but unreserved characters is percent-encoded, so that no id can leave its
/// place in the path.
pub fn path_segment(id: &str) -> String {
    use std::fmt::Write as _;
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        // ':' may stand in a segment (RFC 3986 pchar), and `urn:uuid:…` stays readable.
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
            segment.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    segment
}
