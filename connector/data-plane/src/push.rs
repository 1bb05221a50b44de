//! One attempt to bring a source to a consumer's endpoint.
//!
//! The receiver decides how. The attempt begins with `HEAD` on the endpoint:
//!
//! * A receiver that answers with `Upload-Offset` can resume. It is sent the rest in chunks by `PUT`, each with
//!   `Content-Range` (RFC 9110 §14.4) and the [`VERSION`] of the source; it appends a chunk only at its own offset, and
//!   answers each with its new `Upload-Offset`, or with 409 and the offset that it expects. When it holds all, it says
//!   `Upload-Complete: ?1`. What it holds belongs to the version it names; if the source is another by now, the first
//!   chunk begins at 0 again.
//! * Any other receiver gets the whole body by one `POST`.
//!
//! Waiting and trying again is the caller's part.

mod chunks;
mod open;

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use symbolon_vocab::messages::DataAddress;
use url::Url;

use crate::client::{Client, causes, refusal};
use crate::guard::Refusal;
use crate::source::Source;

/// Names the version of the source that bytes belong to: its entity tag, or its date where it has no tag.
pub const VERSION: &str = "symbolon-source-version";
/// How many bytes a receiver holds durably.
pub const OFFSET: &str = "upload-offset";
/// `?1` when a receiver holds all bytes, else `?0`.
pub const COMPLETE: &str = "upload-complete";

/// The consumer's endpoint.
#[derive(Clone, Debug)]
pub struct HttpSink {
    pub(crate) endpoint: Url,
    pub(crate) headers: HeaderMap,
}

impl HttpSink {
    /// An endpoint, and the whole value of the `Authorization` field (such as `Bearer …`) that it asks for.
    pub fn new(endpoint: &str, authorization: Option<&str>) -> Result<Self, SinkError> {
        let endpoint = Url::parse(endpoint).map_err(|error| SinkError::Endpoint(error.to_string()))?;
        if !matches!(endpoint.scheme(), "http" | "https") {
            return Err(SinkError::Endpoint(format!("the scheme \"{}\" is not http or https", endpoint.scheme())));
        }
        if !endpoint.username().is_empty() || endpoint.password().is_some() {
            return Err(SinkError::Endpoint("it carries a user name or password".to_owned()));
        }
        let mut headers = HeaderMap::new();
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::from_str(authorization).map_err(|_| SinkError::Authorization)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(Self { endpoint, headers })
    }

    /// The endpoint of a data address (DSP 2025-1, transfer process, `DataAddress`) with its `authorization`, which is a
    /// bearer token unless `authType` names another scheme, or it names its scheme itself.
    pub fn from_data_address(address: &DataAddress) -> Result<Self, SinkError> {
        let endpoint = address.endpoint.as_deref().or_else(|| address.property("endpoint"));
        let endpoint = endpoint.ok_or_else(|| SinkError::Endpoint("it is missing".to_owned()))?;
        let scheme = address.property("authType").filter(|scheme| !scheme.eq_ignore_ascii_case("bearer"));
        let authorization = address.property("authorization").map(|value| match scheme {
            _ if value.contains(' ') => value.to_owned(),
            Some(scheme) => format!("{scheme} {value}"),
            None => format!("Bearer {value}"),
        });
        Self::new(endpoint, authorization.as_deref())
    }
}

/// Why a data address cannot be pushed to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// Not an absolute HTTP URL.
    #[error("the endpoint of the data address cannot be used: {0}")]
    Endpoint(String),
    /// Control characters.
    #[error("the authorization of the data address contains characters that no header field can carry")]
    Authorization,
}

impl SinkError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Endpoint(_) => "sink-endpoint",
            Self::Authorization => "sink-authorization",
        }
    }
}

/// What to store between attempts. The default begins a new push.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushState {
    /// The version of the source that `confirmed` speaks of.
    pub version: Option<String>,
    /// Bytes that the receiver has confirmed.
    pub confirmed: u64,
    /// Bytes of the whole, where known.
    pub total: Option<u64>,
}

