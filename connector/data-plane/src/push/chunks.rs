//! Sending in chunks to a receiver that can resume.

use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName};
use reqwest::{Method, StatusCode};

use super::open::Reading;
use super::{COMPLETE, HttpSink, OFFSET, PushError, PushOutcome, PushState, VERSION, set, text, within};
use crate::client::Client;
use crate::streamed;

/// Each chunk is confirmed durably by the receiver, which costs it a flush to disk.
const CHUNK: u64 = 32 * 1024 * 1024;

/// What a receiver says it holds.
pub(super) struct Held {
    pub(super) offset: u64,
    pub(super) version: Option<String>,
    complete: bool,
}

/// Asks the receiver; `None` if it cannot resume.
pub(super) async fn probe(client: &Client, sink: &HttpSink) -> Result<Option<Held>, PushError> {
    let mut request = reqwest::Request::new(Method::HEAD, sink.endpoint.clone());
    *request.headers_mut() = sink.headers.clone();
    let answer = within(client.timeouts.idle, PushError::TimedOut, client.http.execute(request)).await?;
    let response = answer.map_err(PushError::sink)?;
    match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::LOCKED => {
            Err(PushError::answered(response.status()))
        }
        status if status.is_success() => Ok(held(&response)),
        // Many receivers know POST only, and answer 404, 405, 501 and worse to anything else.
        _ => Ok(None),
    }
}

/// Sends what the receiver lacks.
pub(super) async fn send(
    client: &Client,
    sink: &HttpSink,
    mut reading: Reading,
    held: &Held,
    before: &PushState,
    progress: &mut (impl FnMut(&PushState) + Send),
) -> Result<PushOutcome, PushError> {
    let total = reading.total.unwrap_or_default();
    let resumed_from = reading.offset;
    let mut state = PushState { version: reading.version.clone(), confirmed: resumed_from, total: Some(total) };
    progress(&state);
    let mut complete = held.complete && resumed_from == total;
    while !complete && state.confirmed < total {
        let end = total.min(state.confirmed + CHUNK);
        let answer = send_chunk(client, sink, &mut reading, state.confirmed..end, total).await?;
        if answer.offset != end {
            state.confirmed = answer.offset;
            progress(&state);
            return Err(PushError::OffsetConflict(answer.offset));
        }
        state.confirmed = end;
        complete = answer.complete;
        progress(&state);
    }
    let started_over = resumed_from < before.confirmed.max(held.offset);
    Ok(PushOutcome { resumed_from, sent: state.confirmed - resumed_from, started_over })
}

async fn send_chunk(
    client: &Client,
    sink: &HttpSink,
    reading: &mut Reading,
    range: std::ops::Range<u64>,
    total: u64,
) -> Result<Held, PushError> {
    let length = range.end - range.start;
    let mut request = request(Method::PUT, sink, reading);
    set(request.headers_mut(), CONTENT_RANGE, &format!("bytes {}-{}/{total}", range.start, range.end - 1));
    request.headers_mut().insert(CONTENT_LENGTH, length.into());
    let (response, sent) = transmit(client, request, reading, Some(length)).await?;
    match response.status() {
        status if status.is_success() && sent < length => Err(PushError::hasty()),
        status if status.is_success() => {
            Ok(held(&response).unwrap_or(Held { offset: range.end, version: None, complete: range.end == total }))
        }
        StatusCode::CONFLICT => match held(&response) {
            Some(held) => Err(PushError::OffsetConflict(held.offset)),
            None => Err(PushError::Refused(409)),
        },
        status => Err(PushError::answered(status)),
    }
}

/// The request for the endpoint, without its body.
pub(super) fn request(method: Method, sink: &HttpSink, reading: &Reading) -> reqwest::Request {
    let mut request = reqwest::Request::new(method, sink.endpoint.clone());
    *request.headers_mut() = sink.headers.clone();
    let media_type = reading.media_type.as_deref().unwrap_or("application/octet-stream");
    set(request.headers_mut(), CONTENT_TYPE, media_type);
    if let Some(version) = &reading.version {
        set(request.headers_mut(), HeaderName::from_static(VERSION), version);
    }
    request
}

/// Sends `length` bytes (or all) of the source. The receiver may answer before it has taken all of them.
pub(super) async fn transmit(
    client: &Client,
    mut request: reqwest::Request,
    reading: &mut Reading,
    length: Option<u64>,
) -> Result<(reqwest::Response, u64), PushError> {
    let idle = client.timeouts.idle;
    let (sender, body) = streamed::body();
    *request.body_mut() = Some(body);
    let mut answer = std::pin::pin!(client.http.execute(request));
    let before = reading.taken;
    tokio::select! {
        // What was fed is known before what was answered to it.
        biased;
        fed = reading.feed(sender, length, idle) => fed?,
        answer = &mut answer => return Ok((answer.map_err(PushError::sink)?, reading.taken - before)),
    }
    let response = within(idle, PushError::TimedOut, answer).await?.map_err(PushError::sink)?;
    Ok((response, reading.taken - before))
}

fn held(response: &reqwest::Response) -> Option<Held> {
    let headers = response.headers();
    let offset = text(headers, OFFSET)?.parse().ok()?;
    let complete = text(headers, COMPLETE) == Some("?1");
    Some(Held { offset, version: text(headers, VERSION).map(str::to_owned), complete })
}
