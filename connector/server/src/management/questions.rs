//! `/sparql/questions`: questions to the graph that come with the connector, or that operators have saved.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::page::Items;
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::questions::{self, BUILT_IN, BuiltIn, Draft};
use crate::problem::Problem;
use crate::storage;

/// A question to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewQuestion {
    /// What it asks, in a few words.
    title: String,
    /// What the answer means.
    #[serde(default)]
    description: String,
    /// SPARQL, read-only.
    query: String,
}

/// A question to the graph.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedQuestion {
    /// Its id.
    id: String,
    /// What it asks, in a few words.
    title: String,
    /// What the answer means.
    description: String,
    /// SPARQL, for `POST /sparql`.
    query: String,
    /// Whether it comes with the connector, and cannot be changed.
    built_in: bool,
    /// The operator who saved it last; null if it is built in.
    saved_by: Option<String>,
    /// RFC 3339; null if it is built in.
    updated_at: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/sparql/questions").get(list));
    cfg.service(at("/sparql/questions/{id}").get(get).put(put).delete(delete));
}

/// List questions: those that come with the connector, then those that were saved, by their titles
#[utoipa::path(get, path = "/sparql/questions", tag = "questions",
    responses((status = 200, description = "All of them", body = Items<SavedQuestion>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
) -> Result<web::Json<Items<SavedQuestion>>, Problem> {
    let saved = questions::saved(&connector, &operator).await?;
    let items =
        BUILT_IN.into_iter().map(SavedQuestion::from).chain(saved.into_iter().map(SavedQuestion::from)).collect();
    Ok(web::Json(Items { items, next: None }))
}

/// Read a question
#[utoipa::path(get, path = "/sparql/questions/{id}", tag = "questions", params(("id" = String, Path)),
    responses((status = 200, description = "The question", body = SavedQuestion)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<SavedQuestion>, Problem> {
    Ok(web::Json(match questions::built_in(&operator, &id)? {
        Some(built_in) => built_in.into(),
        None => questions::get(&connector, &operator, &id).await?.into(),
    }))
}

/// Save a question, or replace one that was saved
#[utoipa::path(put, path = "/sparql/questions/{id}", tag = "questions", params(("id" = String, Path)),
    request_body = NewQuestion, responses((status = 200, description = "Replaced", body = SavedQuestion),
        (status = 201, description = "Saved", body = SavedQuestion)))]
pub(super) async fn put(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<NewQuestion>,
) -> Result<HttpResponse, Problem> {
    let NewQuestion { title, description, query } = body;
    let draft = Draft { title, description, query };
    let (question, new) = questions::put(&connector.into_inner(), &operator, &id, draft).await?;
    let view = SavedQuestion::from(question);
    Ok(if new { created("sparql/questions", &id, &view) } else { HttpResponse::Ok().json(view) })
}

/// Forget a question that was saved
#[utoipa::path(delete, path = "/sparql/questions/{id}", tag = "questions", params(("id" = String, Path)),
    responses((status = 204, description = "Forgotten")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    questions::delete(&connector.into_inner(), &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<BuiltIn> for SavedQuestion {
    fn from(question: BuiltIn) -> Self {
        let BuiltIn { id, title, description, query } = question;
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            query: query.to_owned(),
            built_in: true,
            saved_by: None,
            updated_at: None,
        }
    }
}

impl From<storage::questions::Question> for SavedQuestion {
    fn from(saved: storage::questions::Question) -> Self {
        Self {
            id: saved.id,
            title: saved.title,
            description: saved.description,
            query: saved.query,
            built_in: false,
            saved_by: Some(saved.saved_by),
            updated_at: Some(time(saved.updated)),
        }
    }
}