/// A finished push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushOutcome {
    /// Where this attempt began.
    pub resumed_from: u64,
    /// Bytes that this attempt sent.
    pub sent: u64,
    /// Bytes of earlier attempts were given up: the source changed, or the receiver lost them or cannot resume.
    pub started_over: bool,
}

/// The client that reads the source, and the one that reaches the sink. The sink's address comes from the partner, so its
/// guard is usually the stricter one.
#[derive(Clone, Copy, Debug)]
pub struct Clients<'a> {
    /// Reads the source.
    pub source: &'a Client,
    /// Reaches the sink.
    pub sink: &'a Client,
}

impl<'a> From<&'a Client> for Clients<'a> {
    fn from(client: &'a Client) -> Self {
        Self { source: client, sink: client }
    }
}

/// Makes one attempt from `state` and tells `progress` each new state, before the next chunk is sent. Store the newest;
/// give it to the next attempt.
pub async fn push(
    clients: impl Into<Clients<'_>>,
    source: &Source,
    sink: &HttpSink,
    state: PushState,
    mut progress: impl FnMut(&PushState) + Send,
) -> Result<PushOutcome, PushError> {
    let Clients { source: reader, sink: client } = clients.into();
    client.check(&sink.endpoint).map_err(PushError::address)?;
    match chunks::probe(client, sink).await? {
        Some(held) => {
            let version = held.version.clone().or_else(|| state.version.clone());
            let reading = open::open(reader, source, held.offset, version.as_deref()).await?;
            if reading.resumable() {
                return chunks::send(client, sink, reading, &held, &state, &mut progress).await;
            }
            // Without a version or a length there is nothing to resume by.
            let reading = if reading.offset == 0 { reading } else { open::open(reader, source, 0, None).await? };
            whole(client, sink, reading, &state, &mut progress).await
        }
        None => {
            let reading = open::open(reader, source, 0, None).await?;
            whole(client, sink, reading, &state, &mut progress).await
        }
    }
}

async fn whole(
    client: &Client,
    sink: &HttpSink,
    mut reading: open::Reading,
    before: &PushState,
    progress: &mut (impl FnMut(&PushState) + Send),
) -> Result<PushOutcome, PushError> {
    let mut state = PushState { version: reading.version.clone(), confirmed: 0, total: reading.total };
    progress(&state);
    let mut request = chunks::request(reqwest::Method::POST, sink, &reading);
    if let Some(total) = reading.total {
        request.headers_mut().insert(reqwest::header::CONTENT_LENGTH, total.into());
    }
    let (response, sent) = chunks::transmit(client, request, &mut reading, None).await?;
    if !response.status().is_success() {
        return Err(PushError::answered(response.status()));
    }
    if reading.total.is_some_and(|total| sent < total) {
        return Err(PushError::hasty());
    }
    state.confirmed = sent;
    state.total = Some(sent);
    progress(&state);
    Ok(PushOutcome { resumed_from: 0, sent, started_over: before.confirmed > 0 })
}

/// Why an attempt failed. The text is a sentence; it names no address of the inside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The guard refuses the address of source or receiver.
    #[error("the address is refused by configuration: {0}")]
    AddressRefused(String),
    /// The source cannot be opened, or broke off.
    #[error("the source cannot be read: {0}")]
    Source(String),
    /// The source became another one while it was sent; the next attempt starts over.
    #[error("the source changed while it was sent; the next attempt starts over")]
    SourceChanged,
    /// The source fell silent.
    #[error("the source did not answer in time")]
    SourceTimedOut,
    /// No connection to the receiver, or it broke.
    #[error("the receiver cannot be reached: {0}")]
    Unreachable(String),
    /// The receiver fell silent.
    #[error("the receiver did not answer in time")]
    TimedOut,
    /// The receiver refuses (4xx); trying again does not help.
    #[error("the receiver refused with status {0}")]
    Refused(u16),
    /// The receiver failed or asks to wait (5xx, 408, 423, 425, 429).
    #[error("the receiver failed with status {0}")]
    Failed(u16),
    /// The receiver holds another number of bytes than it said; the next attempt asks again.
    #[error("the receiver expects byte {0} next, another than it said before")]
    OffsetConflict(u64),
    /// The receiver redirects, which is never followed.
    #[error("the receiver redirects with status {0}; redirects are not followed")]
    Redirected(u16),
}

