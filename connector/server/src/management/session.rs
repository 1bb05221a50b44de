//! `/session`: who is signed in, and how people sign in and out. A person's session is a cookie that no page can read; what
//! changes something needs the header `X-Csrf-Token` besides, which no other site's page can send.

use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::route::at;
use super::time;
use crate::authentication::browser::Browser;
use crate::authentication::passwords::Secret;
use crate::authentication::sessions::cookie_name;
use crate::authentication::{Operator, OperatorKind, Permission};
use crate::config::Role;
use crate::connector::Connector;
use crate::operations::people;
use crate::operations::sessions::{self, Begun, Purpose};
use crate::problem::{Kind, Problem};

/// How people can sign in here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ways {
    /// By user name and password.
    password: bool,
    /// At an OpenID provider; null if there is none.
    oidc: Option<Provider>,
    /// There are no users yet: the link that the connector printed when it started makes the first one.
    first_start: bool,
    /// What people call this connector.
    name: String,
}

/// An OpenID provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct Provider {
    /// What people call it.
    name: String,
}

/// User name and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The user's name, in any case.
    user: String,
    /// Their password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// The token of a link, which stands behind its `#`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// As it stands in the link.
    #[schema(value_type = String)]
    token: Secret,
}

/// A link is used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkUse {
    /// As it stands in the link.
    #[schema(value_type = String)]
    token: Secret,
    /// The name of the first user; who was invited has one.
    name: Option<String>,
    /// The new password: at least 12 characters.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// What a link does.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkPurpose {
    /// Whose it is; null: the first user chooses a name.
    name: Option<String>,
    /// What they may do.
    role: Role,
    /// What it is for.
    kind: LinkKind,
}

/// What a link is for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LinkKind {
    /// It makes the first user, an administrator.
    FirstStart,
    /// It sets the first password of somebody who was invited.
    Invitation,
    /// It sets a new password.
    NewPassword,
}

/// The link for the first user.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstLink {
    /// Opened in a browser it makes the first administrator. Shown this once; ends after 24 h.
    link: String,
}

/// A new password for oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The password until now.
    #[schema(value_type = String, format = Password)]
    current: Secret,
    /// The new one: at least 12 characters.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// Where to go on signing out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedOut {
    /// Opened in the browser it ends the session at the OpenID provider too.
    sign_out_at: String,
}

/// Who is signed in, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Who it is.
    operator: Who,
    /// What the role includes.
    permissions: Vec<Permission>,
    /// To be sent as `X-Csrf-Token` with all but GET; null with an API key, which needs none.
    csrf: Option<String>,
    /// RFC 3339: when it ends if nothing is asked any more; null with an API key.
    expires_at: Option<String>,
    /// The connector.
    connector: ThisConnector,
}

/// Who an operator is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Who {
    /// As it stands in events and in the audit trail.
    name: String,
    /// What they may do.
    role: Role,
    /// How they are known.
    kind: OperatorKind,
}

/// The connector that a session is with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThisConnector {
    /// For people.
    name: String,
    /// Participant id that partners know.
    participant_id: String,
    /// Version of the software.
    version: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/session/ways").get(ways));
    cfg.service(at("/session/link/inspect").post(inspect_link));
    cfg.service(at("/session/link").post(use_link));
    cfg.service(at("/session/first-link").post(first_link));
    cfg.service(at("/session/password").put(password));
    cfg.service(at("/session").get(get).post(create).delete(delete));
}

/// How people can sign in
#[utoipa::path(get, path = "/session/ways", tag = "session", security(()),
    responses((status = 200, description = "The ways there are", body = Ways)))]
pub(super) async fn ways(connector: web::Data<Connector>) -> Result<web::Json<Ways>, Problem> {
    let first_start = people::none(&connector).await?;
    let oidc = connector.openid.as_ref().map(|provider| Provider { name: provider.name().to_owned() });
    Ok(web::Json(Ways { password: true, oidc, first_start, name: connector.config.name.clone() }))
}

/// Sign in by name and password
#[utoipa::path(post, path = "/session", tag = "session", security(()), request_body = NewSession,
    responses((status = 200, description = "Signed in; the cookie carries the session", body = Session)))]
pub(super) async fn create(
    connector: web::Data<Connector>,
    request: HttpRequest,
    Body(body): Body<NewSession>,
) -> Result<HttpResponse, Problem> {
    let replaced = at_the_door(&connector, &request)?;
    let begun = sessions::sign_in(&connector, &body.user, &body.password, replaced.as_deref()).await?;
    Ok(signed_in(&connector, &begun))
}

/// Who is signed in, or whose API key it is
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, description = "Who, and what they may do", body = Session),
        (status = 401, description = "`session.none`: nobody is signed in", content_type = "application/problem+json",
            body = super::problem::Document<'_>)))]
pub(super) async fn get(
    operator: Result<Operator, Problem>,
    connector: web::Data<Connector>,
) -> Result<web::Json<Session>, Problem> {
    let operator = operator.map_err(|problem| match problem.kind {
        Kind::Unauthenticated => Problem { code: "session.none".to_owned(), ..problem },
        _ => problem,
    })?;
    operator.must(Permission::Read)?;
    Ok(web::Json(Session::of(&operator, &connector)))
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204, description = "The session has ended"),
        (status = 200, description = "It has, and there is a place to sign out at the OpenID provider too", body = SignedOut)))]
