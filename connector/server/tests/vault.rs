//! Keys in a vault, against a server that keeps to the HTTP contract of HashiCorp Vault: KV version 2 and the transit engine.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use symbolon::config::{self, Transit};
use symbolon::vault::{Vault, VaultError};
use symbolon_identity::did::Relationship;
use symbolon_identity::{Algorithm, KeyKind, Keyring, PublicKey, SigningKey};
use tempfile::TempDir;

const DID: &str = "did:web:connector.example";
const TOKEN: &str = "hvs.a-token";

/// What the vault holds.
#[derive(Default)]
struct Contents {
    token: String,
    /// Versions of the one secret, the newest last.
    secrets: Vec<Value>,
    /// Versions of each key.
    keys: BTreeMap<String, Vec<(Timestamp, SigningKey)>>,
    /// Paths, in the order in which they were asked for.
    asked: Vec<String>,
}

type Shared = Mutex<Contents>;

/// A vault, and a file with its token.
struct Server {
    contents: Arc<Shared>,
    folder: TempDir,
    config: config::Vault,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let contents = Arc::new(Mutex::new(Contents { token: TOKEN.to_owned(), ..Contents::default() }));
        let data = web::Data::from(Arc::clone(&contents));
        let app = move || {
            App::new()
                .app_data(data.clone())
                .route("/v1/secret/data/connector/keys", web::get().to(read))
                .route("/v1/secret/data/connector/keys", web::post().to(write))
                .route("/v1/transit/keys/{name}", web::get().to(describe))
                .route("/v1/transit/keys/{name}/rotate", web::post().to(rotate))
                .route("/v1/transit/sign/{name}", web::post().to(sign))
        };
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        drop(tokio::spawn(server));
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("token");
        std::fs::write(&token_file, format!("{TOKEN}\n")).unwrap();
        let config = config::Vault {
            address,
            token_file,
            ca_file: None,
            namespace: None,
            mount: "secret".to_owned(),
            path: "connector/keys".to_owned(),
            create: true,
            transit: None,
            timeout_s: 5,
        };
        Self { contents, folder, config }
    }

    /// With keys in the transit engine, made an hour ago.
    fn with_transit() -> Self {
        let mut server = Self::start();
        let (p256, ed25519) = ("tokens".to_owned(), "agreements".to_owned());
        let made = |kind| vec![(hours_ago(1), SigningKey::generate(kind).unwrap())];
        let mut contents = server.contents.lock().unwrap();
        contents.keys.insert(p256.clone(), made(KeyKind::P256));
        contents.keys.insert(ed25519.clone(), made(KeyKind::Ed25519));
        drop(contents);
        server.config.transit = Some(Transit { mount: "transit".to_owned(), p256, ed25519, overlap_s: 600 });
        server
    }

    fn vault(&self) -> Vault {
        Vault::new(&self.config).unwrap()
    }
}

fn now() -> Timestamp {
    symbolon::clock::now()
}

fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

/// The token's holder may do everything, and nobody else anything.
fn refused(contents: &Shared, request: &HttpRequest) -> Option<HttpResponse> {
    let mut contents = contents.lock().unwrap();
    contents.asked.push(format!("{} {}", request.method(), request.path()));
    let token = request.headers().get("X-Vault-Token").and_then(|value| value.to_str().ok());
    let known = token == Some(contents.token.as_str());
    (!known).then(|| HttpResponse::Forbidden().json(json!({"errors": ["permission denied"]})))
}

async fn read(contents: web::Data<Shared>, request: HttpRequest) -> HttpResponse {
    if let Some(refused) = refused(&contents, &request) {
        return refused;
    }
    let contents = contents.lock().unwrap();
    match contents.secrets.last() {
        Some(secret) => {
            let metadata = json!({"version": contents.secrets.len(), "destroyed": false});
            HttpResponse::Ok().json(json!({"data": {"data": secret, "metadata": metadata}}))
        }
        None => HttpResponse::NotFound().json(json!({"errors": []})),
    }
}

async fn write(contents: web::Data<Shared>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    if let Some(refused) = refused(&contents, &request) {
        return refused;
    }
    let mut contents = contents.lock().unwrap();
    if body["options"]["cas"] != json!(contents.secrets.len()) {
        let error = "check-and-set parameter did not match the current version";
        return HttpResponse::BadRequest().json(json!({"errors": [error]}));
    }
    contents.secrets.push(body["data"].clone());
    HttpResponse::Ok().json(json!({"data": {"version": contents.secrets.len()}}))
}

