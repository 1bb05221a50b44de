//! `/logs`: the process's own log lines, as far as they are kept.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::Level;
use utoipa::{IntoParams, ToSchema};

use super::body::Query;
use super::lines;
use super::page::{Items, limit};
use super::route::at;
use crate::authentication::Operator;
use crate::operations::logs::{self, Selection};
use crate::problem::Problem;
use crate::telemetry::Line;

/// A log line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogLine {
    /// Its place in the order since the process began.
    seq: u64,
    /// RFC 3339.
    at: String,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    level: String,
    /// The module that wrote it.
    target: String,
    /// The sentence.
    message: String,
    /// What can be searched by.
    #[schema(value_type = Object)]
    fields: Value,
}

/// How serious a log line is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Something failed that should not.
    Error,
    /// Somebody should look at it.
    Warn,
    /// What happened.
    Info,
    /// For developers.
    Debug,
    /// For developers who look closely.
    Trace,
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogsQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// Lines as serious as this, or more; all if absent.
    level: Option<LogLevel>,
    /// A text in the sentence, the module or a field.
    q: Option<String>,
    /// The `seq` of a line: those that follow it. The newest lines if absent.
    after: Option<u64>,
    /// The `seq` of a line: those before it.
    before: Option<u64>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/logs").get(list));
}

/// List the process's own log lines, the newest last, as far as they are kept in memory; as `application/x-ndjson` all of them
/// that fit
#[utoipa::path(get, path = "/logs", tag = "logs", params(LogsQuery),
    responses((status = 200, description = "In the form that Accept asks for; `next` continues after the last line", content(
        (Items<LogLine> = "application/json"), (String = "application/x-ndjson")))))]
pub(super) async fn list(
    operator: Operator,
    request: HttpRequest,
    Query(query): Query<LogsQuery>,
) -> Result<HttpResponse, Problem> {
    let most = usize::try_from(limit(query.limit)?).unwrap_or_default();
    let LogsQuery { level, q, after, before, .. } = query;
    let selection = Selection { level: level.map(Level::from), text: q, after, before };
    if lines::asked_for(&request) {
        let found = logs::all(&operator, &selection)?;
        let body: String = found.into_iter().map(|line| lines::line(&LogLine::from(line))).collect();
        return Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, lines::MEDIA_TYPE))
            .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"log.ndjson\""))
            .body(body));
    }
    let found = logs::some(&operator, &selection, most)?;
    let next = found.last().map(|line| line.seq.to_string());
    Ok(HttpResponse::Ok().json(Items { items: found.into_iter().map(LogLine::from).collect(), next }))
}

impl From<Arc<Line>> for LogLine {
    fn from(line: Arc<Line>) -> Self {
        Self {
            seq: line.seq,
            at: format!("{:.3}", line.at),
            level: line.level.to_string().to_lowercase(),
            target: line.target.clone(),
            message: line.message.clone(),
            fields: Value::Object(line.fields.clone()),
        }
    }
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}
