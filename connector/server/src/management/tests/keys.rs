//! Our keys and our DID document.

use serde_json::{Value, json};
use symbolon_identity::Keyring;

use super::fixture::{Fixture, answer, call, request};
use crate::clock;

const DID: &str = "did:web:localhost%3A1";

async fn web() -> Fixture {
    Fixture::with(Keyring::generate_web(DID, clock::now()).unwrap(), "").await
}

fn ids(keys: &Value, member: &str) -> Vec<String> {
    keys[member].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn keys_are_listed_without_their_secrets() {
    let fixture = web().await;
    let app = fixture.app().await;
    let answer = call(&app, "viewer", "GET", "/api/v1/keys", None).await;
    assert_eq!((answer.status, &answer.json["did"]), (200, &json!(DID)));
    let algorithms: Vec<_> = answer.json["keys"].as_array().unwrap().iter().map(|key| &key["algorithm"]).collect();
    assert_eq!(algorithms, ["ES256", "EdDSA"]);
    assert!(!answer.json.to_string().contains("\"d\""), "a private member: {}", answer.json);
}

#[actix_web::test]
async fn replaced_keys_sign_no_more_and_stay_published() {
    let fixture = web().await;
    let (app, face) = (fixture.app().await, fixture.face().await);
    let before = call(&app, "viewer", "GET", "/api/v1/keys", None).await.json;
    let rotated = call(&app, "admin", "POST", "/api/v1/keys/rotate", Some(json!({"overlapSeconds": 60}))).await;
    assert_eq!(rotated.status, 200, "{}", rotated.json);
    assert_eq!(ids(&rotated.json, "retired"), ids(&before, "keys"));
    let now = ids(&rotated.json, "keys");
    assert!(now.iter().all(|id| !ids(&before, "keys").contains(id)));

    let document = answer(&face, request("GET", "/.well-known/did.json")).await.json;
    let published: Vec<_> = document["verificationMethod"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    assert_eq!(published.len(), 4, "the old ones beside the new ones: {document}");
    let events = call(&app, "viewer", "GET", "/api/v1/events/log?kind=keys.*", None).await.json;
    assert_eq!((&events["items"][0]["kind"], &events["items"][0]["keys"]), (&json!("keys.rotated"), &json!(now)));
}

#[actix_web::test]
async fn replaced_keys_are_kept_across_a_restart() {
    let fixture = web().await;
    let app = fixture.app().await;
    let rotated = call(&app, "admin", "POST", "/api/v1/keys/rotate", Some(json!({}))).await.json;
    let reopened = crate::keys::Keys::open(&fixture.connector.config.identity, clock::now()).await.unwrap();
    let held: Vec<String> = reopened.current().held().iter().map(|held| held.id.clone()).collect();
    assert_eq!((held, reopened.current().retired().len()), (ids(&rotated, "keys"), 2));
}

#[actix_web::test]
async fn a_did_key_has_no_other_key_than_its_own() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let refused = call(&app, "admin", "POST", "/api/v1/keys/rotate", Some(json!({"overlapSeconds": 60}))).await;
    assert_eq!((refused.status, &refused.json["code"]), (422, &json!("keys.did-key")));
    assert!(refused.json["hint"].as_str().unwrap().contains("--did web"), "{}", refused.json);
}

#[actix_web::test]
async fn nobody_keeps_replaced_keys_published_for_ever() {
    let fixture = web().await;
    let app = fixture.app().await;
    let refused = call(&app, "admin", "POST", "/api/v1/keys/rotate", Some(json!({"overlapSeconds": u64::MAX}))).await;
    assert_eq!((refused.status, &refused.json["rule"]), (422, &json!("overlapSeconds")));
}

#[actix_web::test]
async fn the_did_document_says_where_everything_is() {
    let fixture = web().await;
    let face = fixture.face().await;
    for path in ["/.well-known/did.json", "/did.json"] {
        let answer = answer(&face, request("GET", path)).await;
        assert_eq!((answer.status, answer.media_type.as_str()), (200, "application/did+ld+json"), "{path}");
        assert_eq!(answer.json["id"], DID);
        let services: Vec<_> =
            answer.json["service"].as_array().unwrap().iter().map(|s| (&s["type"], &s["serviceEndpoint"])).collect();
        assert_eq!(
            json!(services),
            json!([
                ["CredentialService", "http://127.0.0.1:1/identity/credentials"],
                ["IssuerService", "http://127.0.0.1:1/identity/issuer"],
                ["DataService", "http://127.0.0.1:1/.well-known/dspace-version"],
            ])
        );
    }
}

#[actix_web::test]
async fn a_did_key_publishes_no_document() {
    let fixture = Fixture::new().await;
    let face = fixture.face().await;
    assert_eq!(answer(&face, request("GET", "/.well-known/did.json")).await.status, 404);
    let app = fixture.app().await;
    let own = call(&app, "viewer", "GET", "/api/v1/did", None).await.json;
    assert_eq!(own["id"], fixture.connector.participant.as_str());
}