async fn describe(contents: web::Data<Shared>, request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    if let Some(refused) = refused(&contents, &request) {
        return refused;
    }
    let contents = contents.lock().unwrap();
    let Some(versions) = contents.keys.get(name.as_str()) else {
        return HttpResponse::NotFound().json(json!({"errors": []}));
    };
    let kind = match versions.last().unwrap().1.kind() {
        KeyKind::P256 => "ecdsa-p256",
        KeyKind::Ed25519 => "ed25519",
        KeyKind::Secp256k1 => panic!("no such keys here"),
    };
    let keys = versions.iter().enumerate().map(|(place, (created, key))| {
        let described = json!({"creation_time": created.to_string(), "name": kind, "public_key": public(key.public())});
        ((place + 1).to_string(), described)
    });
    let keys: serde_json::Map<String, Value> = keys.collect();
    let data = json!({"type": kind, "latest_version": versions.len(), "supports_signing": true, "keys": keys});
    HttpResponse::Ok().json(json!({"data": data}))
}

/// As the transit engine shows it: PEM for P-256, base64 for Ed25519.
fn public(key: &PublicKey) -> String {
    let jwk = key.jwk();
    let member = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    if jwk["kty"] == "OKP" {
        return STANDARD.encode(member("x"));
    }
    let mut der = hex::decode("3059301306072a8648ce3d020106082a8648ce3d03010703420004").unwrap();
    der.extend(member("x"));
    der.extend(member("y"));
    let base64 = STANDARD.encode(der);
    let (first, second) = base64.split_at(64);
    format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
}

async fn rotate(contents: web::Data<Shared>, request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    if let Some(refused) = refused(&contents, &request) {
        return refused;
    }
    let mut contents = contents.lock().unwrap();
    let versions = contents.keys.get_mut(name.as_str()).unwrap();
    let kind = versions.last().unwrap().1.kind();
    versions.push((now(), SigningKey::generate(kind).unwrap()));
    HttpResponse::NoContent().finish()
}

async fn sign(
    contents: web::Data<Shared>,
    request: HttpRequest,
    name: web::Path<String>,
    body: web::Json<Value>,
) -> HttpResponse {
    if let Some(refused) = refused(&contents, &request) {
        return refused;
    }
    assert_eq!((&body["marshaling_algorithm"], &body["hash_algorithm"]), (&json!("jws"), &json!("sha2-256")));
    let contents = contents.lock().unwrap();
    let version = usize::try_from(body["key_version"].as_u64().unwrap()).unwrap();
    let (_, key) = &contents.keys[name.as_str()][version - 1];
    let message = STANDARD.decode(body["input"].as_str().unwrap()).unwrap();
    let signature = URL_SAFE_NO_PAD.encode(key.sign_here(&message).unwrap());
    HttpResponse::Ok()
        .json(json!({"data": {"signature": format!("vault:v{version}:{signature}"), "key_version": version}}))
}

fn ids(keyring: &Keyring) -> Vec<String> {
    keyring.held().iter().map(|held| held.id.clone()).collect()
}

#[actix_web::test]
async fn keys_are_made_once_and_found_again() {
    let server = Server::start();
    let made = server.vault().open(Some(DID), now()).await.unwrap();
    assert_eq!((made.did(), made.held().len()), (DID, 2));
    let found = server.vault().open(Some(DID), now()).await.unwrap();
    assert_eq!((ids(&found), found.token_secret().as_bytes()), (ids(&made), made.token_secret().as_bytes()));
    assert_eq!(server.contents.lock().unwrap().secrets.len(), 1);
}

#[actix_web::test]
async fn keys_are_made_only_where_the_configuration_says_so() {
    let mut server = Server::start();
    server.config.create = false;
    let refused = server.vault().open(Some(DID), now()).await.unwrap_err();
    assert!(matches!(&refused, VaultError::Absent { path } if path == "secret/data/connector/keys"), "{refused}");
    assert!(server.contents.lock().unwrap().secrets.is_empty());
}

#[actix_web::test]
async fn replaced_keys_are_in_the_vault() {
    let server = Server::start();
    let vault = server.vault();
    let first = vault.open(Some(DID), now()).await.unwrap();
    let second = vault.rotate(&first, now(), Duration::from_secs(60)).await.unwrap();
    assert_ne!(ids(&first), ids(&second));
    assert_eq!(second.retired().len(), 2);
    assert_eq!(ids(&server.vault().open(Some(DID), now()).await.unwrap()), ids(&second));
    // Somebody who still has the first may not write over the second.
    let refused = vault.rotate(&first, now(), Duration::from_secs(60)).await.unwrap_err();
    assert!(matches!(refused, VaultError::Changed), "{refused}");
}