pub(super) async fn delete(operator: Operator, connector: web::Data<Connector>) -> Result<HttpResponse, Problem> {
    sessions::end(&connector, &operator).await?;
    let back_to = format!("{}/sign-in", connector.config.management.url());
    let provider = connector.openid.as_ref().filter(|_| operator.kind() == OperatorKind::Oidc);
    let further = provider.and_then(|provider| provider.sign_out(&back_to));
    let mut response = if further.is_some() { HttpResponse::Ok() } else { HttpResponse::NoContent() };
    if operator.session().is_some() {
        response.insert_header((SET_COOKIE, cookie(&connector, "", 0)));
    }
    Ok(match further {
        Some(url) => response.json(SignedOut { sign_out_at: url.into() }),
        None => response.finish(),
    })
}

/// What a link does, before it is used
#[utoipa::path(post, path = "/session/link/inspect", tag = "session", security(()), request_body = LinkToken,
    responses((status = 200, description = "What it does", body = LinkPurpose)))]
pub(super) async fn inspect_link(
    connector: web::Data<Connector>,
    request: HttpRequest,
    Body(body): Body<LinkToken>,
) -> Result<web::Json<LinkPurpose>, Problem> {
    at_the_door(&connector, &request)?;
    let purpose = match sessions::inspect(&connector, &body.token).await? {
        Purpose::First => LinkPurpose { name: None, role: Role::Admin, kind: LinkKind::FirstStart },
        Purpose::Invitation(person) => {
            LinkPurpose { name: Some(person.name), role: person.role, kind: LinkKind::Invitation }
        }
        Purpose::NewPassword(person) => {
            LinkPurpose { name: Some(person.name), role: person.role, kind: LinkKind::NewPassword }
        }
    };
    Ok(web::Json(purpose))
}

/// Use a link: it makes the first administrator, or sets a password, once, and signs in
#[utoipa::path(post, path = "/session/link", tag = "session", security(()), request_body = LinkUse,
    responses((status = 200, description = "Signed in; the cookie carries the session", body = Session)))]
pub(super) async fn use_link(
    connector: web::Data<Connector>,
    request: HttpRequest,
    Body(body): Body<LinkUse>,
) -> Result<HttpResponse, Problem> {
    let replaced = at_the_door(&connector, &request)?;
    let LinkUse { token, name, password } = body;
    let begun = sessions::use_link(&connector, &token, name.as_deref(), &password, replaced.as_deref()).await?;
    Ok(signed_in(&connector, &begun))
}

/// Make a new link for the first user, in place of the one that was printed at the start; only while there are no users
#[utoipa::path(post, path = "/session/first-link", tag = "session",
    responses((status = 201, description = "The link, this once", body = FirstLink)))]
pub(super) async fn first_link(operator: Operator, connector: web::Data<Connector>) -> Result<HttpResponse, Problem> {
    let link = people::first_link(&connector, &operator).await?;
    Ok(HttpResponse::Created().json(FirstLink { link: link.expose().to_owned() }))
}

/// Change one's own password; all other sessions of the user end
#[utoipa::path(put, path = "/session/password", tag = "session", request_body = NewPassword,
    responses((status = 204, description = "Changed")))]
pub(super) async fn password(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewPassword>,
) -> Result<HttpResponse, Problem> {
    sessions::change_password(&connector, &operator, &body.current, &body.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl Session {
    fn of(operator: &Operator, connector: &Connector) -> Self {
        let session = operator.session();
        Self {
            operator: Who { name: operator.name().to_owned(), role: operator.role(), kind: operator.kind() },
            permissions: Permission::ALL.into_iter().filter(|permission| operator.may(*permission)).collect(),
            csrf: session.map(|session| session.csrf().to_owned()),
            expires_at: session.map(|session| time(session.ends())),
            connector: ThisConnector {
                name: connector.config.name.clone(),
                participant_id: connector.participant.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
        }
    }
}

/// Who signs in has no session yet that could prove anything; the request must not be another site's. The token of the
/// session that the browser has, which is replaced: nobody goes on with a session that somebody else put there.
fn at_the_door(connector: &Connector, request: &HttpRequest) -> Result<Option<String>, Problem> {
    let browser = Browser::new(request.headers());
    browser.must_be_for(&connector.config.management)?;
    browser.must_not_be_foreign(&connector.config.management)?;
    Ok(browser.cookie(&cookie_name(connector)).map(str::to_owned))
}

fn signed_in(connector: &Connector, begun: &Begun) -> HttpResponse {
    with_session(HttpResponse::Ok(), connector, begun).json(Session::of(&begun.operator, connector))
}

/// The answer sets the session's cookie.
pub(super) fn with_session(
    mut response: HttpResponseBuilder,
    connector: &Connector,
    begun: &Begun,
) -> HttpResponseBuilder {
    let seconds = connector.config.management.session_hours * 3600;
    response.insert_header((SET_COOKIE, cookie(connector, begun.token.expose(), seconds)));
    response
}

/// Names and values are ours and need no quoting.
fn cookie(connector: &Connector, value: &str, seconds: u32) -> String {
    let secure = if connector.config.management.is_secure() { "; Secure" } else { "" };
    let name = cookie_name(connector);
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}
