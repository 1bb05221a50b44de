//! The wallet's face: credentials are delivered and offered by issuers, asked for by verifiers, and nobody else gets anything.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};
use symbolon_identity::Keyring;
use symbolon_identity::credential::{Draft, Profile};
use symbolon_identity::did::Relationship;
use symbolon_identity::token::{Extra, Issuer};
use symbolon_vocab::dcp;

use super::fixture::{Answer, Fixture, answer, call, request};
use crate::clock;

const MEMBERSHIP: &str = "MembershipCredential";
const SECRET: &str = "a secret of a program that speaks for us";

/// Somebody else, with keys of its own.
struct Party {
    keyring: Arc<Keyring>,
}

impl Party {
    fn new() -> Self {
        Self { keyring: Arc::new(Keyring::generate_did_key(clock::now()).unwrap()) }
    }

    fn did(&self) -> &str {
        self.keyring.did()
    }

    async fn bearer(&self, audience: &str, extra: Extra<'_>) -> String {
        let token = Issuer::of(Arc::clone(&self.keyring)).issue(audience, extra, clock::now()).await.unwrap();
        format!("Bearer {token}")
    }

    async fn credential(&self, holder: &str, kind: &str, profile: Profile) -> String {
        let now = clock::now();
        let draft = Draft {
            id: Some("urn:uuid:of-a-test".to_owned()),
            types: vec![kind.to_owned()],
            contexts: Vec::new(),
            subject: json!({"id": holder, "holderIdentifier": "BPNL00000000TEST"}),
            valid_from: now,
            valid_until: now.checked_add(jiff::SignedDuration::from_hours(1)).ok(),
            statuses: Vec::new(),
            schemas: Vec::new(),
        };
        let held = self.keyring.signer(Relationship::AssertionMethod, now).unwrap();
        draft.sign(profile, held, now).await.unwrap()
    }
}

async fn fixture() -> Fixture {
    let client = format!(
        r#", sts_clients = [{{ id = "program", secret_sha256 = "{}" }}]"#,
        crate::authentication::hash_key(SECRET)
    );
    Fixture::with(Keyring::generate_did_key(clock::now()).unwrap(), &client).await
}

fn message(kind: &str, mut members: Value) -> Value {
    members["@context"] = json!([dcp::CONTEXT]);
    members["type"] = kind.into();
    members
}

fn delivery(holder_pid: &str, items: &[(&str, &str, &str)]) -> Value {
    let item = |(kind, format, payload): &(&str, &str, &str)| json!({"credentialType": kind, "format": format, "payload": payload});
    let items: Vec<Value> = items.iter().map(item).collect();
    message(
        "CredentialMessage",
        json!({"issuerPid": "i", "holderPid": holder_pid, "status": "ISSUED", "credentials": items}),
    )
}

/// Posts to the identity face.
async fn post(fixture: &Fixture, path: &str, authorization: Option<String>, body: &Value) -> Answer {
    let mut request = request("POST", path).set_json(body);
    if let Some(authorization) = authorization {
        request = request.insert_header(("Authorization", authorization));
    }
    answer(&fixture.face().await, request).await
}

async fn deliver(fixture: &Fixture, issuer: &Party, body: &Value) -> Answer {
    let authorization = issuer.bearer(&fixture.connector.participant, Extra::default()).await;
    post(fixture, "/identity/credentials/credentials", Some(authorization), body).await
}

/// Expects credentials of these types from this issuer under this process id.
async fn expect(fixture: &Fixture, issuer: &str, holder_pid: &str, kinds: &[&str]) -> String {
    let credentials: Vec<Value> = kinds.iter().map(|kind| json!({"type": kind})).collect();
    let body = json!({"issuer": issuer, "holderPid": holder_pid, "send": false, "credentials": credentials});
    let created = call(&fixture.app().await, "admin", "POST", "/api/v1/credential-requests", Some(body)).await;
    assert_eq!((created.status, &created.json["state"]), (201, &json!("REQUESTED")), "{created:?}");
    created.json["id"].as_str().unwrap().to_owned()
}

/// A token of ours that lets `verifier` ask for these scopes; and the access token in it.
async fn access(fixture: &Fixture, verifier: &str, scopes: &str) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "program"),
        ("client_secret", SECRET),
        ("audience", verifier),
        ("bearer_access_scope", scopes),
    ];
    let issued = answer(&fixture.face().await, request("POST", "/identity/sts/token").set_form(form)).await;
    assert_eq!(issued.status, 200, "{issued:?}");
    assert!(issued.json["expires_in"].as_u64().is_some_and(|seconds| seconds > 0));
    payload(issued.json["access_token"].as_str().unwrap())["token"].as_str().unwrap().to_owned()
}