#[actix_web::test]
async fn the_token_is_read_anew_for_each_request() {
    let server = Server::start();
    let vault = server.vault();
    vault.open(Some(DID), now()).await.unwrap();
    server.contents.lock().unwrap().token = "hvs.renewed".to_owned();
    let refused = vault.open(Some(DID), now()).await.unwrap_err();
    assert!(matches!(refused, VaultError::Denied { .. }), "{refused}");
    assert!(!refused.to_string().contains("hvs."), "{refused}");
    std::fs::write(server.folder.path().join("token"), "hvs.renewed").unwrap();
    vault.open(Some(DID), now()).await.unwrap();
}

#[actix_web::test]
async fn the_transit_engine_signs_and_keeps_its_keys() {
    let server = Server::with_transit();
    let keyring = server.vault().open(Some(DID), now()).await.unwrap();
    let signer = keyring.signer(Relationship::CapabilityInvocation, now()).unwrap();
    assert_eq!((signer.key.algorithm(), signer.key.is_remote()), (Algorithm::Es256, true));
    let data_integrity = keyring.data_integrity(now()).unwrap();
    assert_eq!(data_integrity.key.algorithm(), Algorithm::EdDsa);
    for held in [signer, data_integrity] {
        let signature = held.key.sign(b"a message").await.unwrap();
        held.key.public().verify(held.key.algorithm(), b"a message", &signature).unwrap();
    }
    let contents = server.contents.lock().unwrap();
    assert!(contents.asked.contains(&"POST /v1/transit/sign/tokens".to_owned()));
    let secret = contents.secrets[0]["keystore"].as_str().unwrap();
    let secret: Value = serde_json::from_str(secret).unwrap();
    assert_eq!(
        (&secret["did"], &secret["keys"]),
        (&json!(DID), &json!([])),
        "only the token secret is in the KV store"
    );
}

#[actix_web::test]
async fn a_new_version_signs_and_the_old_one_stays_published() {
    let server = Server::with_transit();
    let vault = server.vault();
    let first = vault.open(Some(DID), now()).await.unwrap();
    let second = vault.rotate(&first, now(), Duration::ZERO).await.unwrap();
    assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)));
    let retired: Vec<_> = second.retired().iter().map(|retired| retired.id.clone()).collect();
    assert!(ids(&first).iter().all(|id| retired.contains(id)));
    for retired in second.retired() {
        let overlap = retired.published_until.duration_since(retired.signed_until);
        assert_eq!(overlap, SignedDuration::from_secs(600), "as configured");
    }
    // Who still has the first signs with the version that it publishes.
    let old = first.signer(Relationship::CapabilityInvocation, now()).unwrap();
    let signature = old.key.sign(b"a message").await.unwrap();
    old.key.public().verify(Algorithm::Es256, b"a message", &signature).unwrap();
    second.signer(Relationship::Authentication, now()).unwrap().key.sign(b"another").await.unwrap();
}

#[actix_web::test]
async fn a_key_of_another_type_is_refused() {
    let server = Server::with_transit();
    let ed25519 = vec![(hours_ago(1), SigningKey::generate(KeyKind::Ed25519).unwrap())];
    server.contents.lock().unwrap().keys.insert("tokens".to_owned(), ed25519);
    let refused = server.vault().open(Some(DID), now()).await.unwrap_err();
    assert!(matches!(refused, VaultError::Unexpected { .. }), "{refused}");
    assert!(!refused.is_transient());
}

#[actix_web::test]
async fn a_did_key_cannot_have_the_keys_of_the_transit_engine() {
    let server = Server::with_transit();
    let refused = server.vault().open(None, now()).await.unwrap_err();
    assert!(matches!(refused, VaultError::NoDid), "{refused}");
}

#[actix_web::test]
async fn a_vault_that_is_away_may_come_back() {
    let mut server = Server::start();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    server.config.address = format!("http://{closed}").parse().unwrap();
    let refused = server.vault().open(Some(DID), now()).await.unwrap_err();
    assert!(matches!(refused, VaultError::Unreachable(_)) && refused.is_transient(), "{refused}");
}
