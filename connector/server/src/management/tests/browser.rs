//! A browser, as far as it matters for sessions: it keeps the cookie, and says where a request comes from.

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, answer, call, request};
use crate::operations::people;

/// Where the browser has the connector open.
pub(super) const HOST: &str = "127.0.0.1:8081";
/// The origin of its pages.
pub(super) const ORIGIN: &str = "http://127.0.0.1:8081";
/// A password that may be used.
pub(super) const PASSWORD: &str = "correct horse battery";

/// A browser with the connector's cookie, and what its page knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Browser {
    pub(super) cookie: Option<String>,
    pub(super) csrf: Option<String>,
}

impl Browser {
    /// Sends a request of the connector's own page.
    pub(super) async fn send<B: MessageBody>(
        &mut self,
        app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut headers = vec![("Host", HOST), ("Sec-Fetch-Site", "same-origin")];
        if method != "GET" {
            headers.push(("Origin", ORIGIN));
        }
        let csrf = self.csrf.clone();
        headers.extend(csrf.as_deref().map(|csrf| ("X-Csrf-Token", csrf)));
        self.send_with(app, method, path, &headers, body).await
    }

    /// Sends a request with these headers and the cookie, and keeps the cookie that comes back.
    pub(super) async fn send_with<B: MessageBody>(
        &mut self,
        app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = request(method, path);
        for header in headers {
            request = request.insert_header(*header);
        }
        if let Some(cookie) = &self.cookie {
            request = request.insert_header(("Cookie", cookie.as_str()));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        let answer = answer(app, request).await;
        for set in answer.headers.get_all("Set-Cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            if pair.starts_with("symbolon-") || pair.starts_with("__Host-symbolon-") {
                self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
            }
        }
        if let Some(csrf) = answer.json["csrf"].as_str() {
            self.csrf = Some(csrf.to_owned());
        }
        answer
    }

    /// Signs in by name and password.
    pub(super) async fn sign_in<B: MessageBody>(
        &mut self,
        app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
        user: &str,
        password: &str,
    ) -> Answer {
        self.csrf = None;
        self.send(app, "POST", "/api/v1/session", Some(json!({"user": user, "password": password}))).await
    }
}

/// The token behind the `#` of a link.
pub(super) fn token(link: &str) -> String {
    link.split_once("/welcome#").unwrap().1.to_owned()
}

/// The first administrator, by the link that the connector prints at its start, signed in.
pub(super) async fn first_admin<B: MessageBody>(
    fixture: &Fixture,
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    name: &str,
) -> Browser {
    let link = people::first_start(&fixture.connector).await.unwrap().unwrap();
    let mut browser = Browser::default();
    let body = json!({"token": token(link.expose()), "name": name, "password": PASSWORD});
    let used = browser.send(app, "POST", "/api/v1/session/link", Some(body)).await;
    assert_eq!(used.status, 200, "{used:?}");
    browser
}

/// Somebody with this role, invited and signed in.
pub(super) async fn person<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    name: &str,
    role: &str,
) -> Browser {
    let invited = call(app, "admin", "POST", "/api/v1/users", Some(json!({"name": name, "role": role}))).await;
    assert_eq!(invited.status, 201, "{invited:?}");
    let mut browser = Browser::default();
    let body = json!({"token": token(invited.json["link"].as_str().unwrap()), "password": PASSWORD});
    let used = browser.send(app, "POST", "/api/v1/session/link", Some(body)).await;
    assert_eq!(used.status, 200, "{used:?}");
    browser
}
