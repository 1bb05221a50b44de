//! Fetches from a provider's endpoint, as the consumer of a pull, and hands the answer on while it comes.
//!
//! What is handed on is data: the provider's sessions, addresses and software stay out, and an answer that breaks off breaks
//! off for the reader as well.

use actix_web::http::header as actix;
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderValue, IF_RANGE, RANGE,
};
use tokio::time::timeout;
use url::Url;

use crate::client::{Client, causes, refusal};
use crate::meter::Meter;
use crate::path;
use crate::pull::body::{Answer, AnswerBody, Content};

/// What is asked for, and with which right.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The endpoint of the data address.
    pub endpoint: &'a Url,
    /// What follows it, percent-encoded; empty for the asset itself.
    pub sub_path: &'a str,
    /// The query, without the question mark.
    pub query: &'a str,
    /// Value of the `Authorization` field.
    pub authorization: Option<&'a str>,
    /// Value of the `Range` field.
    pub range: Option<&'a str>,
    /// Value of the `If-Range` field.
    pub if_range: Option<&'a str>,
}

/// An answer whose body has yet to come.
#[derive(Debug)]
pub struct Fetched {
    response: reqwest::Response,
    idle: std::time::Duration,
}

/// Asks the provider with GET. Any status is an answer.
///
/// # Errors
/// When the path would leave the endpoint, the guard refuses the address, or no answer comes in time.
pub async fn fetch(client: &Client, wanted: Wanted<'_>) -> Result<Fetched, FetchError> {
    let url =
        path::join_url(wanted.endpoint, wanted.sub_path, wanted.query).map_err(|path::Escape| FetchError::Path)?;
    client.check(&url).map_err(|refusal| FetchError::Address(refusal.to_string()))?;
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    *request.headers_mut() = fields(wanted)?;
    let idle = client.timeouts.idle;
    let again = request.try_clone();
    let first = answered(client, request).await;
    // The provider may close a pooled connection in the moment in which it is used; asking again is harmless then.
    let response = match (first, again) {
        (Err(FetchError::Broken(_)), Some(again)) => answered(client, again).await?,
        (first, _) => first?,
    };
    Ok(Fetched { response, idle })
}

async fn answered(client: &Client, request: reqwest::Request) -> Result<reqwest::Response, FetchError> {
    match timeout(client.timeouts.idle, client.http.execute(request)).await {
        Err(_) => Err(FetchError::TimedOut),
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(match refusal(&error) {
            Some(refusal) => FetchError::Address(refusal.to_string()),
            None if error.is_timeout() => FetchError::TimedOut,
            None if error.is_connect() => FetchError::Unreachable(causes(error)),
            None => FetchError::Broken(causes(error)),
        }),
    }
}

fn fields(wanted: Wanted<'_>) -> Result<HeaderMap, FetchError> {
    let mut fields = HeaderMap::new();
    fields.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // Lengths and ranges belong to the bytes as they are.
    fields.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let given = [(AUTHORIZATION, wanted.authorization), (RANGE, wanted.range), (IF_RANGE, wanted.if_range)];
    for (name, value) in given {
        let Some(value) = value else { continue };
        let mut sent = HeaderValue::from_str(value).map_err(|_| FetchError::Field(name.as_str().to_owned()))?;
        sent.set_sensitive(name == AUTHORIZATION);
        fields.insert(name, sent);
    }
    Ok(fields)
}

/// The fields of an answer that are about its bytes.
const ABOUT_BYTES: [actix::HeaderName; 7] = [
    actix::ACCEPT_RANGES,
    actix::CONTENT_ENCODING,
    actix::CONTENT_LANGUAGE,
    actix::CONTENT_RANGE,
    actix::CONTENT_TYPE,
    actix::ETAG,
    actix::LAST_MODIFIED,
];

impl Fetched {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// A field of the answer, if it is text.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Bytes of the body, where the provider says how many there are.
    pub fn length(&self) -> Option<u64> {
        self.response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
    }

    /// The fields of the answer that are about its bytes: type, range, version.
    pub fn about_bytes(&self) -> impl Iterator<Item = (actix::HeaderName, actix::HeaderValue)> + '_ {
        let field = |name: &actix::HeaderName| {
            let value = self.response.headers().get(name.as_str())?;
            Some((name.clone(), actix::HeaderValue::from_bytes(value.as_bytes()).ok()?))
        };
        ABOUT_BYTES.iter().filter_map(field).collect::<Vec<_>>().into_iter()
    }

    /// The first bytes of the body, `most` at most, and whether that is all of it.
    ///
    /// # Errors
    /// When the body breaks off before, or no byte comes in time.
    pub async fn beginning(mut self, most: usize) -> Result<(Bytes, bool), FetchError> {
        let mut bytes = BytesMut::new();
        loop {
            match timeout(self.idle, self.response.chunk()).await {
                Err(_) => return Err(FetchError::TimedOut),
                Ok(Err(error)) => return Err(FetchError::Broken(causes(error))),
                Ok(Ok(None)) => return Ok((bytes.freeze(), true)),
                Ok(Ok(Some(chunk))) if bytes.len() + chunk.len() > most => {
                    bytes.extend_from_slice(chunk.get(..most - bytes.len()).unwrap_or_default());
                    return Ok((bytes.freeze(), false));
                }
                Ok(Ok(Some(chunk))) => bytes.extend_from_slice(&chunk),
            }
        }
    }

    /// The answer under `head`, whose body is handed on as it comes. `meter` learns how it ended.
    pub fn handed_on(self, head: HttpResponseBuilder, meter: Meter) -> HttpResponse {
        let (length, idle) = (self.length(), self.idle);
        let body = AnswerBody::Bytes(Content::Http(Box::pin(self.response.bytes_stream())), length);
        Answer { head, body }.into_response(idle, meter)
    }
}

/// The ending that files of a media type usually have, without the dot; `None` for a type that is not known.
pub fn file_ending(media_type: &str) -> Option<&'static str> {
    crate::file::ending_of(media_type)
}

/// Why there is no answer. The text is a sentence for the operator who asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The path leaves the endpoint.
    #[error("the path contains \".\" or \"..\" segments, or characters that no path has")]
    Path,
    /// A field that cannot be sent.
    #[error("the field {0} cannot be sent as it is")]
    Field(String),
    /// The guard refuses the provider's address.
    #[error("the provider's data address is refused: {0}")]
    Address(String),
    /// No connection.
    #[error("the provider's data endpoint cannot be reached: {0}")]
    Unreachable(String),
    /// No answer, or no further byte, in time.
    #[error("the provider's data endpoint did not answer in time")]
    TimedOut,
    /// The connection broke.
    #[error("the answer of the provider's data endpoint broke off: {0}")]
    Broken(String),
}
