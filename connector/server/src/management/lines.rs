//! Exports: one JSON document a line, `application/x-ndjson`.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;
use serde::Serialize;

/// The media type.
pub(super) const MEDIA_TYPE: &str = "application/x-ndjson";

/// Whether the request asks for an export rather than a slice of the list.
pub(super) fn asked_for(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut ranges = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    ranges.any(|range| range.eq_ignore_ascii_case(MEDIA_TYPE))
}

/// One line.
pub(super) fn line(document: &impl Serialize) -> String {
    let mut line = serde_json::to_string(document).unwrap_or_else(|_| "null".to_owned());
    line.push('\n');
    line
}
