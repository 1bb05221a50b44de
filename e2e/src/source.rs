//! An HTTP source of data, such as a supplier's own application, that can stop in the middle.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG, RANGE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;

use crate::Failure;
use crate::server::Serving;

const ENTITY_TAG: &str = "\"first\"";
const PIECE: usize = 256 * 1024;

/// A source with one resource at every path. Dropping it ends the server.
#[derive(Debug)]
pub struct HttpSource {
    serving: Serving,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    content: Bytes,
    /// Bytes that the first answer holds back until [`HttpSource::go_on`].
    holds_at: Option<usize>,
    going: watch::Sender<bool>,
    reached: watch::Sender<bool>,
    asked: Mutex<Vec<Asked>>,
}

/// One request that the source was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// The `Range` header.
    pub range: Option<String>,
}

impl HttpSource {
    /// Serves `content` with entity tag and ranges.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(content: Vec<u8>) -> Result<Self, Failure> {
        Self::serve(content, None)
    }

    /// As [`HttpSource::start`], but every answer stops at this offset of the content until [`HttpSource::go_on`].
    ///
    /// # Errors
    /// When no port can be had.
    pub fn holding_at(content: Vec<u8>, offset: usize) -> Result<Self, Failure> {
        Self::serve(content, Some(offset))
    }

    fn serve(content: Vec<u8>, holds_at: Option<usize>) -> Result<Self, Failure> {
        let (going, reached) = (watch::Sender::new(false), watch::Sender::new(false));
        let asked = Mutex::default();
        let state = Arc::new(State { content: content.into(), holds_at, going, reached, asked });
        let data = web::Data::from(Arc::clone(&state));
        let serving = Serving::start(move |service| {
            service.app_data(data.clone()).default_service(web::to(give));
        })?;
        Ok(Self { serving, state })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until an answer has stopped at the offset.
    pub async fn is_holding(&self) {
        // The sender lives as long as this does.
        let _ = self.state.reached.subscribe().wait_for(|reached| *reached).await;
    }

    /// Lets the answers continue.
    pub fn go_on(&self) {
        self.state.going.send_replace(true);
    }
}

async fn give(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let range = request.headers().get(RANGE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let path = request.uri().to_string();
    let first = range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.split('-').next()?.parse().ok());
    let last = range.as_deref().and_then(|range| range.split('-').nth(1)?.parse::<usize>().ok());
    state.asked.lock().unwrap_or_else(PoisonError::into_inner).push(Asked { path, range });
    let total = state.content.len();
    let begin = first.unwrap_or(0_usize).min(total);
    let end = last.map_or(total, |last| total.min(last + 1));
    let mut response = HttpResponse::build(if first.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
    response.insert_header((ETAG, ENTITY_TAG)).insert_header((ACCEPT_RANGES, "bytes"));
    response.insert_header((CONTENT_LENGTH, end - begin)).no_chunking((end - begin) as u64);
    if first.is_some() && begin < end {
        response.insert_header((CONTENT_RANGE, format!("bytes {begin}-{}/{total}", end - 1)));
    }
    let pieces = stream::unfold((state.into_inner(), begin), move |(state, at)| async move {
        if at >= end {
            return None;
        }
        let stop = state.holds_at.filter(|stop| *stop > at && !*state.going.borrow());
        if state.holds_at == Some(at) && !*state.going.borrow() {
            state.reached.send_replace(true);
            let mut going = state.going.subscribe();
            if going.wait_for(|going| *going).await.is_err() {
                return None;
            }
        }
        let until = end.min(at + PIECE).min(stop.unwrap_or(end));
        let piece = state.content.slice(at..until);
        Some((Ok::<_, actix_web::Error>(piece), (state, until)))
    });
    response.streaming(pieces)
}
