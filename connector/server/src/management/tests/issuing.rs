//! The issuer: who is admitted gets what its dataspace issues; what was issued can be taken back, and everybody sees it at once.

use std::sync::Arc;

use actix_web::{App, HttpServer, web};
use serde_json::{Value, json};
use symbolon_identity::Keyring;
use symbolon_identity::credential::Credential;
use symbolon_identity::credential::status::Bits;
use symbolon_identity::token::{Extra, Issuer};
use symbolon_vocab::dcp;

use super::fixture::{Answer, Fixture, answer, call, request};
use crate::clock;
use crate::operations::issuing::delivering::{self, Outcome};

/// Somebody who asks for credentials.
struct Holder {
    keyring: Arc<Keyring>,
    wallet: String,
}

impl Holder {
    fn new() -> Self {
        let keyring = Arc::new(Keyring::generate_did_key(clock::now()).unwrap());
        // Nobody listens there, so that deliveries fail and are tried again.
        Self { keyring, wallet: "http://127.0.0.1:9/wallet".to_owned() }
    }

    /// A connector, with its wallet on a port.
    fn of(fixture: &Fixture) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let wallet = format!("http://{}/identity/credentials", listener.local_addr().unwrap());
        let data = web::Data::from(Arc::clone(&fixture.connector));
        let app = move || App::new().app_data(data.clone()).configure(crate::identity::configure);
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        actix_web::rt::spawn(server);
        Self { keyring: fixture.connector.keys(), wallet }
    }

    async fn bearer(&self, fixture: &Fixture) -> String {
        let extra = Extra { credential_service: Some(&self.wallet), ..Extra::default() };
        let audience = &fixture.connector.participant;
        let token = Issuer::of(Arc::clone(&self.keyring)).issue(audience, extra, clock::now()).await.unwrap();
        format!("Bearer {token}")
    }

    async fn ask(&self, fixture: &Fixture, members: Value) -> Answer {
        let mut body = members;
        body["@context"] = json!([dcp::CONTEXT]);
        body["type"] = "CredentialRequestMessage".into();
        let request = request("POST", "/identity/issuer/credentials").set_json(&body);
        answer(&fixture.face().await, request.insert_header(("Authorization", self.bearer(fixture).await))).await
    }

    async fn status(&self, fixture: &Fixture, id: &str) -> Answer {
        let request = request("GET", &format!("/identity/issuer/requests/{id}"));
        answer(&fixture.face().await, request.insert_header(("Authorization", self.bearer(fixture).await))).await
    }
}

fn kind(name: &str, profile: &str, suspendable: bool, claims: Value) -> Value {
    json!({"type": name, "profile": profile, "suspendable": suspendable, "claims": claims})
}

/// A connector that issues in one dataspace.
async fn issuer(admission: &str, types: Value) -> Fixture {
    let fixture = Fixture::new().await;
    let body = json!({"name": "Test Space", "issuing": {"admission": admission, "types": types}});
    let created = call(&fixture.app().await, "admin", "PUT", "/api/v1/dataspaces/space", Some(body)).await;
    assert_eq!(created.status, 201, "{created:?}");
    fixture
}

async fn metadata(fixture: &Fixture) -> Value {
    let metadata = answer(&fixture.face().await, request("GET", "/identity/issuer/metadata")).await;
    assert_eq!(metadata.status, 200);
    metadata.json
}

fn ids(metadata: &Value) -> Vec<Value> {
    metadata["credentialsSupported"].as_array().unwrap().iter().map(|object| json!({"id": object["id"]})).collect()
}

/// The last part of the address of a request that was taken.
fn taken(answered: &Answer) -> String {
    assert_eq!(answered.status, 201, "{answered:?}");
    let location = answered.headers.get("Location").unwrap().to_str().unwrap();
    location.rsplit_once('/').unwrap().1.to_owned()
}

async fn issued(fixture: &Fixture) -> Vec<Value> {
    let issued = call(&fixture.app().await, "viewer", "GET", "/api/v1/issued-credentials", None).await;
    issued.json["items"].as_array().unwrap().clone()
}

/// Whether the bit is set in the list at this path.
async fn bit(fixture: &Fixture, path: &str, index: u64) -> bool {
    let face = fixture.face().await;
    let response = actix_web::test::call_service(&face, request("GET", path).to_request()).await;
    assert_eq!(response.status(), 200);
    let list = Credential::from_text(
        std::str::from_utf8(&actix_web::test::read_body(response).await).unwrap(),
        &fixture.connector.identity.compatibility,
    );
    let list = list.unwrap();
    assert_eq!(list.issuer(), fixture.connector.participant);
    let encoded = list.subjects()[0]["encodedList"].as_str().unwrap().to_owned();
    Bits::decode(&encoded, 1 << 20).unwrap().get(index).unwrap()
}

