//! `/users`: who may sign in.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::authentication::passwords::Secret;
use crate::config::Role;
use crate::connector::Connector;
use crate::operations::people;
use crate::problem::Problem;
use crate::storage::people::{Link, Person, PersonKind};

/// Who is invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// As they will sign in, and as the audit trail will show them.
    name: String,
    /// What they may do.
    role: Role,
}

/// What changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserContent {
    /// What they may do.
    role: Role,
    /// Whether they are kept out.
    disabled: bool,
}

/// Somebody who may sign in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// As the audit trail shows them.
    name: String,
    /// What they may do.
    role: Role,
    /// Who knows them.
    kind: UserKind,
    /// Whether they can sign in.
    state: UserState,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339, to the minute; null: never.
    last_seen_at: Option<String>,
    /// RFC 3339: when their link ends; null without a link.
    link_expires_at: Option<String>,
}

/// Who knows a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    /// This connector, by a password.
    Local,
    /// The OpenID provider.
    Oidc,
}

/// Whether a user can sign in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserState {
    /// Not yet: they have set no password.
    Invited,
    /// Yes.
    Active,
    /// No: they are kept out.
    Disabled,
}

/// A user with a link.
#[derive(Debug, Serialize, ToSchema)]
pub struct Linked {
    /// The user.
    user: User,
    /// Opened in a browser it sets their password, once. Shown this once; ends after 7 days.
    link: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/users").get(list).post(create));
    cfg.service(at("/users/{name}/link").post(link));
    cfg.service(at("/users/{name}").put(put).delete(delete));
}

/// List who may sign in
#[utoipa::path(get, path = "/users", tag = "users", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<User>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<User>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = people::list(&connector, &operator, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |(person, _)| person.name.clone(), |(person, end)| User::of(person, end))))
}

/// Invite somebody: they set their password by the link
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, description = "Invited; the link is shown this once", body = Linked)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewUser>,
) -> Result<HttpResponse, Problem> {
    let invited = people::invite(&connector, &operator, &body.name, body.role).await?;
    let name = invited.0.name.clone();
    Ok(created("users", &name, &Linked::of(invited)))
}

/// Make a new link for a user who has forgotten the password; the one before ends
#[utoipa::path(post, path = "/users/{name}/link", tag = "users", params(("name" = String, Path)),
    responses((status = 201, description = "The link, this once", body = Linked)))]
pub(super) async fn link(
    operator: Operator,
    connector: web::Data<Connector>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let linked = people::new_link(&connector, &operator, &name).await?;
    Ok(HttpResponse::Created().json(Linked::of(linked)))
}

/// Give a user another role, keep them out, or let them in again; their sessions end
#[utoipa::path(put, path = "/users/{name}", tag = "users", params(("name" = String, Path)), request_body = UserContent,
    responses((status = 200, description = "Changed", body = User)))]
pub(super) async fn put(
    operator: Operator,
    connector: web::Data<Connector>,
    name: web::Path<String>,
    Body(body): Body<UserContent>,
) -> Result<web::Json<User>, Problem> {
    let (person, link) = people::change(&connector, &operator, &name, body.role, body.disabled).await?;
    Ok(web::Json(User::of(person, link)))
}

/// Remove a user; their sessions end
#[utoipa::path(delete, path = "/users/{name}", tag = "users", params(("name" = String, Path)),
    responses((status = 204, description = "Removed")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    people::remove(&connector, &operator, &name).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl User {
    fn of(person: Person, link_expires: Option<i64>) -> Self {
        let state = match (person.disabled, person.is_invited()) {
            (true, _) => UserState::Disabled,
            (false, true) => UserState::Invited,
            (false, false) => UserState::Active,
        };
        let kind = match person.kind {
            PersonKind::Local => UserKind::Local,
            PersonKind::Oidc => UserKind::Oidc,
        };
        let (created_at, last_seen_at) = (time(person.created), person.seen.map(time));
        let link_expires_at = link_expires.map(time);
        Self { name: person.name, role: person.role, kind, state, created_at, last_seen_at, link_expires_at }
    }
}

impl Linked {
    fn of((person, link, secret): (Person, Link, Secret)) -> Self {
        Self { user: User::of(person, Some(link.expires)), link: secret.expose().to_owned() }
    }
}
