//! Answers one request of a consumer from a source.
//!
//! Bodies stream in both directions and are read no faster than the other side takes them. What a consumer sees of a
//! source is its data: its address, software, sessions and error pages stay inside.

pub(crate) mod body;
mod conditions;
mod file;
mod http;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::client::Client;
use crate::meter::{Meter, Outcome};
use crate::source::Source;

/// One request of a consumer, as the face of the server received it.
pub struct Incoming<'a> {
    /// Method and header fields are read from here.
    pub request: &'a HttpRequest,
    /// What follows the address of the transfer's endpoint, percent-encoded as received; empty for the asset itself.
    pub sub_path: &'a str,
    /// The query, as received.
    pub query: &'a str,
    /// The body; it is read only where the source takes one.
    pub body: web::Payload,
}

/// Answers a request from a source: `client` is the one of this worker thread, `meter` learns how the answer ended
/// (also where this returns an error, and where the future is dropped).
///
/// An HTTP source's own answer is passed on (statuses 2xx, 304 and 4xx), except where it would tell of the inside:
/// 401, 403 and 407 (the connector's credentials were refused), redirects and 5xx become errors. A file answers `GET`
/// and `HEAD` with single ranges and preconditions (RFC 9110 §13, §14); several ranges get the whole file.
///
/// Do not wrap the route in compression: ranges and lengths belong to the bytes as the source gives them.
pub async fn pull(
    client: &Client,
    source: &Source,
    incoming: Incoming<'_>,
    mut meter: Meter,
) -> Result<HttpResponse, PullError> {
    let answer = match source {
        Source::Http(source) => http::forward(client, source, incoming).await,
        Source::File(source) => file::serve(source, incoming).await,
    };
    match answer {
        Ok(answer) => Ok(answer.into_response(client.timeouts.idle, meter)),
        Err(error) => {
            meter.end(Outcome::Failed(error.code()));
            Err(error)
        }
    }
}

/// Why a request was not answered from the source. The text is a sentence for the partner and tells nothing of the
/// inside; [`PullError::detail`] is for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// The asset has nothing under this sub-path.
    #[error("the asset has nothing at this path")]
    NotFound,
    /// The sub-path contains dot segments, or characters that no path has.
    #[error("the path contains \".\" or \"..\" segments, or characters that are not allowed in a path")]
    Path,
    /// The asset is not offered for this method.
    #[error("the asset does not take this method; allowed: {allow}")]
    Method {
        /// The value of the `Allow` field.
        allow: String,
    },
    /// The consumer's own body broke off or came too slowly.
    #[error("the body of the request ended before it was complete")]
    RequestBody,
    /// The guard refuses the source's address.
    #[error("the provider's configuration does not allow to contact the source of this asset")]
    AddressRefused(String),
    /// No connection to the source, or it broke before an answer.
    #[error("the source of this asset cannot be reached at the moment")]
    Unreachable(String),
    /// The source did not answer in time.
    #[error("the source of this asset did not answer in time")]
    TimedOut,
    /// The source refused the connector (401, 403, 407).
    #[error("the source of this asset refused the provider's connector")]
    Refused(StatusCode),
    /// The source answered with a redirect, which is never followed.
    #[error("the source of this asset has moved; the provider must correct its address")]
    Redirected(StatusCode),
    /// The source answered with a server error.
    #[error("the source of this asset failed with status {}", .0.as_u16())]
    Failed(StatusCode),
    /// The file cannot be read.
    #[error("the source of this asset cannot be read at the moment")]
    Unreadable(String),
}

impl PullError {
    /// The status of the answer that says so.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Path | Self::RequestBody => StatusCode::BAD_REQUEST,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TimedOut | Self::Failed(StatusCode::GATEWAY_TIMEOUT) => StatusCode::GATEWAY_TIMEOUT,
            Self::Failed(StatusCode::SERVICE_UNAVAILABLE) => StatusCode::SERVICE_UNAVAILABLE,
            Self::AddressRefused(_)
            | Self::Unreachable(_)
            | Self::Refused(_)
            | Self::Redirected(_)
            | Self::Failed(_)
            | Self::Unreadable(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "data-not-found",
            Self::Path => "data-path-refused",
            Self::Method { .. } => "data-method-not-allowed",
            Self::RequestBody => "data-request-body-incomplete",
            Self::AddressRefused(_) => "source-address-refused",
            Self::Unreachable(_) => "source-unreachable",
            Self::TimedOut => "source-timed-out",
            Self::Refused(_) => "source-refused-connector",
            Self::Redirected(_) => "source-redirected",
            Self::Failed(_) => "source-failed",
            Self::Unreadable(_) => "source-unreadable",
        }
    }

    /// What the operator needs beside the sentence; it may name addresses of the inside.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::AddressRefused(text) | Self::Unreachable(text) | Self::Unreadable(text) => Some(text.clone()),
            Self::Refused(status) | Self::Redirected(status) => Some(format!("the source answered {status}")),
            Self::NotFound
            | Self::Path
            | Self::Method { .. }
            | Self::RequestBody
            | Self::TimedOut
            | Self::Failed(_) => None,
        }
    }
}