/// The status entry of this purpose: the path of its list, and the place in it.
fn entry(credential: &Credential, purpose: &str) -> (String, u64) {
    let entry = credential.statuses().iter().find(|entry| entry.purpose.name() == purpose).unwrap();
    (entry.list.strip_prefix("http://127.0.0.1:1").unwrap().to_owned(), entry.index)
}

#[actix_web::test]
async fn metadata_name_each_credential_and_what_can_be_asked_for() {
    let types = json!([
        kind("MembershipCredential", "vc11-sl2021/jwt", false, json!({})),
        kind("SensitiveDataCredential", "vc11-sl2021/jwt", false, json!({})),
    ]);
    let fixture = issuer("open", types).await;
    let metadata = metadata(&fixture).await;
    assert_eq!(
        (&metadata["type"], &metadata["issuer"]),
        (&json!("IssuerMetadata"), &json!(fixture.connector.participant))
    );
    let objects = metadata["credentialsSupported"].as_array().unwrap();
    let seen: Vec<_> =
        objects.iter().map(|object| (object["credentialType"].clone(), object["profile"].clone())).collect();
    let expected =
        ["MembershipCredential", "SensitiveDataCredential"].map(|name| (json!(name), json!("vc11-sl2021/jwt")));
    assert_eq!(seen, expected);
}

#[actix_web::test]
async fn requests_are_refused_by_rule() {
    let fixture = issuer("invited", json!([kind("A", "vc11-sl2021/jwt", false, json!({}))])).await;
    let (holder, ids) = (Holder::new(), ids(&metadata(&fixture).await));
    let cases = [
        (json!({"credentials": ids}), (400, "message.malformed")),
        (json!({"holderPid": "h"}), (400, "message.malformed")),
        (json!({"holderPid": "h", "credentials": [{"id": "other"}]}), (400, "issuance.credential-unknown")),
        (json!({"holderPid": "", "credentials": ids}), (400, "issuance.holder-pid")),
        (json!({"holderPid": "h", "credentials": ids}), (403, "issuance.not-member")),
    ];
    for (members, expected) in cases {
        let refused = holder.ask(&fixture, members.clone()).await;
        assert_eq!((refused.status, refused.json["code"].as_str().unwrap()), expected, "{members}");
    }
    let anonymous = request("POST", "/identity/issuer/credentials").set_json(json!({}));
    assert_eq!(answer(&fixture.face().await, anonymous).await.status, 401);
    assert!(issued(&fixture).await.is_empty());
}

#[actix_web::test]
async fn a_member_gets_credentials_with_what_is_known_of_it() {
    let claims = json!({"holderIdentifier": "{bpn}", "memberOf": "Test Space"});
    let types = json!([
        kind("MembershipCredential", "vc11-sl2021/jwt", false, claims.clone()),
        kind("MembershipCredential", "vc20-bssl/jwt", true, claims)
    ]);
    let fixture = issuer("invited", types).await;
    let (holder, stranger) = (Holder::new(), Holder::new());
    let member = format!("/api/v1/dataspaces/space/members/{}", holder.keyring.did());
    let body = json!({"name": "Holder", "attributes": {"bpn": "BPNL00000000TEST"}});
    assert_eq!(call(&fixture.app().await, "admin", "PUT", &member, Some(body)).await.status, 201);

    let ids = ids(&metadata(&fixture).await);
    let id = taken(&holder.ask(&fixture, json!({"holderPid": "h", "credentials": ids})).await);
    assert_eq!(holder.status(&fixture, &id).await.json["status"], "RECEIVED");
    assert_eq!(stranger.status(&fixture, &id).await.status, 404, "a request is its holder's own");
    assert_eq!(holder.status(&fixture, "not-exist").await.status, 404);
    // The holder's wallet cannot be reached: the answer is decided, and kept for another attempt.
    assert_eq!(delivering::advance(&fixture.connector, &id, 0).await, Ok(Outcome::Later));
    let status = holder.status(&fixture, &id).await;
    assert_eq!((&status.json["status"], &status.json["holderPid"]), (&json!("ISSUED"), &json!("h")));

    let rows = issued(&fixture).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    let stored = crate::storage::issued::of_issuance(&fixture.connector.db, &id).await.unwrap();
    for row in &stored {
        let credential = Credential::from_text(&row.raw, &fixture.connector.identity.compatibility).unwrap();
        let subject = &credential.subjects()[0];
        assert_eq!(subject["id"], holder.keyring.did());
        assert_eq!(
            (&subject["holderIdentifier"], &subject["memberOf"]),
            (&json!("BPNL00000000TEST"), &json!("Test Space"))
        );
        assert_eq!(credential.profile().unwrap().name(), row.format);
        assert_eq!(credential.statuses().len(), if row.suspendable { 2 } else { 1 });
    }
    let issuances = call(&fixture.app().await, "viewer", "GET", "/api/v1/issuances", None).await;
    let delivery = &issuances.json["items"][0];
    assert_eq!((&delivery["delivery"], delivery["failure"].is_string()), (&json!("pending"), true), "{delivery}");
}