impl PushError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AddressRefused(_) => "push-address-refused",
            Self::Source(_) => "push-source-failed",
            Self::SourceChanged => "push-source-changed",
            Self::SourceTimedOut => "push-source-timed-out",
            Self::Unreachable(_) => "push-receiver-unreachable",
            Self::TimedOut => "push-receiver-timed-out",
            Self::Refused(_) => "push-receiver-refused",
            Self::Failed(_) => "push-receiver-failed",
            Self::OffsetConflict(_) => "push-offset-conflict",
            Self::Redirected(_) => "push-receiver-redirected",
        }
    }

    /// Whether another attempt can succeed without anybody changing the configuration.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::AddressRefused(_) | Self::Refused(_) | Self::Redirected(_) => false,
            Self::Source(_)
            | Self::SourceChanged
            | Self::SourceTimedOut
            | Self::Unreachable(_)
            | Self::TimedOut
            | Self::Failed(_)
            | Self::OffsetConflict(_) => true,
        }
    }

    fn answered(status: StatusCode) -> Self {
        match status.as_u16() {
            code @ (408 | 423 | 425 | 429 | 500..) => Self::Failed(code),
            code @ 300..=399 => Self::Redirected(code),
            code => Self::Refused(code),
        }
    }

    fn hasty() -> Self {
        Self::Unreachable("it answered before it had taken all bytes".to_owned())
    }

    fn sink(error: reqwest::Error) -> Self {
        match refusal(&error) {
            Some(refusal) => Self::address(refusal.clone()),
            None if error.is_timeout() => Self::TimedOut,
            None => Self::Unreachable(causes(error)),
        }
    }

    fn source(error: reqwest::Error) -> Self {
        match refusal(&error) {
            Some(refusal) => Self::address(refusal.clone()),
            None if error.is_timeout() => Self::SourceTimedOut,
            None => Self::Source(causes(error)),
        }
    }

    fn address(refusal: Refusal) -> Self {
        Self::AddressRefused(refusal.to_string())
    }
}

/// The header field of this name, if it is text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Sets a header field; a value that no field can carry is left out.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

async fn within<T>(idle: Duration, late: PushError, work: impl Future<Output = T>) -> Result<T, PushError> {
    tokio::time::timeout(idle, work).await.map_err(|_| late)
}

#[cfg(test)]
mod tests {
    use symbolon_vocab::messages::EndpointProperty;

    use super::*;

    #[test]
    fn a_data_address_becomes_a_sink_or_says_why_not() {
        let url = Some("https://a.example/in");
        let cases = [
            (url, &[] as &[(&str, &str)], ""),
            (url, &[("authorization", "t")], "Bearer t"),
            (url, &[("authorization", "t"), ("authType", "bearer")], "Bearer t"),
            (url, &[("authorization", "Bearer t"), ("authType", "bearer")], "Bearer t"),
            (url, &[("authorization", "t"), ("authType", "Basic")], "Basic t"),
            (None, &[("endpoint", "https://a.example/in"), ("authorization", "t")], "Bearer t"),
            (None, &[], "sink-endpoint"),
            (Some("ftp://a.example"), &[], "sink-endpoint"),
            (url, &[("authorization", "a\r\nb")], "sink-authorization"),
        ];
        for (endpoint, properties, expected) in cases {
            let address = DataAddress {
                endpoint_type: "https://w3id.org/idsa/v4.1/HTTP".into(),
                endpoint: endpoint.map(str::to_owned),
                endpoint_properties: properties
                    .iter()
                    .map(|(name, value)| EndpointProperty::new(*name, *value))
                    .collect(),
            };
            let answer = match HttpSink::from_data_address(&address) {
                Ok(sink) => {
                    assert!(!format!("{sink:?}").contains("Bearer"));
                    text(&sink.headers, "authorization").unwrap_or_default().to_owned()
                }
                Err(error) => error.code().to_owned(),
            };
            assert_eq!(answer, expected, "{endpoint:?} {properties:?}");
        }
    }
}
