//! Which header fields cross the proxy, in each direction.

use actix_web::http::header as actix;
use reqwest::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue};

/// RFC 9110 §7.6.1 and the fields that older peers treat alike.
pub(crate) fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authentication-info"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// Copies the fields of a consumer's request that a source may see. Everything else stays here: the access token above
/// all, cookies, and whatever gateways in front of this connector added.
pub(crate) fn to_source(from: &actix::HeaderMap, with_body: bool, into: &mut HeaderMap) {
    for (name, value) in from {
        let name = name.as_str();
        if !(is_for_source(name) || with_body && is_for_body(name)) {
            continue;
        }
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            into.append(name, value);
        }
    }
}

fn is_for_source(name: &str) -> bool {
    matches!(
        name,
        "accept"
            | "accept-encoding"
            | "accept-language"
            | "cache-control"
            | "idempotency-key"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "if-range"
            | "if-unmodified-since"
            | "prefer"
            | "range"
            | "traceparent"
            | "tracestate"
    )
}

fn is_for_body(name: &str) -> bool {
    matches!(
        name,
        "content-digest" | "content-encoding" | "content-language" | "content-length" | "content-type" | "repr-digest"
    )
}

/// Calls `keep` with each field of a source's answer that a consumer may see. `content-length` is left out: the body
/// carries it.
pub(crate) fn to_consumer(from: &HeaderMap, mut keep: impl FnMut(actix::HeaderName, actix::HeaderValue)) {
    let named = named_by_connection(from);
    for (name, value) in from {
        let text = name.as_str();
        if is_hop_by_hop(text) || is_of_source(text) || named.iter().any(|named| named == text) {
            continue;
        }
        if let (Ok(name), Ok(value)) =
            (actix::HeaderName::from_bytes(text.as_bytes()), actix::HeaderValue::from_bytes(value.as_bytes()))
        {
            keep(name, value);
        }
    }
}

/// Fields that speak of the source's own sessions, addresses and software.
fn is_of_source(name: &str) -> bool {
    matches!(
        name,
        "alt-svc"
            | "clear-site-data"
            | "content-length"
            | "content-location"
            | "content-security-policy"
            | "location"
            | "public-key-pins"
            | "refresh"
            | "server"
            | "set-cookie"
            | "strict-transport-security"
            | "via"
            | "www-authenticate"
            | "authentication-info"
            | "x-aspnet-version"
            | "x-powered-by"
    ) || name.starts_with("access-control-")
}

/// RFC 9110 §7.6.1: what `Connection` lists is meant for this hop only.
fn named_by_connection(from: &HeaderMap) -> Vec<String> {
    let values = from.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !matches!(name.as_str(), "" | "keep-alive" | "close"))
        .collect()
}