#[actix_web::test]
async fn what_is_not_known_of_a_member_is_a_rejection() {
    let fixture =
        issuer("open", json!([kind("A", "vc11-sl2021/jwt", false, json!({"holderIdentifier": "{bpn}"}))])).await;
    let holder = Holder::new();
    let ids = ids(&metadata(&fixture).await);
    let id = taken(&holder.ask(&fixture, json!({"holderPid": "h", "credentials": ids})).await);
    assert_eq!(delivering::advance(&fixture.connector, &id, 0).await, Ok(Outcome::Later));
    assert_eq!(holder.status(&fixture, &id).await.json["status"], "REJECTED");
    assert!(issued(&fixture).await.is_empty());
}

#[actix_web::test]
async fn what_was_issued_is_taken_back_and_the_list_says_so_at_once() {
    let types =
        json!([kind("Older", "vc11-sl2021/jwt", false, json!({})), kind("Newer", "vc20-bssl/jwt", true, json!({}))]);
    let fixture = issuer("open", types).await;
    let holder = Holder::new();
    let all = ids(&metadata(&fixture).await);
    let id = taken(&holder.ask(&fixture, json!({"holderPid": "h", "credentials": all})).await);
    assert_eq!(delivering::advance(&fixture.connector, &id, 0).await, Ok(Outcome::Later));
    let stored = crate::storage::issued::of_issuance(&fixture.connector.db, &id).await.unwrap();
    let parse = |raw: &str| Credential::from_text(raw, &fixture.connector.identity.compatibility).unwrap();
    let of =
        |kind: &str| stored.iter().find(|row| row.kind == kind).map(|row| (row.id.clone(), parse(&row.raw))).unwrap();
    let ((older, older_vc), (newer, newer_vc)) = (of("Older"), of("Newer"));
    let app = fixture.app().await;
    let decide = async |id: &str, verb: &str| {
        let path = format!("/api/v1/issued-credentials/{id}/{verb}");
        let answered = call(&app, "admin", "POST", &path, Some(json!({"reason": "a test"}))).await;
        let state = answered.json.get("state").or_else(|| answered.json.get("code")).cloned();
        state.and_then(|state| state.as_str().map(str::to_owned)).unwrap()
    };
    let (revocations, place) = entry(&newer_vc, "revocation");
    let (suspensions, suspended) = entry(&newer_vc, "suspension");
    assert_eq!((place, bit(&fixture, &revocations, place).await), (suspended, false));
    assert_eq!(decide(&newer, "suspend").await, "SUSPENDED");
    assert!(bit(&fixture, &suspensions, suspended).await && !bit(&fixture, &revocations, place).await);
    assert_eq!(decide(&newer, "resume").await, "VALID");
    assert!(!bit(&fixture, &suspensions, suspended).await);
    assert_eq!(decide(&newer, "resume").await, "credential.state");
    assert_eq!(decide(&newer, "revoke").await, "REVOKED");
    assert!(bit(&fixture, &revocations, place).await);
    assert_eq!(decide(&newer, "resume").await, "credential.state", "a revocation is for good");

    let (list, place) = entry(&older_vc, "revocation");
    assert_eq!(decide(&older, "suspend").await, "credential.state", "it names no list of suspensions");
    assert!(!bit(&fixture, &list, place).await);
    let member = format!("/api/v1/dataspaces/space/members/{}?reason=left", holder.keyring.did());
    assert_eq!(call(&app, "admin", "DELETE", &member, None).await.status, 204);
    assert!(bit(&fixture, &list, place).await, "who is removed keeps no credential");
    let again = holder.ask(&fixture, json!({"holderPid": "h", "credentials": all})).await;
    assert_eq!(again.json["code"], "issuance.not-member", "an open dataspace does not take back whom it removed");
    let log = call(&app, "auditor", "GET", "/api/v1/events/log?limit=1000", None).await;
    let kinds: Vec<_> =
        log.json["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    for kind in
        ["issuance.received", "credential.issued", "credential.suspended", "credential.resumed", "credential.revoked"]
    {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}

#[actix_web::test]
async fn a_list_is_json_for_who_reads_only_that() {
    let fixture = issuer("open", json!([kind("A", "vc20-bssl/jwt", false, json!({}))])).await;
    let holder = Holder::new();
    let all = ids(&metadata(&fixture).await);
    let id = taken(&holder.ask(&fixture, json!({"holderPid": "h", "credentials": all})).await);
    assert_eq!(delivering::advance(&fixture.connector, &id, 0).await, Ok(Outcome::Later));
    let stored = crate::storage::issued::of_issuance(&fixture.connector.db, &id).await.unwrap();
    let path = format!("/identity/issuer/status-lists/{}", stored[0].status_list);
    for (accept, media_type) in
        [("application/json", "application/vc"), ("application/vc+jwt, */*", "application/vc+jwt")]
    {
        let answered = answer(&fixture.face().await, request("GET", &path).insert_header(("Accept", accept))).await;
        assert_eq!((answered.status, answered.media_type.as_str()), (200, media_type));
        assert_eq!(answered.json.get("proof").is_some(), media_type == "application/vc", "{answered:?}");
    }
    for path in ["/identity/issuer/status-lists/none", &format!("{path}/other")] {
        assert_eq!(answer(&fixture.face().await, request("GET", path)).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn what_we_issue_to_ourselves_comes_without_the_network() {
    let fixture = issuer("invited", json!([kind("A", "vc11-sl2021/jwt", false, json!({}))])).await;
    let app = fixture.app().await;
    let own = fixture.connector.participant.clone();
    let ask = json!({"issuer": own, "credentials": [{"type": "A"}]});
    let refused = call(&app, "admin", "POST", "/api/v1/credential-requests", Some(ask.clone())).await;
    assert_eq!(refused.json["code"], "issuance.not-member");
    let member = format!("/api/v1/dataspaces/space/members/{own}");
    assert_eq!(call(&app, "admin", "PUT", &member, Some(json!({"name": "We"}))).await.status, 201);
    let created = call(&app, "admin", "POST", "/api/v1/credential-requests", Some(ask)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let waiting = crate::storage::issuance::under_way(&fixture.connector.db).await.unwrap();
    assert_eq!(delivering::advance(&fixture.connector, &waiting[0], 0).await, Ok(Outcome::Done));
    let held = call(&app, "viewer", "GET", "/api/v1/credentials", None).await;
    assert_eq!(held.json["items"][0]["type"], "A", "{held:?}");
    let path = format!("/api/v1/credential-requests/{}", created.json["id"].as_str().unwrap());
    assert_eq!(call(&app, "viewer", "GET", &path, None).await.json["state"], "ISSUED");
}

#[actix_web::test]
async fn a_member_is_offered_what_its_dataspace_issues() {
    let types = json!([kind("A", "vc11-sl2021/jwt", false, json!({})), kind("B", "vc11-sl2021/jwt", false, json!({}))]);
    let (fixture, other) = (issuer("open", types).await, Fixture::new().await);
    let (own, app, wallet) = (fixture.connector.participant.clone(), fixture.app().await, other.app().await);
    let holder = Holder::of(&other);
    let member = format!("/api/v1/dataspaces/space/members/{}", holder.keyring.did());
    let offer = async |body: Value| call(&app, "admin", "POST", &format!("{member}/offer"), Some(body)).await;
    assert_eq!(offer(json!({})).await.status, 404, "nobody is a member yet");
    let all = ids(&metadata(&fixture).await);
    taken(&holder.ask(&fixture, json!({"holderPid": "h", "credentials": all})).await);

    let untrusting = offer(json!({"types": ["A"], "reason": "reissue"})).await;
    assert_eq!((untrusting.status, &untrusting.json["code"]), (502, &json!("offer.refused")), "{untrusting:?}");
    let believing = json!({"name": "Space", "issuers": [{"did": own, "types": null}]});
    assert_eq!(call(&wallet, "admin", "PUT", "/api/v1/dataspaces/space", Some(believing)).await.status, 201);
    let sent = offer(json!({"types": ["A"], "reason": "reissue"})).await;
    assert_eq!((sent.status, &sent.json["credentials"][0]["offerReason"]), (200, &json!("reissue")), "{sent:?}");
    assert_eq!(offer(json!({"types": ["A", "C"]})).await.json["code"], "offer.type");
    let received = call(&wallet, "viewer", "GET", "/api/v1/credential-offers", None).await;
    let offers = received.json["items"].as_array().unwrap();
    assert_eq!(
        (offers.len(), &offers[0]["credentials"], &offers[0]["issuer"]),
        (1, &sent.json["credentials"], &json!(own))
    );
}
