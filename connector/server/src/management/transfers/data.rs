//! `/transfers/{pid}/data`: the data itself, through this connector; and how far a transfer is.

mod showing;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, IF_RANGE, RANGE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Serialize;
use symbolon_data_plane::fetch::Fetched;
use symbolon_data_plane::meter::{Ended, Meter, Outcome};
use symbolon_data_plane::pull::{Incoming, pull};
use symbolon_data_plane::source::Source;
use utoipa::ToSchema;

use crate::authentication::Operator;
use crate::connector::Connector;
use crate::management::route::at;
use crate::operations::transfers;
use crate::operations::transfers::fetching::{self, Account, Found, Wanted, fetch_data};
use crate::problem::{Kind, Problem};

/// Bytes of a preview.
const PREVIEW: usize = 64 * 1024;
const PREVIEW_RANGE: &str = "bytes=0-65535";

/// How far a transfer is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferProgress {
    /// Bytes so far, with those that are on their way.
    bytes: u64,
    /// Bytes in the end, where everything under way says its length; null: nobody knows, or nothing is under way.
    total: Option<u64>,
    /// Over the last seconds.
    bytes_per_second: u64,
    /// Whether anything moves.
    under_way: bool,
    /// Data requests so far.
    requests: i64,
    /// Consumer: RFC 3339: when the token that is held ends.
    token_expires_at: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/transfers/{pid}/progress").get(progress));
    cfg.service(at("/transfers/{pid}/data").get(data));
    cfg.service(at("/transfers/{pid}/data/{path:.*}").get(part));
}

/// How far a transfer is, and how fast
#[utoipa::path(get, path = "/transfers/{pid}/progress", tag = "transfers", params(("pid" = String, Path)),
    responses((status = 200, description = "At this moment", body = TransferProgress)))]
pub(in crate::management) async fn progress(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<TransferProgress>, Problem> {
    let moving = transfers::progress(&connector, &operator, &pid).await?;
    Ok(web::Json(TransferProgress {
        bytes: moving.progress.bytes,
        total: moving.progress.total,
        bytes_per_second: moving.progress.per_second,
        under_way: moving.progress.under_way,
        requests: moving.requests,
        token_expires_at: moving.token_expires.map(super::rfc3339),
    }))
}

/// Consumer: fetch the data through this connector
///
/// Comes as a file to be saved; `Range` and `If-Range` are passed on. With `preview=true` at most 64 KiB come, as plain text where
/// it is text. Further members of the query go to the provider. Each request is one use of the right, a preview too.
#[utoipa::path(get, path = "/transfers/{pid}/data", tag = "transfers",
    params(("pid" = String, Path), ("preview" = Option<bool>, Query, description = "Only the beginning, to be shown")),
    responses((status = 200, description = "The data", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "The range that was asked for", content_type = "application/octet-stream", body = Vec<u8>)))]
pub(in crate::management) async fn data(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    give(&operator, connector, &pid, "", (&request, body)).await
}

/// Consumer: fetch what lies below the data's address, through this connector
#[utoipa::path(get, path = "/transfers/{pid}/data/{path}", tag = "transfers",
    params(("pid" = String, Path), ("path" = String, Path, description = "May have several segments"),
        ("preview" = Option<bool>, Query, description = "Only the beginning, to be shown")),
    responses((status = 200, description = "The data", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "The range that was asked for", content_type = "application/octet-stream", body = Vec<u8>)))]
pub(in crate::management) async fn part(
    operator: Operator,
    connector: web::Data<Connector>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    give(&operator, connector, &path.0, raw_tail(&request), (&request, body)).await
}

/// What follows `…/data/`, as it was sent: the source decodes it, not we.
fn raw_tail(request: &HttpRequest) -> &str {
    let transfer = request.uri().path().split_once("/transfers/").map_or("", |(_, tail)| tail);
    transfer.split_once('/').and_then(|(_, tail)| tail.strip_prefix("data/")).unwrap_or_default()
}

async fn give(
    operator: &Operator,
    connector: web::Data<Connector>,
    pid: &str,
    path: &str,
    (request, body): (&HttpRequest, web::Payload),
) -> Result<HttpResponse, Problem> {
    let (preview, query) = divided(request.query_string())?;
    let field = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let (range, if_range) = if preview { (Some(PREVIEW_RANGE), None) } else { (field(RANGE), field(IF_RANGE)) };
    let wanted = Wanted { path, query: &query, range, if_range };
    let connector = connector.into_inner();
    let (found, account) = fetch_data(&connector, operator, pid, wanted).await?;
    match (found, preview) {
        (Found::Answer(fetched), false) => Ok(handed_on(&connector, fetched, account, path)),
        (Found::Answer(fetched), true) => previewed(fetched, account).await,
        (Found::Received(file), false) => received(&connector, &file, account, (request, body)).await,
        (Found::Received(file), true) => previewed_file(file, account).await,
    }
}

