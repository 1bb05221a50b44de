//! `/sparql`: read-only questions to the graph of agreements.

use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};

use super::agreements::projected;
use super::body::demand_media_type;
use super::route::at;
use crate::arrival;
use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::graph::Limits;
use crate::problem::Problem;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/sparql").post(query));
}

/// Ask the graph: SELECT, ASK, CONSTRUCT or DESCRIBE; bounded in time and size
#[utoipa::path(post, path = "/sparql", tag = "sparql",
    request_body(content = String, content_type = "application/sparql-query"),
    responses((status = 200, description = "In the form that Accept asks for", content(
        (String = "application/sparql-results+json"), (String = "application/sparql-results+xml"),
        (String = "text/csv"), (String = "text/tab-separated-values"), (String = "text/turtle"),
        (String = "application/n-triples"), (String = "application/ld+json")))))]
pub(super) async fn query(
    operator: Operator,
    connector: web::Data<Connector>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    operator.must(Permission::Audit)?;
    demand_media_type(&request, |essence| essence == "application/sparql-query")?;
    let body = arrival::bytes(&request, payload.into_inner()).await?;
    let text = String::from_utf8(body.to_vec())
        .map_err(|error| Problem::bad_request("sparql.encoding", format!("the query is not UTF-8: {error}")))?;
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    projected(&connector).await?;
    let answer = connector.graph.query(text, accept, Limits::default()).await?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, answer.content_type)).body(answer.body))
}
