//! An HTTP endpoint as the source of a pull.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt;
use reqwest::header::HeaderMap;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use super::body::{Answer, AnswerBody, Content};
use super::{Incoming, PullError};
use crate::client::{Client, causes, refusal};
use crate::headers;
use crate::path;
use crate::source::HttpSource;
use crate::streamed::{self, Part};

pub(super) async fn forward(client: &Client, source: &HttpSource, incoming: Incoming<'_>) -> Result<Answer, PullError> {
    let method = method(source, incoming.request.method())?;
    let url = address(source, &incoming)?;
    client.check(&url).map_err(|refusal| PullError::AddressRefused(refusal.to_string()))?;
    let with_body = source.proxy_body && has_body(incoming.request);
    let fields = fields(source, incoming.request, with_body);
    let response = if with_body {
        send_with_body(client, request(&method, url, fields), incoming.body).await?
    } else {
        send(client, &method, url, fields).await?
    };
    answer(response, method == reqwest::Method::HEAD)
}

fn method(source: &HttpSource, incoming: &Method) -> Result<reqwest::Method, PullError> {
    let forwardable = matches!(
        *incoming,
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::OPTIONS
    );
    let chosen = match (source.proxy_method, incoming) {
        (true, incoming) if forwardable => incoming,
        (false, incoming) if incoming == source.method => incoming,
        // A consumer reads with GET what the source gives for its configured method.
        (false, &Method::GET) => &source.method,
        (false, &Method::HEAD) if source.method == Method::GET => incoming,
        (true | false, _) => return Err(PullError::Method { allow: allowed(source) }),
    };
    reqwest::Method::from_bytes(chosen.as_str().as_bytes()).map_err(|_| PullError::Method { allow: allowed(source) })
}

fn allowed(source: &HttpSource) -> String {
    match (source.proxy_method, &source.method) {
        (true, _) => "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS".to_owned(),
        (false, &Method::GET) => "GET, HEAD".to_owned(),
        (false, method) => format!("GET, {method}"),
    }
}

fn address(source: &HttpSource, incoming: &Incoming<'_>) -> Result<Url, PullError> {
    let sub_path = incoming.sub_path.trim_start_matches('/');
    if !source.proxy_path && !sub_path.is_empty() {
        return Err(PullError::NotFound);
    }
    let query = if source.proxy_query_params { incoming.query } else { "" };
    path::join_url(&source.base_url, sub_path, query).map_err(|path::Escape| PullError::Path)
}

fn has_body(request: &HttpRequest) -> bool {
    let fields = request.headers();
    fields.contains_key(header::TRANSFER_ENCODING)
        || fields.get(header::CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0")
}

fn fields(source: &HttpSource, request: &HttpRequest, with_body: bool) -> HeaderMap {
    let mut fields = HeaderMap::with_capacity(source.headers.len() + 8);
    headers::to_source(request.headers(), with_body, &mut fields);
    for (name, secret) in &source.headers {
        fields.insert(name.clone(), secret.clone());
    }
    fields
}

fn request(method: &reqwest::Method, url: Url, fields: HeaderMap) -> reqwest::Request {
    let mut request = reqwest::Request::new(method.clone(), url);
    *request.headers_mut() = fields;
    request
}

async fn send(
    client: &Client,
    method: &reqwest::Method,
    url: Url,
    fields: HeaderMap,
) -> Result<reqwest::Response, PullError> {
    let first = request(method, url, fields);
    // The source may close a pooled connection in the moment in which it is used; asking again is harmless then.
    let again = if method.is_safe() { first.try_clone() } else { None };
    let wait = client.timeouts.idle;
    match (timeout(wait, client.http.execute(first)).await, again) {
        (Ok(Ok(response)), _) => Ok(response),
        (Ok(Err(error)), Some(again)) if !error.is_connect() && !error.is_timeout() => {
            match timeout(wait, client.http.execute(again)).await {
                Ok(answer) => answer.map_err(unreachable),
                Err(_) => Err(PullError::TimedOut),
            }
        }
        (Ok(Err(error)), _) => Err(unreachable(error)),
        (Err(_), _) => Err(PullError::TimedOut),
    }
}

/// Sends the consumer's body along, in the pace in which the source takes it. The source may answer before it has
/// taken all.
async fn send_with_body(
    client: &Client,
    mut request: reqwest::Request,
    body: web::Payload,
) -> Result<reqwest::Response, PullError> {
    let idle = client.timeouts.idle;
    let upload = Rc::new(Upload { progress: Cell::new(Instant::now()), broken: Cell::new(false) });
    let (sender, parts) = streamed::body();
    *request.body_mut() = Some(parts);
    actix_web::rt::spawn(pump(body, sender, Rc::clone(&upload), idle));
    let mut answer = std::pin::pin!(client.http.execute(request));
    loop {
        tokio::select! {
            answer = &mut answer => return match answer {
                Err(_) if upload.broken.get() => Err(PullError::RequestBody),
                answer => answer.map_err(unreachable),
            },
            () = sleep_until(upload.progress.get() + idle) => {
                if upload.progress.get().elapsed() >= idle {
                    return Err(PullError::TimedOut);
                }
            }
        }
    }
}

struct Upload {
    progress: Cell<Instant>,
    broken: Cell<bool>,
}

async fn pump(mut body: web::Payload, parts: mpsc::Sender<Part>, upload: Rc<Upload>, idle: Duration) {
    loop {
        let next = match timeout(idle, body.next()).await {
            Ok(Some(Ok(bytes))) => Part::Bytes(bytes),
            Ok(None) => Part::End,
            Ok(Some(Err(_))) | Err(_) => {
                upload.broken.set(true);
                return;
            }
        };
        let last = matches!(next, Part::End);
        if parts.send(next).await.is_err() || last {
            return;
        }
        upload.progress.set(Instant::now());
    }
}

fn answer(response: reqwest::Response, to_head: bool) -> Result<Answer, PullError> {
    let status = accept(response.status())?;
    let mut head = HttpResponse::build(status);
    headers::to_consumer(response.headers(), |name, value| {
        head.append_header((name, value));
    });
    let length =
        response.headers().get(reqwest::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let body = match status {
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => AnswerBody::Nothing(None),
        _ if to_head => AnswerBody::Nothing(length),
        _ => AnswerBody::Bytes(Content::Http(Box::pin(response.bytes_stream())), length),
    };
    Ok(Answer { head, body })
}

fn accept(status: reqwest::StatusCode) -> Result<StatusCode, PullError> {
    let status = StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    match status.as_u16() {
        401 | 403 | 407 => Err(PullError::Refused(status)),
        304 | 200..=299 | 400..=499 => Ok(status),
        300..=399 => Err(PullError::Redirected(status)),
        _ => Err(PullError::Failed(status)),
    }
}

fn unreachable(error: reqwest::Error) -> PullError {
    match refusal(&error) {
        Some(refusal) => PullError::AddressRefused(refusal.to_string()),
        None if error.is_timeout() => PullError::TimedOut,
        None => PullError::Unreachable(causes(error)),
    }
}
