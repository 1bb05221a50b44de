//! Preconditions and ranges for files (RFC 9110 §13.2.2, §14.2).

use std::ops::Range;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use actix_web::HttpRequest;
use actix_web::http::header::{self, EntityTag, Header, HttpDate, IfMatch, IfNoneMatch, IfRange};
use actix_web::http::{Method, header::HeaderName};

/// What a request gets of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Selected {
    Whole,
    Part(Range<u64>),
    NotModified,
    PreconditionFailed,
    Unsatisfiable,
}

/// Selects by the request's header fields, in the order of RFC 9110 §13.2.2. A field that cannot be read is as if it were
/// absent, except `If-Match`, which then fails.
pub(super) fn select(request: &HttpRequest, etag: &str, modified: SystemTime, len: u64) -> Selected {
    let modified = whole_seconds(modified);
    let own = EntityTag::from_str(etag).ok();
    let has = |name: &HeaderName| request.headers().contains_key(name);
    if has(&header::IF_MATCH) {
        let matched = match (IfMatch::parse(request), &own) {
            (Ok(IfMatch::Any), _) => true,
            (Ok(IfMatch::Items(tags)), Some(own)) => tags.iter().any(|tag| tag.strong_eq(own)),
            (Ok(IfMatch::Items(_)), None) | (Err(_), _) => false,
        };
        if !matched {
            return Selected::PreconditionFailed;
        }
    } else if date(request, &header::IF_UNMODIFIED_SINCE).is_some_and(|since| modified > since) {
        return Selected::PreconditionFailed;
    }
    if has(&header::IF_NONE_MATCH) {
        let matched = match (IfNoneMatch::parse(request), &own) {
            (Ok(IfNoneMatch::Any), _) => true,
            (Ok(IfNoneMatch::Items(tags)), Some(own)) => tags.iter().any(|tag| tag.weak_eq(own)),
            (Ok(IfNoneMatch::Items(_)), None) | (Err(_), _) => false,
        };
        if matched {
            return Selected::NotModified;
        }
    } else if date(request, &header::IF_MODIFIED_SINCE).is_some_and(|since| modified <= since) {
        return Selected::NotModified;
    }
    if request.method() == Method::GET && range_applies(request, own.as_ref(), modified) {
        range(request, len)
    } else {
        Selected::Whole
    }
}

fn range_applies(request: &HttpRequest, own: Option<&EntityTag>, modified: SystemTime) -> bool {
    if !request.headers().contains_key(header::IF_RANGE) {
        return true;
    }
    match (IfRange::parse(request), own) {
        (Ok(IfRange::EntityTag(tag)), Some(own)) => tag.strong_eq(own),
        (Ok(IfRange::Date(date)), _) => SystemTime::from(date) == modified,
        (Ok(IfRange::EntityTag(_)), None) | (Err(_), _) => false,
    }
}

fn range(request: &HttpRequest, len: u64) -> Selected {
    let mut fields = request.headers().get_all(header::RANGE);
    let (Some(field), None) = (fields.next(), fields.next()) else { return Selected::Whole };
    let Ok(header::Range::Bytes(specs)) = field.to_str().unwrap_or_default().parse() else { return Selected::Whole };
    match specs.as_slice() {
        [spec] => match spec.to_satisfiable_range(len) {
            Some((first, last)) => Selected::Part(first..last + 1),
            None => Selected::Unsatisfiable,
        },
        _ => Selected::Whole,
    }
}

fn date(request: &HttpRequest, name: &HeaderName) -> Option<SystemTime> {
    let date: HttpDate = request.headers().get(name)?.to_str().ok()?.parse().ok()?;
    Some(date.into())
}

/// HTTP dates have no fractions of a second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs()),
        Err(_) => SystemTime::UNIX_EPOCH,
    }
}
