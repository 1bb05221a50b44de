//! `/session/oidc`: the way to the OpenID provider and back. A browser goes it by itself, so that answers are redirects, and
//! refusals lead to the sign-in page.

use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::Query;
use super::percent_encoded;
use super::route::at;
use super::session::with_session;
use crate::authentication::browser::Browser;
use crate::authentication::openid::{Callback, Flow, Return};
use crate::authentication::sessions::cookie_name;
use crate::clock;
use crate::connector::Connector;
use crate::operations::openid;
use crate::problem::{Kind, Problem};

/// A sign-in that takes longer begins anew, in seconds.
const LIFE: u32 = 600;

/// Where to go at the end.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LeaveQuery {
    /// A path of the UI, `/` if absent.
    r#return: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/session/oidc").get(leave));
    cfg.service(at("/session/oidc/callback").get(come_back));
}

/// Go to the OpenID provider
#[utoipa::path(get, path = "/session/oidc", tag = "session", operation_id = "oidc", security(()), params(LeaveQuery),
    responses((status = 302, description = "To the provider, or to the sign-in page with `error`")))]
pub(super) async fn leave(
    connector: web::Data<Connector>,
    request: HttpRequest,
    Query(query): Query<LeaveQuery>,
) -> Result<HttpResponse, Problem> {
    Browser::new(request.headers()).must_be_for(&connector.config.management)?;
    let back_to = query.r#return.unwrap_or_else(|| "/".to_owned());
    let left = match Return::parse(&back_to) {
        Some(back_to) => openid::leave(&connector, back_to).await,
        None => Err(Problem::new(Kind::Forbidden, "oidc.return", "the way back is no path of this UI")),
    };
    Ok(match left {
        Ok((flow, url)) => {
            redirected(&url).insert_header((SET_COOKIE, cookie(&connector, &flow.cookie(), LIFE))).finish()
        }
        Err(problem) => to_sign_in(&problem).finish(),
    })
}

/// Come back from the OpenID provider
#[utoipa::path(get, path = "/session/oidc/callback", tag = "session", operation_id = "oidcCallback", security(()),
    responses((status = 302, description = "Into the UI with a session, or to the sign-in page with `error`")))]
pub(super) async fn come_back(connector: web::Data<Connector>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let browser = Browser::new(request.headers());
    browser.must_be_for(&connector.config.management)?;
    let now = clock::millis(clock::now());
    let flow = browser.cookie(&flow_cookie(&connector)).and_then(|cookie| Flow::of_cookie(cookie, now));
    let returned = match (flow, web::Query::<Callback>::from_query(request.query_string())) {
        (Some(flow), Ok(callback)) => {
            let begun = openid::come_back(&connector, &flow, &callback).await;
            begun.map(|begun| (begun, flow.back_to().clone()))
        }
        (None, _) => Err(Problem::new(Kind::Forbidden, "oidc.state", "no sign-in of this browser is under way")),
        (_, Err(_)) => Err(Problem::new(Kind::Forbidden, "oidc.callback", "what came back cannot be read")),
    };
    let mut response = match returned {
        Ok((begun, back_to)) => with_session(redirected(back_to.as_str()), &connector, &begun),
        Err(problem) => to_sign_in(&problem),
    };
    // It counts once, however it ended.
    Ok(response.append_header((SET_COOKIE, cookie(&connector, "", 0))).finish())
}

fn to_sign_in(problem: &Problem) -> HttpResponseBuilder {
    let Problem { code, detail, rule, .. } = problem;
    tracing::warn!(code, rule, detail, "a sign-in at the OpenID provider failed");
    redirected(&format!("/sign-in?error={}", percent_encoded(code)))
}

fn redirected(to: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Found();
    response
        .insert_header((LOCATION, to))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    response
}

fn flow_cookie(connector: &Connector) -> String {
    format!("{}-oidc", cookie_name(connector))
}

/// Lax, where the session's is strict: the provider's page leads here, and the cookie has to come along.
fn cookie(connector: &Connector, value: &str, seconds: u32) -> String {
    let secure = if connector.config.management.is_secure() { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", flow_cookie(connector))
}
