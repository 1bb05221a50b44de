//! Refusals on the management API: RFC 9457 problem documents.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

pub use crate::problem::Document;
use crate::problem::{Kind, Problem};

/// Media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = render(self, self.status_code(), self.kind.status().1);
        if self.kind == Kind::Unauthenticated {
            let challenge = HeaderValue::from_static("Bearer realm=\"symbolon\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Kind::TooMany(seconds) = self.kind {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A refusal that HTTP has a status of its own for, and the catalogue of kinds has not.
pub(super) fn refusal(status: StatusCode, problem: &Problem) -> HttpResponse {
    render(problem, status, status.canonical_reason().unwrap_or("Refused"))
}

fn render(problem: &Problem, status: StatusCode, title: &str) -> HttpResponse {
    let document = problem.document_as(status.as_u16(), title);
    let body = serde_json::to_vec(&document).unwrap_or_default();
    HttpResponse::build(status).insert_header((CONTENT_TYPE, MEDIA_TYPE)).body(body)
}
