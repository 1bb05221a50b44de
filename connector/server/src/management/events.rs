//! `/events`: what happens, as it happens (server-sent events) and as a list.

use std::collections::VecDeque;
use std::time::Duration;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::Stream;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::page::{Items, limit};
use super::route::at;
use crate::authentication::{Operator, sessions};
use crate::connector::Connector;
use crate::operations::events::{self, Narrowing};
use crate::problem::Problem;

/// A comment is sent after this much silence, so that whoever is between does not cut the connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events read at once; the next are read when the client has taken these.
const BATCH: usize = 100;

/// Where a stream begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// Begin after this event; without it and without `Last-Event-ID`, with what happens from now on.
    after: Option<i64>,
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before, or the `seq` of an event.
    after: Option<i64>,
    /// A kind such as `negotiation.agreed`, or a prefix such as `negotiation.*`.
    kind: Option<String>,
    /// A process id, agreement id or other id.
    subject: Option<String>,
}

/// Something that happened. Further members depend on the kind: `state`, `role`, `by`, …
#[derive(Debug, ToSchema)]
pub struct Event {
    /// Its place in the order.
    pub seq: i64,
    /// RFC 3339.
    pub at: String,
    /// `negotiation.agreed`, `transfer.started`, `agreement.retired`, …
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The partner concerned.
    pub partner: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/events").get(stream));
    cfg.service(at("/events/log").get(log));
}

/// Follow what happens: server-sent events whose `id` is `seq`, `event` the kind, and `data` the event
#[utoipa::path(get, path = "/events", tag = "events",
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "Begin after this event; goes before `after`")),
    responses((status = 200, description = "Stays open", content_type = "text/event-stream", body = Event)))]
pub(super) async fn stream(
    operator: Operator,
    connector: web::Data<Connector>,
    stopping: Option<web::Data<CancellationToken>>,
    request: HttpRequest,
    Query(query): Query<StreamQuery>,
) -> Result<HttpResponse, Problem> {
    let newest = events::last(&connector, &operator).await?;
    let after = match request.headers().get("last-event-id").and_then(|value| value.to_str().ok()) {
        Some(id) => id.trim().parse().map_err(|_| {
            Problem::bad_request("event-id", "Last-Event-ID is not the id of an event").with_rule("Last-Event-ID")
        })?,
        None => query.after.unwrap_or(newest),
    };
    let committed = connector.db.events();
    let stopping = stopping.map(|token| token.get_ref().clone()).unwrap_or_default();
    let following = Following { connector, operator, committed, stopping, after, ready: VecDeque::new(), more: true };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(following.chunks()))
}

/// List what happened, oldest first
#[utoipa::path(get, path = "/events/log", tag = "events", params(LogQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Event>)))]
pub(super) async fn log(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<LogQuery>,
) -> Result<web::Json<Items<Value>>, Problem> {
    let most = usize::try_from(limit(query.limit)?).unwrap_or_default();
    let narrowing = Narrowing { kind: query.kind, subject: query.subject };
    let (found, next) = events::log(&connector, &operator, &narrowing, query.after.unwrap_or(0), most).await?;
    let items = found.iter().map(events::document).collect();
    Ok(web::Json(Items { items, next: next.map(|seq| seq.to_string()) }))
}

/// One client that follows. Nothing is read for it before it has taken what was read.
struct Following {
    connector: web::Data<Connector>,
    operator: Operator,
    committed: watch::Receiver<u64>,
    stopping: CancellationToken,
    after: i64,
    ready: VecDeque<Bytes>,
    /// There may be more than has been read: at the beginning, after a commit, and after a full batch.
    more: bool,
}

impl Following {
    fn chunks(mut self) -> impl Stream<Item = Result<Bytes, Problem>> {
        self.ready.push_back(Bytes::from_static(b"retry: 1000\n\n"));
        futures_util::stream::unfold(self, |mut following| async move {
            let chunk = following.next().await?;
            Some((chunk, following))
        })
    }

    /// The next chunk: an event, or a comment after a silence. `None` when the connector stops.
    async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Some(Ok(chunk));
            }
            if !self.more {
                tokio::select! {
                    () = self.stopping.cancelled() => return None,
                    changed = self.committed.changed() => if changed.is_err() { return None },
                    () = tokio::time::sleep(HEARTBEAT) => self.ready.push_back(Bytes::from_static(b": still here\n\n")),
                }
            }
            // A session may have ended meanwhile, and the stream ends with it.
            if sessions::still(&self.connector, &self.operator).await.is_err() {
                return None;
            }
            self.committed.borrow_and_update();
            match events::log(&self.connector, &self.operator, &Narrowing::default(), self.after, BATCH).await {
                Ok((found, _)) => {
                    self.more = found.len() >= BATCH;
                    self.take(&found);
                }
                Err(problem) => return Some(Err(problem)),
            }
        }
    }

    fn take(&mut self, found: &[crate::storage::events::Event]) {
        for event in found {
            self.after = event.seq;
            let data = events::document(event);
            self.ready
                .push_back(Bytes::from(format!("id: {}\nevent: {}\ndata: {data}\n\n", event.seq, event.event.kind)));
        }
    }
}
