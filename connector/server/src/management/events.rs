//! `/events`: what happens, as it happens (server-sent events) and as a list.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::Stream;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::lines;
use super::page::{Items, limit};
use super::route::at;
use crate::authentication::{Operator, sessions};
use crate::clock;
use crate::connector::Connector;
use crate::operations::events::{self, Export};
use crate::problem::Problem;
use crate::storage::events::{Place, Selection};

/// A comment is sent after this much silence, so that whoever is between does not cut the connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events read at once; the next are read when the client has taken these.
const BATCH: i64 = 100;

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
    after: Option<String>,
    /// A kind such as `negotiation.agreed`, or a prefix such as `negotiation.*`.
    kind: Option<String>,
    /// A process id, agreement id or other id.
    subject: Option<String>,
    /// Participant id of the partner concerned.
    partner: Option<String>,
    /// A text in an id, in the kind, in a further member or in the partner's name.
    q: Option<String>,
    /// RFC 3339: not before this time. Between times the list is in the order of time, which clocks may set against that of commits.
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// RFC 3339: before this time.
    #[param(value_type = Option<String>)]
    until: Option<Timestamp>,
    /// `oldest` first if absent.
    order: Option<EventOrder>,
}

/// In which order events are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventOrder {
    /// The oldest first.
    #[default]
    Oldest,
    /// The newest first.
    Newest,
}

impl LogQuery {
    fn selection(&self) -> Selection {
        Selection {
            kind: self.kind.clone(),
            subject: self.subject.clone(),
            partner: self.partner.clone(),
            text: self.q.clone(),
            from: self.from.map(clock::millis),
            until: self.until.map(clock::millis),
            newest_first: self.order.unwrap_or_default() == EventOrder::Newest,
        }
    }
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

/// List what happened; as `application/x-ndjson` everything that fits until now, which needs the permission to audit
///
/// Where few events fit, a slice may be short or empty although there are more: `next` says so.
#[utoipa::path(get, path = "/events/log", tag = "events", params(LogQuery),
    responses((status = 200, description = "In the form that Accept asks for: a slice of the list, or all of it, an event a line",
        content((Items<Event> = "application/json"), (String = "application/x-ndjson")))))]
pub(super) async fn log(
    operator: Operator,
    connector: web::Data<Connector>,
    request: HttpRequest,
    Query(query): Query<LogQuery>,
) -> Result<HttpResponse, Problem> {
    let selection = query.selection();
    if lines::asked_for(&request) {
        let connector = connector.into_inner();
        let export = Export::begin(&connector, &operator, selection).await?;
        return Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, lines::MEDIA_TYPE))
            .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"events.ndjson\""))
            .streaming(exported(connector, export)));
    }
    let most = usize::try_from(limit(query.limit)?).unwrap_or_default();
    let after = match &query.after {
        Some(cursor) => Some(events::place(&connector, &selection, cursor).await?),
        None => None,
    };
    let (found, next) = events::log(&connector, &operator, &selection, after, most).await?;
    let items: Vec<Value> = found.iter().map(events::document).collect();
    Ok(HttpResponse::Ok().json(Items { items, next: next.map(cursor) }))
}

fn cursor(place: Place) -> String {
    match place.at {
        Some(at) => format!("{at}.{}", place.seq),
        None => place.seq.to_string(),
    }
}

/// The lines of an export. The next are read when the client has taken those before.
fn exported(connector: Arc<Connector>, export: Export) -> impl Stream<Item = Result<Bytes, Problem>> {
    futures_util::stream::try_unfold((connector, export), |(connector, mut export)| async move {
        let Some(found) = export.next(&connector).await? else { return Ok(None) };
        let body: String = found.iter().map(|event| lines::line(&events::document(event))).collect();
        Ok(Some((Bytes::from(body), (connector, export))))
    })
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
            match events::following(&self.connector, &self.operator, self.after, BATCH).await {
                Ok(found) => {
                    self.more = i64::try_from(found.len()).unwrap_or(BATCH) >= BATCH;
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
