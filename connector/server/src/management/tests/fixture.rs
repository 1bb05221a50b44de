//! A connector with a fresh database, and the API in front of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, test, web};
use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde_json::{Value, json};
use symbolon_identity::Keyring;
use symbolon_identity::keystore::{self, Passphrase};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use crate::authentication::hash_key;
use crate::config::Config;
use crate::connector::Connector;
use crate::storage::events;
use crate::storage::messages::StoredMessage;
use crate::worker::monitor::{self, About};
use crate::worker::{crawler, outbox, push, retention};
use crate::{clock, identity, management, startup};

/// Each role's key is its name.
pub(super) const ROLES: [&str; 5] = ["viewer", "negotiator", "approver", "admin", "auditor"];

/// A connector on its own data directory.
pub(super) struct Fixture {
    pub(super) dir: TempDir,
    pub(super) connector: Arc<Connector>,
    pub(super) stopping: CancellationToken,
    stirred: Mutex<Option<UnboundedReceiver<About>>>,
    pushes: Mutex<Option<UnboundedReceiver<String>>>,
    messages: Mutex<Option<UnboundedReceiver<StoredMessage>>>,
}

impl Fixture {
    /// A connector with a did:key.
    pub(super) async fn new() -> Self {
        Self::with(Keyring::generate_did_key(clock::now()).unwrap(), "").await
    }

    /// A connector with these keys, and further members of `[identity]`, each with a comma before it.
    pub(super) async fn with(keyring: Keyring, identity: &str) -> Self {
        Self::configured(keyring, identity, "").await
    }

    /// A connector with a did:key, and further tables.
    pub(super) async fn with_management(tables: &str) -> Self {
        Self::configured(Keyring::generate_did_key(clock::now()).unwrap(), "", tables).await
    }

    async fn configured(keyring: Keyring, identity: &str, tables: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().display();
        std::fs::write(dir.path().join("passphrase"), "a passphrase for tests\n").unwrap();
        let passphrase = Passphrase::from_file(&dir.path().join("passphrase")).unwrap();
        keystore::create(&dir.path().join("keystore"), &passphrase.into(), &keyring).unwrap();
        let keys: String = ROLES.iter().map(|role| key(role)).collect();
        let text = format!(
            r#"
            name = "Test"
            data_dir = "{folder}/data"
            public = {{ bind = "127.0.0.1:0", url = "http://127.0.0.1:1" }}
            identity = {{ mode = "did", keystore = "{folder}/keystore", passphrase_file = "{folder}/passphrase"{identity} }}
            sources = {{ folders = ["{folder}"] }}
            outgoing = {{ allow_http = true, allow_private = true }}
            delivery = {{ first_wait_ms = 1 }}
            catalogs = {{ every_s = 900 }}
            history = {{ events_days = 30, requests_days = 20, processes_days = 10 }}
            [management]
            bind = "127.0.0.1:0"
            {keys}
            {tables}
            "#
        );
        let config: Config = Figment::from(Toml::string(&text)).extract().unwrap();
        let (connector, queues) = startup::assemble(config).await.unwrap();
        let stirred = Mutex::new(Some(queues.stirred));
        let pushes = Mutex::new(Some(queues.pushes));
        let messages = Mutex::new(Some(queues.messages));
        Self { dir, connector, stopping: CancellationToken::new(), stirred, pushes, messages }
    }

    /// Starts the policy monitor, which until now took no notice of anything, and what deletes received data.
    pub(super) fn watch(&self) {
        let stirred = self.stirred.lock().unwrap().take().unwrap();
        let (connector, stopping) = (Arc::clone(&self.connector), self.stopping.clone());
        drop(tokio::spawn(monitor::run(Arc::clone(&connector), stirred, stopping.clone())));
        drop(tokio::spawn(retention::run(connector, stopping)));
    }

    /// Starts what reads partners' catalogues.
    pub(super) fn crawl(&self) {
        drop(tokio::spawn(crawler::run(Arc::clone(&self.connector), self.stopping.clone())));
    }

    /// Starts what pushes data.
    pub(super) fn push(&self) {
        let pushes = self.pushes.lock().unwrap().take().unwrap();
        drop(tokio::spawn(push::run(Arc::clone(&self.connector), Vec::new(), pushes)));
    }

    /// Starts what delivers messages.
    pub(super) fn deliver(&self) {
        let messages = self.messages.lock().unwrap().take().unwrap();
        drop(tokio::spawn(outbox::run(Arc::clone(&self.connector), Vec::new(), messages)));
    }

    /// The first event of this kind about this subject, when it has happened.
    pub(super) async fn event(&self, kind: &str, subject: &str) -> Value {
        self.events(kind, subject, 1).await.remove(0)
    }

    /// The first events of this kind about this subject, when so many have happened.
    pub(super) async fn events(&self, kind: &str, subject: &str, count: usize) -> Vec<Value> {
        let mut committed = self.connector.db.events();
        let waiting = async {
            loop {
                committed.borrow_and_update();
                let all = events::after(&self.connector.db, 0, Some(subject), 1000).await.unwrap();
                let found = all.into_iter().filter(|row| row.event.kind == kind).map(|row| row.event.body);
                let found: Vec<Value> = found.collect();
                if found.len() >= count {
                    return found;
                }
                committed.changed().await.unwrap();
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        let watched = || format!("{:?}", *self.connector.monitor.schedule());
        waited.unwrap_or_else(|_| panic!("{kind} of {subject} has not happened {count} times: {}", watched()))
    }

    /// The API as it is mounted on the listener for operators.
    pub(super) async fn app(
        &self,
    ) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error> {
        let app = App::new()
            .app_data(web::Data::from(Arc::clone(&self.connector)))
            .app_data(web::Data::new(self.stopping.clone()))
            .configure(management::configure);
        test::init_service(app).await
    }

    /// The identity face as it is mounted on the listener for partners.
    pub(super) async fn face(
        &self,
    ) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error> {
        let data = web::Data::from(Arc::clone(&self.connector));
        test::init_service(App::new().app_data(data).configure(identity::configure)).await
    }
}

fn key(role: &str) -> String {
    format!("[[management.keys]]\nname = \"{role}\"\nrole = \"{role}\"\nsha256 = \"{}\"\n", hash_key(role))
}

/// An answer in short.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) media_type: String,
    pub(super) headers: actix_web::http::header::HeaderMap,
    pub(super) json: Value,
}

/// Sends a JSON request with a role's key.
pub(super) async fn call<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    role: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let mut request = request(method, path).insert_header(("X-Api-Key", role));
    if let Some(body) = body {
        request = request.set_json(body);
    }
    answer(app, request).await
}

/// Sends a request that the test has put together itself.
pub(super) async fn answer<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    request: test::TestRequest,
) -> Answer {
    let response = test::call_service(app, request.to_request()).await;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = test::read_body(response).await;
    Answer { status, media_type, headers, json: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

pub(super) fn request(method: &str, path: &str) -> test::TestRequest {
    test::TestRequest::default().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path)
}

/// A policy that permits everybody to use.
pub(super) fn open_policy() -> Value {
    json!({"@type": "Set", "@id": "urn:policy:open", "permission": [{"action": "use"}]})
}

/// An asset whose source is an HTTP endpoint.
pub(super) fn asset(id: &str) -> Value {
    json!({"id": id, "properties": {"name": id}, "source": {"type": "HttpData", "baseUrl": "http://127.0.0.1:9/data"}})
}