fn payload(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn scope(kind: &str) -> String {
    format!("{}:{kind}:read", dcp::TYPE_ALIAS)
}

async fn query(fixture: &Fixture, verifier: &Party, token: Option<&str>, members: Value) -> Answer {
    let extra = Extra { token, ..Extra::default() };
    let authorization = verifier.bearer(&fixture.connector.participant, extra).await;
    let body = message("PresentationQueryMessage", members);
    post(fixture, "/identity/credentials/presentations/query", Some(authorization), &body).await
}

/// The types in a response's presentations, `VerifiableCredential` aside.
fn presented(response: &Answer) -> Vec<String> {
    assert_eq!(response.status, 200, "{response:?}");
    let presentations = response.json["presentation"].as_array().unwrap();
    let credentials = presentations.iter().flat_map(|jwt| {
        payload(jwt.as_str().unwrap())["vp"]["verifiableCredential"].as_array().cloned().unwrap_or_default()
    });
    let types = credentials.flat_map(|jwt| payload(jwt.as_str().unwrap())["vc"]["type"].as_array().cloned().unwrap());
    types.filter_map(|kind| kind.as_str().map(str::to_owned)).filter(|kind| kind != "VerifiableCredential").collect()
}

#[actix_web::test]
async fn what_an_issuer_delivers_is_held_and_presented_to_whom_we_gave_access() {
    let (fixture, issuer, verifier) = (fixture().await, Party::new(), Party::new());
    let own = fixture.connector.participant.clone();
    let id = expect(&fixture, issuer.did(), "pid-1", &[MEMBERSHIP, "SiteCredential"]).await;
    let (membership, site) = (
        issuer.credential(&own, MEMBERSHIP, Profile::Vc11Sl2021Jwt).await,
        issuer.credential(&own, "SiteCredential", Profile::Vc11Sl2021Jwt).await,
    );
    let items = [(MEMBERSHIP, dcp::VC11_SL2021_JWT, &*membership), ("SiteCredential", dcp::VC11_SL2021_JWT, &*site)];
    for _ in 0..2 {
        // A second delivery takes the place of the first.
        let stored = deliver(&fixture, &issuer, &delivery("pid-1", &items)).await;
        assert_eq!(stored.status, 200, "{stored:?}");
    }
    let app = fixture.app().await;
    let held = call(&app, "viewer", "GET", "/api/v1/credentials", None).await;
    assert_eq!(held.json["items"].as_array().unwrap().len(), 2, "{held:?}");
    assert!(!held.json.to_string().contains(&membership), "the signed text stays here");
    let request = call(&app, "viewer", "GET", &format!("/api/v1/credential-requests/{id}"), None).await;
    assert_eq!(request.json["state"], "ISSUED");

    let both = format!("{} {}", scope(MEMBERSHIP), scope("SiteCredential"));
    let token = access(&fixture, verifier.did(), &both).await;
    let one = query(&fixture, &verifier, Some(&token), json!({"scope": [scope("SiteCredential")]})).await;
    assert_eq!(presented(&one), ["SiteCredential"]);
    let narrow = access(&fixture, verifier.did(), &scope(MEMBERSHIP)).await;
    let asked = json!({"scope": [scope(MEMBERSHIP), scope("SiteCredential")]});
    let less = query(&fixture, &verifier, Some(&narrow), asked).await;
    assert_eq!(presented(&less), [MEMBERSHIP], "more was asked for than granted");
    let audience = payload(less.json["presentation"][0].as_str().unwrap())["aud"].clone();
    assert_eq!(audience, verifier.did());

    let id = held.json["items"][0]["id"].as_str().unwrap();
    assert_eq!(call(&app, "admin", "DELETE", &format!("/api/v1/credentials/{id}"), None).await.status, 204);
    let all =
        query(&fixture, &verifier, Some(&token), json!({"scope": [scope(MEMBERSHIP), scope("SiteCredential")]})).await;
    assert_eq!(presented(&all).len(), 1, "what was forgotten is not presented");
}

#[actix_web::test]
async fn queries_are_refused_by_rule() {
    let (fixture, verifier, other) = (fixture().await, Party::new(), Party::new());
    let token = access(&fixture, verifier.did(), &scope(MEMBERSHIP)).await;
    let membership = || json!({"scope": [scope(MEMBERSHIP)]});
    let definition = json!({"id": "d"});
    let cases = [
        (&verifier, None, membership(), (401, "access.missing")),
        (&verifier, Some("faketoken"), membership(), (401, "access.unknown")),
        (&other, Some(&*token), membership(), (401, "access.other-verifier")),
        (&verifier, Some(&token), json!({"scope": []}), (400, "message.malformed")),
        (&verifier, Some(&token), json!({}), (400, "message.malformed")),
        (&verifier, Some(&token), json!({"scope": ["nonsense"]}), (400, "presentation.scope")),
        (
            &verifier,
            Some(&token),
            json!({"scope": [scope(MEMBERSHIP)], "presentationDefinition": definition}),
            (400, "message.malformed"),
        ),
        (&verifier, Some(&token), json!({"presentationDefinition": {}}), (400, "message.malformed")),
        (&verifier, Some(&token), json!({"presentationDefinition": null}), (400, "message.malformed")),
        (&verifier, Some(&token), json!({"presentationDefinition": definition}), (501, "presentation.definition")),
    ];
    for (who, token, members, expected) in cases {
        let refused = query(&fixture, who, token, members.clone()).await;
        assert_eq!((refused.status, refused.json["code"].as_str().unwrap()), expected, "{members} {refused:?}");
    }
    let body = message("PresentationQueryMessage", membership());
    for header in [None, Some("Bearer nonsense".to_owned()), Some("nonsense".to_owned())] {
        let refused = post(&fixture, "/identity/credentials/presentations/query", header.clone(), &body).await;
        assert_eq!(refused.status, 401, "{header:?} {refused:?}");
    }
    let once = verifier.bearer(&fixture.connector.participant, Extra { token: Some(&token), ..Extra::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let answered = post(&fixture, "/identity/credentials/presentations/query", Some(once.clone()), &body).await;
        statuses.push(answered.status);
    }
    assert_eq!(statuses, [200, 401], "a token counts once");
}

#[actix_web::test]
async fn deliveries_are_refused_by_rule_and_leave_nothing() {
    let (fixture, issuer, other) = (fixture().await, Party::new(), Party::new());
    let own = fixture.connector.participant.clone();
    expect(&fixture, issuer.did(), "pid-1", &[MEMBERSHIP]).await;
    let v11 = Profile::Vc11Sl2021Jwt;
    let good = issuer.credential(&own, MEMBERSHIP, v11).await;
    let site = issuer.credential(&own, "SiteCredential", v11).await;
    let foreign = other.credential(&own, MEMBERSHIP, v11).await;
    let about_other = issuer.credential(other.did(), MEMBERSHIP, v11).await;
    let newer = issuer.credential(&own, MEMBERSHIP, Profile::Vc20BsslJwt).await;
    let mut altered = good.clone();
    altered.replace_range(altered.len() - 8.., "AAAAAAAA");
    let one = |payload: &str| delivery("pid-1", &[(MEMBERSHIP, dcp::VC11_SL2021_JWT, payload)]);
    let mut unknown = one(&good);
    unknown["status"] = "INVALID_STATUS".into();
    let mut unnamed = one(&good);
    unnamed.as_object_mut().unwrap().remove("holderPid");
    let both =
        delivery("pid-1", &[(MEMBERSHIP, dcp::VC11_SL2021_JWT, &good), (MEMBERSHIP, dcp::VC11_SL2021_JWT, &altered)]);
    let cases = [
        (&issuer, unnamed, "message.malformed"),
        (&issuer, unknown, "message.malformed"),
        (&issuer, delivery("pid-2", &[(MEMBERSHIP, dcp::VC11_SL2021_JWT, &good)]), "credential.not-requested"),
        (&other, one(&foreign), "credential.not-requested"),
        (&issuer, delivery("pid-1", &[("SiteCredential", dcp::VC11_SL2021_JWT, &site)]), "credential.not-requested"),
        (&issuer, delivery("pid-1", &[(MEMBERSHIP, dcp::VC20_BSSL_JWT, &newer)]), "credential.not-requested"),
        (&issuer, delivery("pid-1", &[(MEMBERSHIP, "VC1_0_JWT", &good)]), "credential.not-requested"),
        (&issuer, one(&foreign), "credential.mismatch"),
        (&issuer, one(&site), "credential.mismatch"),
        (&issuer, one(&newer), "credential.mismatch"),
        (&issuer, one(&about_other), "credential.holder"),
        (&issuer, one(&altered), "credential.signature"),
        (&issuer, both, "credential.signature"),
        (&issuer, one("nonsense"), "credential.malformed"),
    ];
    for (who, body, code) in cases {
        let refused = deliver(&fixture, who, &body).await;
        assert!((400..500).contains(&refused.status), "{code} {refused:?}");
        assert_eq!(refused.json["code"], code, "{refused:?}");
    }
    let held = call(&fixture.app().await, "viewer", "GET", "/api/v1/credentials", None).await;
    assert_eq!(held.json["items"], json!([]));
}

#[actix_web::test]
async fn a_rejection_is_told_with_its_reason() {
    let (fixture, issuer) = (fixture().await, Party::new());
    let id = expect(&fixture, issuer.did(), "pid-1", &[MEMBERSHIP]).await;
    let members =
        json!({"issuerPid": "i", "holderPid": "pid-1", "status": "REJECTED", "rejectionReason": "no contract"});
    let told = deliver(&fixture, &issuer, &message("CredentialMessage", members)).await;
    assert_eq!(told.status, 200, "{told:?}");
    let request = call(&fixture.app().await, "viewer", "GET", &format!("/api/v1/credential-requests/{id}"), None).await;
    assert_eq!((&request.json["state"], &request.json["reason"]), (&json!("REJECTED"), &json!("no contract")));
}

#[actix_web::test]
async fn offers_of_issuers_that_a_dataspace_believes_wait_for_an_operator() {
    let (fixture, issuer, stranger) = (fixture().await, Party::new(), Party::new());
    let app = fixture.app().await;
    let body = json!({"name": "Elsewhere", "issuers": [{"did": issuer.did(), "types": null}]});
    assert_eq!(call(&app, "admin", "PUT", "/api/v1/dataspaces/elsewhere", Some(body)).await.status, 201);
    let offer = |issuer: &str, objects: Value| {
        message("CredentialOfferMessage", json!({"issuer": issuer, "credentials": objects}))
    };
    let full = json!([{"id": "1", "type": "CredentialObject", "credentialType": MEMBERSHIP, "offerReason": "reissue",
        "bindingMethods": ["did:web:"], "profile": "vc11-sl2021/jwt", "issuancePolicy": {}}]);
    let cases = [
        (&issuer, offer(issuer.did(), full.clone()), 200),
        (&issuer, offer(issuer.did(), json!([{"id": "1"}, {"id": "2"}])), 200),
        (&issuer, offer(stranger.did(), full.clone()), 400),
        (&issuer, message("CredentialOfferMessage", json!({"issuer": null, "credentials": full})), 400),
        (&stranger, offer(stranger.did(), full.clone()), 403),
    ];
    for (who, body, status) in cases {
        let authorization = who.bearer(&fixture.connector.participant, Extra::default()).await;
        let answered = post(&fixture, "/identity/credentials/offers", Some(authorization), &body).await;
        assert_eq!(answered.status, status, "{body} {answered:?}");
    }
    let waiting = call(&app, "viewer", "GET", "/api/v1/credential-offers", None).await;
    let waiting = waiting.json["items"].as_array().unwrap().clone();
    assert_eq!(
        waiting.iter().map(|offer| offer["state"].as_str().unwrap()).collect::<Vec<_>>(),
        ["RECEIVED", "RECEIVED"]
    );
    let decline = format!("/api/v1/credential-offers/{}/decline", waiting[0]["id"].as_str().unwrap());
    assert_eq!(call(&app, "admin", "POST", &decline, None).await.json["state"], "DECLINED");
    assert_eq!(call(&app, "admin", "POST", &decline, None).await.json["code"], "offer.decided");
    let accept = format!("/api/v1/credential-offers/{}/accept", waiting[1]["id"].as_str().unwrap());
    let accepted = call(&app, "admin", "POST", &accept, None).await;
    assert_eq!(accepted.json["code"], "issuer.service", "a did:key names no service to ask: {accepted:?}");
}

#[actix_web::test]
async fn the_token_service_serves_its_clients_only() {
    let fixture = fixture().await;
    let good = |member: &'static str, value: &'static str| {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", "program"),
            ("client_secret", SECRET),
            ("audience", "did:web:verifier.example"),
        ];
        form.retain(|(name, _)| *name != member);
        form.push((member, value));
        form
    };
    let cases = [
        (good("client_secret", "wrong"), 401, "invalid_client"),
        (good("client_id", "other"), 401, "invalid_client"),
        (good("grant_type", "password"), 400, "unsupported_grant_type"),
        (good("audience", "somebody"), 400, "invalid_request"),
        (good("bearer_access_scope", "nonsense"), 400, "invalid_scope"),
        (good("token", ""), 400, "invalid_request"),
    ];
    for (form, status, error) in cases {
        let refused = answer(&fixture.face().await, request("POST", "/identity/sts/token").set_form(&form)).await;
        assert_eq!((refused.status, refused.json["error"].as_str().unwrap()), (status, error), "{form:?} {refused:?}");
        assert!(refused.json["error_description"].as_str().is_some_and(|text| !text.is_empty()));
    }
    let wrapped = good("token", "of-the-receiver");
    let issued = answer(&fixture.face().await, request("POST", "/identity/sts/token").set_form(&wrapped)).await;
    let claims = payload(issued.json["access_token"].as_str().unwrap());
    assert_eq!((&claims["token"], &claims["aud"]), (&json!("of-the-receiver"), &json!("did:web:verifier.example")));
    assert_eq!(claims["iss"], fixture.connector.participant);
}
