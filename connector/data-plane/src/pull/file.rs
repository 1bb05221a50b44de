//! A file or a folder as the source of a pull.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode, header};

use super::body::{Answer, AnswerBody, Content};
use super::conditions::{self, Selected};
use super::{Incoming, PullError};
use crate::file::{self, OpenError};
use crate::source::FileSource;

pub(super) async fn serve(source: &FileSource, incoming: Incoming<'_>) -> Result<Answer, PullError> {
    let method = incoming.request.method();
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Err(PullError::Method { allow: "GET, HEAD".to_owned() });
    }
    let file = file::open(source, incoming.sub_path).await?;
    let selected = conditions::select(incoming.request, &file.etag, file.modified, file.len);
    let mut head = HttpResponse::build(match selected {
        Selected::Whole => StatusCode::OK,
        Selected::Part(_) => StatusCode::PARTIAL_CONTENT,
        Selected::NotModified => StatusCode::NOT_MODIFIED,
        Selected::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Selected::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
    });
    head.insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::ETAG, file.etag.as_str()))
        .insert_header((header::LAST_MODIFIED, header::HttpDate::from(file.modified)));
    let len = file.len;
    let range = match selected {
        Selected::NotModified => return Ok(Answer { head, body: AnswerBody::Nothing(None) }),
        Selected::PreconditionFailed => return Ok(Answer { head, body: AnswerBody::Nothing(Some(0)) }),
        Selected::Unsatisfiable => {
            head.insert_header((header::CONTENT_RANGE, format!("bytes */{len}")));
            return Ok(Answer { head, body: AnswerBody::Nothing(Some(0)) });
        }
        Selected::Whole => 0..len,
        Selected::Part(range) => {
            head.insert_header((header::CONTENT_RANGE, format!("bytes {}-{}/{len}", range.start, range.end - 1)));
            range
        }
    };
    head.insert_header((header::CONTENT_TYPE, file.media_type.as_str()))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    let size = range.end - range.start;
    let body = if method == Method::HEAD {
        AnswerBody::Nothing(Some(size))
    } else {
        AnswerBody::Bytes(Content::File(file.read(range)), Some(size))
    };
    Ok(Answer { head, body })
}

impl From<OpenError> for PullError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Missing => Self::NotFound,
            OpenError::Escape => Self::Path,
            OpenError::Io(error) => Self::Unreadable(error.to_string()),
        }
    }
}
