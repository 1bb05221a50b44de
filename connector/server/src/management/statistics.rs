//! `/statistics`: traffic over time, and how long exchanges took.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::page::Items;
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::statistics::{self, Whose};
use crate::problem::Problem;
use crate::statistics::Histogram;
use crate::storage::statistics::{Exchanges, direction};

/// Traffic over time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    /// Length of a slot: 300, or 3600 for more than a day or for one partner.
    step_seconds: i64,
    /// Slots without gaps, the oldest first; the last one is not over yet.
    points: Vec<TrafficPoint>,
}

/// What happened in a slot.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrafficPoint {
    /// RFC 3339: its beginning.
    at: String,
    /// Data requests that were permitted.
    permitted: i64,
    /// Data requests that were refused.
    refused: i64,
    /// Bytes that partners pulled, or confirmed of a push.
    bytes_out: i64,
    /// Bytes that came from partners: pushed into our inbox, or fetched by us.
    bytes_in: i64,
}

/// How long exchanges of one kind took. Percentiles are of those that did not fail. They come from a histogram, and are off
/// by at most 9.1 %.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// `@type` of the message; `dataRequest` for data that a partner pulls, until the answer begins.
    kind: String,
    /// `in`: the partner asked, and we answered. `out`: we asked.
    direction: String,
    /// Participant id; null: of all partners. Empty: partners that are not told apart, beyond 500 in an hour.
    partner: Option<String>,
    /// How many there were, with those that failed.
    count: i64,
    /// How many failed: no answer, or one that says no. Of data requests, those whose source did not answer as it should; what
    /// a policy refuses is no failure.
    failed: i64,
    /// Milliseconds; null if all failed.
    p50_ms: Option<f64>,
    /// Milliseconds; null if all failed.
    p95_ms: Option<f64>,
    /// Milliseconds; null if all failed.
    p99_ms: Option<f64>,
}

/// Which time, and whose.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// The last hours, 1 to 720; 24 if absent.
    #[param(minimum = 1, maximum = 720, default = 24)]
    hours: Option<i64>,
    /// Participant id. Of latency also `*`: each partner by itself. All together if absent.
    partner: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/statistics/traffic").get(traffic));
    cfg.service(at("/statistics/latency").get(latency));
}

/// See data requests and bytes over time
#[utoipa::path(get, path = "/statistics/traffic", tag = "statistics", params(StatisticsQuery),
    responses((status = 200, description = "Slot by slot", body = Traffic)))]
pub(super) async fn traffic(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<StatisticsQuery>,
) -> Result<web::Json<Traffic>, Problem> {
    let course = statistics::traffic(&connector, &operator, query.hours, query.partner.as_deref()).await?;
    let point = |(at, traffic): (i64, crate::storage::statistics::Traffic)| TrafficPoint {
        at: time(at),
        permitted: traffic.permitted,
        refused: traffic.refused,
        bytes_out: traffic.bytes_out,
        bytes_in: traffic.bytes_in,
    };
    let points = course.slots.into_iter().map(point).collect();
    Ok(web::Json(Traffic { step_seconds: course.step / 1000, points }))
}

/// See how long exchanges took, by kind: what happened most comes first
#[utoipa::path(get, path = "/statistics/latency", tag = "statistics", params(StatisticsQuery),
    responses((status = 200, description = "At most a thousand", body = Items<Latency>)))]
pub(super) async fn latency(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<StatisticsQuery>,
) -> Result<web::Json<Items<Latency>>, Problem> {
    let whose = match query.partner.as_deref() {
        None => Whose::All,
        Some("*") => Whose::Each,
        Some(partner) => Whose::One(partner),
    };
    let all_together = matches!(whose, Whose::All);
    let histograms = statistics::latency(&connector, &operator, query.hours, whose).await?;
    let items = histograms.into_iter().map(|(of, histogram)| Latency::of(of, &histogram, all_together)).collect();
    Ok(web::Json(Items { items, next: None }))
}

impl Latency {
    fn of(of: Exchanges, histogram: &Histogram, all_together: bool) -> Self {
        let percentile = |part| histogram.percentile(part).map(|millis| (millis * 1000.0).round() / 1000.0);
        Self {
            kind: of.kind,
            direction: direction(of.inbound).to_owned(),
            partner: (!all_together).then_some(of.partner),
            count: histogram.count(),
            failed: histogram.failed(),
            p50_ms: percentile(0.5),
            p95_ms: percentile(0.95),
            p99_ms: percentile(0.99),
        }
    }
}
