//! The source of a push, read from an offset.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
    IF_RANGE, LAST_MODIFIED, RANGE,
};
use tokio::sync::mpsc;

use super::{PushError, set, text, within};
use crate::client::Client;
use crate::file::{self, OpenError};
use crate::source::{FileSource, HttpSource, Source};
use crate::streamed::Part;

/// An open source: its bytes from `offset` on.
pub(super) struct Reading {
    pub(super) offset: u64,
    pub(super) version: Option<String>,
    pub(super) total: Option<u64>,
    pub(super) media_type: Option<String>,
    stream: Pin<Box<dyn Stream<Item = Result<Bytes, PushError>> + Send>>,
    rest: Bytes,
    /// Bytes that were handed on.
    pub(super) taken: u64,
}

/// Opens a source at `offset` if it still is the `version`, else at 0: see [`Reading::offset`].
pub(super) async fn open(
    client: &Client,
    source: &Source,
    offset: u64,
    version: Option<&str>,
) -> Result<Reading, PushError> {
    let offset = if version.is_some() { offset } else { 0 };
    match source {
        Source::File(source) => open_file(source, offset, version).await,
        Source::Http(source) => open_http(client, source, offset, version).await,
    }
}

impl Reading {
    /// Whether its bytes can be named by range and version.
    pub(super) fn resumable(&self) -> bool {
        self.version.is_some() && self.total.is_some_and(|total| total > 0)
    }

    /// Hands on the next `length` bytes (or all). Ends early, without an error, when
    /// the receiver stops taking: its answer says why.
    pub(super) async fn feed(
        &mut self,
        parts: mpsc::Sender<Part>,
        length: Option<u64>,
        idle: Duration,
    ) -> Result<(), PushError> {
        let mut sent = 0;
        while length.is_none_or(|length| sent < length) {
            let Some(mut bytes) = self.next(idle).await? else {
                if length.or(self.total).is_some_and(|expected| sent < expected) {
                    return Err(PushError::Source("it ended before its announced length".to_owned()));
                }
                break;
            };
            let left = length.map_or(usize::MAX, |length| usize::try_from(length - sent).unwrap_or(usize::MAX));
            if bytes.len() > left {
                self.rest = bytes.split_off(left);
            }
            let taken = bytes.len() as u64;
            match within(idle, PushError::TimedOut, parts.send(Part::Bytes(bytes))).await? {
                Ok(()) => sent += taken,
                Err(_) => return Ok(()),
            }
            self.taken += taken;
        }
        // The receiver may have answered already, and its answer is what counts.
        let _ = within(idle, PushError::TimedOut, parts.send(Part::End)).await?;
        Ok(())
    }

    async fn next(&mut self, idle: Duration) -> Result<Option<Bytes>, PushError> {
        if !self.rest.is_empty() {
            return Ok(Some(std::mem::take(&mut self.rest)));
        }
        within(idle, PushError::SourceTimedOut, self.stream.next()).await?.transpose()
    }
}

async fn open_file(source: &FileSource, offset: u64, version: Option<&str>) -> Result<Reading, PushError> {
    let file = file::open(source, "").await.map_err(|error| match error {
        OpenError::Missing | OpenError::Escape => PushError::Source("there is no such file".to_owned()),
        OpenError::Io(error) => PushError::Source(error.to_string()),
    })?;
    let same = version == Some(file.etag.as_str()) && offset <= file.len;
    let offset = if same { offset } else { 0 };
    let (version, total, media_type) = (file.etag.clone(), file.len, file.media_type.clone());
    let stream = file.read(offset..total).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => PushError::SourceChanged,
        _ => PushError::Source(error.to_string()),
    });
    Ok(Reading {
        offset,
        version: Some(version),
        total: Some(total),
        media_type: Some(media_type),
        stream: Box::pin(stream),
        rest: Bytes::new(),
        taken: 0,
    })
}

async fn open_http(
    client: &Client,
    source: &HttpSource,
    offset: u64,
    version: Option<&str>,
) -> Result<Reading, PushError> {
    client.check(&source.base_url).map_err(PushError::address)?;
    let mut fields = HeaderMap::new();
    if let (Some(version), 1..) = (version, offset) {
        set(&mut fields, RANGE, &format!("bytes={offset}-"));
        set(&mut fields, IF_RANGE, version);
    }
    let response = ask(client, source, fields).await?;
    match response.status() {
        StatusCode::OK => Ok(reading(response, 0)),
        StatusCode::PARTIAL_CONTENT if begins_at(&response, offset) && version_of(&response).as_deref() == version => {
            Ok(reading(response, offset))
        }
        StatusCode::PARTIAL_CONTENT => Ok(reading(whole(ask(client, source, HeaderMap::new()).await?)?, 0)),
        // The receiver holds all there is, or the source became shorter.
        StatusCode::RANGE_NOT_SATISFIABLE => {
            let mut fields = HeaderMap::new();
            set(&mut fields, IF_NONE_MATCH, version.unwrap_or_default());
            let response = ask(client, source, fields).await?;
            if response.status() == StatusCode::NOT_MODIFIED {
                return Ok(exhausted(offset, version));
            }
            Ok(reading(whole(response)?, 0))
        }
        status => Err(PushError::Source(format!("it answered {status}"))),
    }
}

async fn ask(client: &Client, source: &HttpSource, mut fields: HeaderMap) -> Result<reqwest::Response, PushError> {
    // Ranges of different answers fit together only if none is compressed on the way.
    fields.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    for (name, secret) in &source.headers {
        fields.insert(name.clone(), secret.clone());
    }
    let method = reqwest::Method::from_bytes(source.method.as_str().as_bytes()).unwrap_or_default();
    let mut request = reqwest::Request::new(method, source.base_url.clone());
    *request.headers_mut() = fields;
    let answer = within(client.timeouts.idle, PushError::SourceTimedOut, client.http.execute(request)).await?;
    answer.map_err(PushError::source)
}

fn whole(response: reqwest::Response) -> Result<reqwest::Response, PushError> {
    match response.status() {
        StatusCode::OK => Ok(response),
        status => Err(PushError::Source(format!("it answered {status}"))),
    }
}

fn reading(response: reqwest::Response, offset: u64) -> Reading {
    let version = version_of(&response);
    let length: Option<u64> = text(response.headers(), CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
    Reading {
        offset,
        version,
        total: length.map(|length| offset + length),
        media_type: text(response.headers(), CONTENT_TYPE.as_str()).map(str::to_owned),
        stream: Box::pin(response.bytes_stream().map_err(PushError::source)),
        rest: Bytes::new(),
        taken: 0,
    }
}

fn exhausted(total: u64, version: Option<&str>) -> Reading {
    Reading {
        offset: total,
        version: version.map(str::to_owned),
        total: Some(total),
        media_type: None,
        stream: Box::pin(futures_util::stream::empty()),
        rest: Bytes::new(),
        taken: 0,
    }
}

fn begins_at(response: &reqwest::Response, offset: u64) -> bool {
    text(response.headers(), CONTENT_RANGE.as_str()).is_some_and(|range| range.starts_with(&format!("bytes {offset}-")))
}

/// Weak entity tags do not name bytes (RFC 9110 §8.8.1).
fn version_of(response: &reqwest::Response) -> Option<String> {
    let tag = text(response.headers(), ETAG.as_str()).filter(|tag| !tag.starts_with("W/"));
    tag.or_else(|| text(response.headers(), LAST_MODIFIED.as_str())).map(str::to_owned)
}
