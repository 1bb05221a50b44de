//! A partner and an issuer of another make: DID documents, a credential service and a status list behind one listener.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use jiff::SignedDuration;
use serde_json::{Value, json};
use symbolon_identity::access::AccessKey;
use symbolon_identity::credential::status::{Bits, unsigned_list};
use symbolon_identity::credential::{Credential, Draft, Profile, Purpose, StatusEntry};
use symbolon_identity::did::Relationship;
use symbolon_identity::presentation::Presenter;
use symbolon_identity::token::{Extra, Issuer};
use symbolon_identity::{Compatibility, Keyring, Service};

use crate::clock;

const PROFILE: Profile = Profile::Vc11Sl2021Jwt;
/// The bit of its credentials' status.
const BIT: u64 = 7;

/// The partner.
pub(super) struct Partner {
    pub(super) did: String,
    pub(super) issuer: String,
    pub(super) state: Arc<State>,
    handle: ServerHandle,
}

/// What it does, and what was asked of it.
pub(super) struct State {
    keys: Arc<Keyring>,
    issuer_keys: Arc<Keyring>,
    base: String,
    /// The types of its credentials.
    pub(super) types: Mutex<Vec<String>>,
    /// Whether they are revoked.
    pub(super) revoked: AtomicBool,
    /// What its credential service answers in place of a presentation.
    pub(super) refuses: Mutex<Option<u16>>,
    /// How often it was asked for a presentation.
    pub(super) queries: AtomicUsize,
    /// What it was asked last.
    pub(super) asked: Mutex<Value>,
}

impl Drop for Partner {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Partner {
    /// A partner that holds a membership credential of the issuer.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let [did, issuer] = ["holder", "issuer"].map(|name| format!("did:web:localhost%3A{port}:{name}"));
        let keys = |did: &str| Arc::new(Keyring::generate_web(did, clock::now()).unwrap());
        let state = Arc::new(State {
            keys: keys(&did),
            issuer_keys: keys(&issuer),
            base: format!("http://localhost:{port}"),
            types: Mutex::new(vec!["MembershipCredential".to_owned()]),
            revoked: AtomicBool::new(false),
            refuses: Mutex::new(None),
            queries: AtomicUsize::new(0),
            asked: Mutex::new(Value::Null),
        });
        let data = web::Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/holder/did.json", web::get().to(holder))
                .route("/issuer/did.json", web::get().to(issuer_document))
                .route("/cs/presentations/query", web::post().to(present))
                .route("/status", web::get().to(status))
        });
        let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        drop(tokio::spawn(server));
        Self { did, issuer, state, handle }
    }

    /// The Authorization header of a request to `audience`, with an access token of this name for its credential service.
    pub(super) async fn header(&self, audience: &str, token: Option<&str>) -> String {
        let issuer = Issuer::of(Arc::clone(&self.state.keys));
        let extra = Extra { token, ..Extra::default() };
        format!("Bearer {}", issuer.issue(audience, extra, clock::now()).await.unwrap())
    }

    /// How often it was asked for a presentation.
    pub(super) fn queries(&self) -> usize {
        self.state.queries.load(Ordering::SeqCst)
    }
}

async fn holder(state: web::Data<State>) -> HttpResponse {
    let kind = "CredentialService".to_owned();
    let service = Service { id: "cs".to_owned(), kind, endpoint: format!("{}/cs", state.base) };
    HttpResponse::Ok().json(state.keys.document(&[service], clock::now()))
}

async fn issuer_document(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(state.issuer_keys.document(&[], clock::now()))
}

async fn present(state: web::Data<State>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    state.queries.fetch_add(1, Ordering::SeqCst);
    let authorization = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
    *state.asked.lock().unwrap() = json!({"message": *body, "authorization": authorization});
    if let Some(status) = *state.refuses.lock().unwrap() {
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish();
    }
    let now = clock::now();
    let types = state.types.lock().unwrap().clone();
    let mut credentials = Vec::new();
    for kind in types {
        let jwt = credential(&state, kind).await;
        credentials.push(Credential::from_text(&jwt, &Compatibility::default()).unwrap());
    }
    let held = state.keys.signer(Relationship::Authentication, now).unwrap();
    let audience = audience(&authorization);
    let presenter = Presenter { held, audience: &audience, lifetime: SignedDuration::from_secs(600) };
    let presentations = presenter.present(&credentials, now).await.unwrap();
    HttpResponse::Ok().json(json!({
        "@context": ["https://w3id.org/dspace-dcp/v1.0/dcp.jsonld"],
        "type": "PresentationResponseMessage",
        "presentation": presentations,
    }))
}

/// Who asks: `iss` of its token.
fn audience(authorization: &str) -> String {
    let compact = symbolon_identity::jws::Compact::parse(authorization.strip_prefix("Bearer ").unwrap()).unwrap();
    compact.claims::<Value>().unwrap()["iss"].as_str().unwrap().to_owned()
}

async fn credential(state: &State, kind: String) -> String {
    let now = clock::now();
    let status =
        StatusEntry { id: None, purpose: Purpose::Revocation, index: BIT, list: format!("{}/status", state.base) };
    let draft = Draft {
        id: Some(format!("urn:credential:{kind}")),
        types: vec![kind],
        contexts: vec!["https://w3id.org/catenax/credentials/v1.0.0".to_owned()],
        subject: json!({"id": state.keys.did(), "holderIdentifier": "BPNL00000003CRHK", "nationality": ["DE", "FR"],
            "address": {"country": {"@value": "DE"}}}),
        valid_from: now - SignedDuration::from_secs(60),
        valid_until: Some(now + SignedDuration::from_secs(3600)),
        statuses: vec![status],
        schemas: Vec::new(),
    };
    let held = state.issuer_keys.signer(Relationship::AssertionMethod, now).unwrap();
    draft.sign(PROFILE, held, now).await.unwrap()
}

async fn status(state: web::Data<State>) -> HttpResponse {
    let mut bits = Bits::new(0);
    bits.set(BIT, state.revoked.load(Ordering::SeqCst));
    let url = format!("{}/status", state.base);
    let list = unsigned_list(&url, Purpose::Revocation, &bits, PROFILE).unwrap();
    HttpResponse::Ok().json(json!({
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "id": url,
        "type": ["VerifiableCredential", list.kind],
        "issuer": state.issuer_keys.did(),
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": list.subject,
    }))
}

/// The access tokens of a connector, as its own credential service reads them.
pub(super) fn access_of(keyring: &Keyring) -> AccessKey {
    AccessKey::new(keyring.token_secret())
}
