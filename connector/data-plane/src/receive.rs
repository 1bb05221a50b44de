//! The receiving side of [`push`](crate::push): writes an upload into a file, so that it can be resumed.
//!
//! Beside the file, `<name>.part` holds the bytes so far and `<name>.upload` says what they belong to. The file itself
//! appears, by one rename, when all its bytes are on disk.

mod upload;

use std::path::PathBuf;
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt;

use crate::push::{COMPLETE, OFFSET, VERSION};
use upload::Upload;

/// Where an upload goes. The address that leads here is the server's affair.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The file; its folder must exist.
    pub path: PathBuf,
    /// The most bytes that are taken.
    pub max_bytes: u64,
    /// How long the sender may be silent.
    pub idle: Duration,
}

/// What the receiver holds after a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Bytes held durably, from the beginning.
    pub offset: u64,
    /// Bytes of the whole, where known.
    pub total: Option<u64>,
    /// The version of the source that they belong to.
    pub version: Option<String>,
    /// Whether the file is complete and in its place.
    pub complete: bool,
    /// Bytes that this request brought.
    pub bytes: u64,
}

/// Serves one request of a sender: `HEAD` says what is held, `PUT` with `Content-Range` appends, `PUT` or `POST` without
/// it replaces everything. The bytes before a broken connection are kept.
pub async fn receive(
    destination: &Destination,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<Received, ReceiveError> {
    let fields = request.headers();
    let text = |name: &str| fields.get(name).and_then(|value| value.to_str().ok());
    let length: Option<u64> = text(header::CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
    let version = text(VERSION).map(str::to_owned);
    let whole = match (request.method(), text(header::CONTENT_RANGE.as_str())) {
        (&Method::HEAD, _) => return Ok(Upload::open(destination).await?.received(0)),
        (&Method::PUT, Some(range)) => Piece::parse(range, length, version)?,
        (&Method::PUT | &Method::POST, None) => Piece { start: 0, end: length, total: length, version, replace: true },
        (_, Some(_)) => return Err(ReceiveError::Malformed("Content-Range needs the method PUT".to_owned())),
        (_, None) => return Err(ReceiveError::Method),
    };
    if whole.total.is_some_and(|total| total > destination.max_bytes) {
        return Err(ReceiveError::TooLarge(destination.max_bytes));
    }
    let upload = Upload::open(destination).await?.begin(&whole).await?;
    take(destination, upload, &whole, body).await
}

async fn take(
    destination: &Destination,
    mut upload: Upload,
    piece: &Piece,
    mut body: web::Payload,
) -> Result<Received, ReceiveError> {
    let end = piece.end.unwrap_or(destination.max_bytes);
    loop {
        let bytes = match tokio::time::timeout(destination.idle, body.next()).await {
            Ok(Some(Ok(bytes))) => bytes,
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => return Err(broken_off(upload, piece).await?),
        };
        if upload.offset() + bytes.len() as u64 > end {
            let held = upload.keep().await?;
            return Err(match piece.end {
                Some(_) => ReceiveError::Malformed(format!("the body is longer than announced; {held} bytes are kept")),
                None => ReceiveError::TooLarge(destination.max_bytes),
            });
        }
        upload = upload.write(bytes).await?;
    }
    let brought = upload.offset() - piece.start;
    if piece.end.is_some_and(|end| upload.offset() < end) {
        return Err(broken_off(upload, piece).await?);
    }
    Ok(upload.finish(piece.total).await?.received(brought))
}

/// Keeps what came.
async fn broken_off(upload: Upload, piece: &Piece) -> Result<ReceiveError, ReceiveError> {
    let held = upload.keep().await?;
    Ok(ReceiveError::Incomplete { held, brought: held.saturating_sub(piece.start) })
}

/// The part of an upload that one request brings.
#[derive(Debug)]
struct Piece {
    start: u64,
    /// The offset after it, where it is known before it came.
    end: Option<u64>,
    total: Option<u64>,
    version: Option<String>,
    /// Begins a new upload whatever is held.
    replace: bool,
}

impl Piece {
    /// `bytes 0-99/1000` (RFC 9110 §14.4); the length of the whole must be known.
    fn parse(range: &str, length: Option<u64>, version: Option<String>) -> Result<Self, ReceiveError> {
        let malformed = |reason: &str| ReceiveError::Malformed(format!("Content-Range \"{range}\": {reason}"));
        let numbers = || {
            let (range, total) = range.strip_prefix("bytes ")?.split_once('/')?;
            let (first, last) = range.split_once('-')?;
            Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?, total.parse::<u64>().ok()?))
        };
        let (start, last, total) = numbers().ok_or_else(|| malformed("expected the form \"bytes 0-99/1000\""))?;
        if start > last || last >= total {
            return Err(malformed("the range does not lie within the whole"));
        }
        if length.is_some_and(|length| length != last - start + 1) {
            return Err(malformed("Content-Length is not the length of the range"));
        }
        if version.is_none() {
            return Err(ReceiveError::Malformed(format!("\"{VERSION}\" must name what the range belongs to")));
        }
        Ok(Self { start, end: Some(last + 1), total: Some(total), version, replace: false })
    }
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Bytes that are here.
    pub bytes: u64,
    /// Bytes in the end, where the sender said so.
    pub total: Option<u64>,
}

