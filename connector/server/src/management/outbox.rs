//! `/outbox`: what waits to be delivered to partners.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::page::{Items, page};
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::outbox::{self, Queue};
use crate::problem::Problem;
use crate::storage::messages::{ProcessKind, StoredMessage};

/// What waits for one partner.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outbox {
    /// Participant id.
    partner: String,
    /// Its name in the registry; null if it is not known there.
    name: Option<String>,
    /// How many messages wait.
    waiting: i64,
    /// RFC 3339: when the oldest of them was made.
    oldest_at: String,
    /// How often the oldest was tried.
    attempts: i64,
    /// RFC 3339: when the next attempt is due; null while one is under way, or about to be.
    next_at: Option<String>,
    /// HTTP status of the oldest's last attempt; null if there was no answer, or no attempt yet.
    last_status: Option<i64>,
    /// How the last attempt failed, as a sentence.
    last_detail: Option<String>,
    /// How many messages are being posted now.
    under_way: usize,
    /// RFC 3339: since when the partner does not answer (no connection, no answer in time, or an error of its server); null
    /// if it answers, or nothing is known.
    unreachable_since: Option<String>,
}

/// A message that waits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitingMessage {
    /// Its place in the order.
    seq: i64,
    /// Our process id, or the agreement's id.
    process: String,
    /// `negotiation`, `transfer` or `agreement`.
    process_kind: String,
    /// `@type` of the message; `NegotiationQuestion` and `TransferQuestion` ask for the partner's state.
    r#type: String,
    /// `@id` of the message.
    message_id: String,
    /// RFC 3339.
    at: String,
    /// How often it was tried.
    attempts: i64,
    /// HTTP status of the last attempt.
    last_status: Option<i64>,
    /// How the last attempt failed.
    last_detail: Option<String>,
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OutboxQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<i64>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/outbox").get(list));
    cfg.service(at("/outbox/{partner}/retry").post(retry));
    cfg.service(at("/outbox/{partner}").get(messages));
}

/// List what waits to be delivered, partner by partner: at most a thousand, those for whom most waits first
#[utoipa::path(get, path = "/outbox", tag = "outbox",
    responses((status = 200, description = "Partners for whom messages wait", body = Items<Outbox>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
) -> Result<web::Json<Items<Outbox>>, Problem> {
    let queues = outbox::list(&connector, &operator).await?;
    Ok(web::Json(Items { items: queues.into_iter().map(Outbox::from).collect(), next: None }))
}

/// List the messages that wait for a partner, oldest first
#[utoipa::path(get, path = "/outbox/{partner}", tag = "outbox", params(("partner" = String, Path), OutboxQuery),
    responses((status = 200, description = "A slice of the list", body = Items<WaitingMessage>)))]
pub(super) async fn messages(
    operator: Operator,
    connector: web::Data<Connector>,
    partner: web::Path<String>,
    Query(query): Query<OutboxQuery>,
) -> Result<web::Json<Items<WaitingMessage>>, Problem> {
    let page = page(query.limit, None)?;
    let rows = outbox::of_partner(&connector, &operator, &partner, query.after.unwrap_or(0), page.limit).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.seq.to_string(), WaitingMessage::from)))
}

/// Try now what waits for a partner
#[utoipa::path(post, path = "/outbox/{partner}/retry", tag = "outbox", params(("partner" = String, Path)),
    responses((status = 200, description = "What waits, and is being tried", body = Outbox)))]
pub(super) async fn retry(
    operator: Operator,
    connector: web::Data<Connector>,
    partner: web::Path<String>,
) -> Result<web::Json<Outbox>, Problem> {
    Ok(web::Json(outbox::retry(&connector.into_inner(), &operator, &partner).await?.into()))
}

impl From<Queue> for Outbox {
    fn from(queue: Queue) -> Self {
        let Queue { name, waiting, outlook, contact } = queue;
        let (unreachable_since, failed) = contact.failing.map(|failing| (time(failing.since), failing.detail)).unzip();
        Self {
            partner: waiting.partner,
            name,
            waiting: waiting.messages,
            oldest_at: time(waiting.oldest),
            attempts: waiting.attempts,
            next_at: outlook.next.map(|at| format!("{at:.3}")),
            last_status: waiting.http_status,
            // A message that waits behind others has not been tried; what is known of the partner holds for it too.
            last_detail: failed.or(waiting.detail),
            under_way: outlook.under_way,
            unreachable_since,
        }
    }
}

impl From<StoredMessage> for WaitingMessage {
    fn from(message: StoredMessage) -> Self {
        let kind = match message.process_kind() {
            ProcessKind::Negotiation => "negotiation",
            ProcessKind::Transfer => "transfer",
            ProcessKind::Agreement => "agreement",
        };
        Self {
            seq: message.seq,
            process: message.process,
            process_kind: kind.to_owned(),
            r#type: message.kind,
            message_id: message.message_id,
            at: time(message.at),
            attempts: message.attempts,
            last_status: message.http_status,
            last_detail: message.detail,
        }
    }
}