/// Whether it is a preview, and the other members of the query as they were sent.
fn divided(query: &str) -> Result<(bool, String), Problem> {
    let mut preview = false;
    let mut rest = Vec::new();
    for member in query.split('&').filter(|member| !member.is_empty()) {
        match member.split_once('=').unwrap_or((member, "")) {
            ("preview", "true") => preview = true,
            ("preview", "false") => preview = false,
            ("preview", other) => {
                let detail = format!("the query string cannot be used: preview is {other:?}; give true or false");
                return Err(Problem::bad_request("query", detail).with_rule("preview"));
            }
            _ => rest.push(member),
        }
    }
    Ok((preview, rest.join("&")))
}

/// The provider's answer as it comes. When it breaks off, so does ours.
fn handed_on(connector: &Connector, fetched: Fetched, account: Account, path: &str) -> HttpResponse {
    let status = StatusCode::from_u16(fetched.status()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut head = HttpResponse::build(status);
    fetched.about_bytes().for_each(|field| {
        head.insert_header(field);
    });
    if status == StatusCode::RANGE_NOT_SATISFIABLE {
        return head.finish();
    }
    if fetched.field("content-type").is_none() {
        head.insert_header((CONTENT_TYPE, "application/octet-stream"));
    }
    let transfer = account.transfer();
    let (given, kind) = (fetched.field("content-disposition"), fetched.field("content-type"));
    showing::to_be_saved(&mut head, &showing::file_name([path, &transfer.asset], given, kind));
    let stream = connector.flows.begin(&transfer.pid);
    if let Some(length) = fetched.length() {
        stream.has_length(length);
    }
    let counter = stream.counter();
    let ended = move |ended: Ended| {
        account.fetched(status.as_u16(), ended.bytes, ended.outcome == Outcome::Complete);
        drop(stream);
    };
    fetched.handed_on(head, Meter::new(ended).with_counter(counter))
}

/// The beginning of the data, to be shown.
async fn previewed(fetched: Fetched, account: Account) -> Result<HttpResponse, Problem> {
    let status = fetched.status();
    let kind = fetched.field("content-type").map(str::to_owned);
    if status == StatusCode::RANGE_NOT_SATISFIABLE {
        // Of nothing there is no beginning.
        account.fetched(status, 0, true);
        return Ok(showing::beginning(Bytes::new(), false, None));
    }
    // `bytes 0-65535/1000000`: what the whole has.
    let whole = fetched.field("content-range").and_then(|range| range.rsplit('/').next()?.parse::<u64>().ok());
    let (bytes, all) = fetched.beginning(PREVIEW).await.map_err(|error| fetching::unanswered(&error))?;
    let length = bytes.len() as u64;
    account.fetched(status, length, true);
    let truncated = !all || whole.is_some_and(|whole| whole > length);
    Ok(showing::beginning(bytes, truncated, kind.as_deref()))
}

async fn previewed_file(file: PathBuf, account: Account) -> Result<HttpResponse, Problem> {
    let read = move || {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        std::fs::File::open(&file)?.take(PREVIEW as u64 + 1).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    let mut bytes = tokio::task::spawn_blocking(read).await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let truncated = bytes.len() > PREVIEW;
    bytes.truncate(PREVIEW);
    account.fetched(200, bytes.len() as u64, true);
    Ok(showing::beginning(bytes.into(), truncated, None))
}

/// What was pushed into our inbox, with ranges.
async fn received(
    connector: &Arc<Connector>,
    file: &Path,
    account: Account,
    (request, body): (&HttpRequest, web::Payload),
) -> Result<HttpResponse, Problem> {
    let source = Source::parse(serde_json::json!({"type": "File", "path": file})).map_err(Problem::internal)?;
    let incoming = Incoming { request, sub_path: "", query: "", body };
    let name = showing::file_name(["", &account.transfer().asset], None, None);
    let meter = Meter::new(move |ended: Ended| account.fetched(200, ended.bytes, ended.outcome == Outcome::Complete));
    let answer = pull(&connector.sources, &source, incoming, meter).await;
    let mut answer = answer.map_err(|error| Problem::new(Kind::NotFound, error.code(), error.to_string()))?;
    let mut head = HttpResponse::Ok();
    showing::to_be_saved(&mut head, &name);
    let added: Vec<(HeaderName, HeaderValue)> =
        head.finish().headers().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    added.into_iter().for_each(|(name, value)| {
        answer.headers_mut().insert(name, value);
    });
    Ok(answer)
}