/// How far the upload to this path is; `None` where nothing of it has come. Reads files: not for the worker thread.
pub fn held(path: &std::path::Path) -> Option<Held> {
    upload::held(path)
}

impl Received {
    /// 204 (201 when the file was completed by this request) with the fields that the sender reads.
    pub fn response(&self) -> HttpResponse {
        let completed = self.complete && self.bytes > 0;
        let mut response = HttpResponse::build(if completed { StatusCode::CREATED } else { StatusCode::NO_CONTENT });
        response
            .insert_header((OFFSET, self.offset.to_string()))
            .insert_header((COMPLETE, if self.complete { "?1" } else { "?0" }))
            .insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(version) = &self.version {
            response.insert_header((VERSION, version.as_str()));
        }
        response.finish()
    }
}

/// Why an upload was not taken. The text is a sentence for the sender.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// Fields or body do not fit together.
    #[error("the upload cannot be understood: {0}")]
    Malformed(String),
    /// Another method than HEAD, PUT, POST.
    #[error("uploads take HEAD, PUT and POST")]
    Method,
    /// The piece does not begin where the receiver's bytes end.
    #[error("the next byte of this upload must be number {0}")]
    Offset(u64),
    /// Another request is writing the same upload.
    #[error("another request is writing this upload; try again when it ended")]
    Busy,
    /// More bytes than allowed.
    #[error("the upload is larger than the {0} bytes that are allowed")]
    TooLarge(u64),
    /// The body broke off.
    #[error("the body broke off; {held} bytes are kept")]
    Incomplete {
        /// Bytes held durably, from the beginning.
        held: u64,
        /// Bytes that this request brought.
        brought: u64,
    },
    /// The disk.
    #[error("the upload cannot be written at the moment")]
    Storage(String),
}

impl ReceiveError {
    /// The status of the answer that says so.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) | Self::Incomplete { .. } => StatusCode::BAD_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Offset(_) => StatusCode::CONFLICT,
            Self::Busy => StatusCode::LOCKED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Storage(_) => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "upload-malformed",
            Self::Method => "upload-method",
            Self::Offset(_) => "upload-offset",
            Self::Busy => "upload-busy",
            Self::TooLarge(_) => "upload-too-large",
            Self::Incomplete { .. } => "upload-incomplete",
            Self::Storage(_) => "upload-storage",
        }
    }

    /// The value of the `Upload-Offset` field that the answer must carry.
    pub fn offset(&self) -> Option<u64> {
        match self {
            Self::Offset(offset) | Self::Incomplete { held: offset, .. } => Some(*offset),
            Self::Malformed(_) | Self::Method | Self::Busy | Self::TooLarge(_) | Self::Storage(_) => None,
        }
    }
}
