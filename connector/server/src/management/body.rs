//! Bodies and query strings: bounded in size, time and depth, read into their types, errors naming the member.

use std::fmt;
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::problem::refusal;
use crate::arrival;
use crate::problem::Problem;

/// Nesting that is read; what walks a document later then never runs out of stack.
const MAX_DEPTH: usize = 64;

/// A JSON body.
#[derive(Debug)]
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        async move {
            demand_media_type(&request, |essence| essence == "application/json" || essence.ends_with("+json"))?;
            let bytes = arrival::bytes(&request, payload).await?;
            Ok(Self(parse(&bytes)?))
        }
        .boxed_local()
    }
}

/// One object or an array of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    /// An object.
    One(T),
    /// An array.
    Many(Vec<T>),
}

/// The parameters of a query string; unknown ones are refused.
#[derive(Debug)]
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = web::Query::<T>::from_query(request.query_string());
        std::future::ready(match parsed {
            Ok(query) => Ok(Self(query.into_inner())),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.strip_prefix("Query deserialize error: ").unwrap_or(&reason);
                Err(Problem::bad_request("query", format!("the query string cannot be used: {reason}")))
            }
        })
    }
}

/// Refuses a body that says it is something else than what is read.
pub(super) fn demand_media_type(request: &HttpRequest, is_read: impl Fn(&str) -> bool) -> Result<(), actix_web::Error> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if is_read(&essence) {
        return Ok(());
    }
    let detail = format!("this resource does not read bodies of the type {essence:?}");
    let problem = Problem::bad_request("media-type", detail).with_hint("say what the body is in Content-Type");
    let response = refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, &problem);
    Err(actix_web::error::InternalError::from_response("media type", response).into())
}

/// Reads JSON into its type. The error names the member by its path.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if nests_deeper(bytes, MAX_DEPTH) {
        let detail = format!("the body is nested deeper than {MAX_DEPTH} levels");
        return Err(Problem::bad_request("body.too-deep", detail));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let named = path != "." && path != "?";
        let reason = error.into_inner().to_string();
        let detail = if named { format!("{path}: {reason}") } else { reason };
        let problem = Problem::bad_request("body", detail);
        if named { problem.with_rule(path) } else { problem }
    })?;
    json.end().map_err(|error| Problem::bad_request("body", error.to_string()))?;
    Ok(value)
}

/// Counts brackets outside of texts, before anything is built from them.
fn nests_deeper(json: &[u8], levels: usize) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth > levels {
                    return true;
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

/// Reads through the accessors it is handed, so that the path to an error stays known.
struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OneOrMany::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMany::Many)
    }
}
