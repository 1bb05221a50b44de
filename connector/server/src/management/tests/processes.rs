//! Negotiations, agreements and transfers as an operator sees them. The partner is not reached here.

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test;
use serde_json::{Value, json};

use super::fixture::{Fixture, call, request};
use crate::attestation;

const PARTNER: &str = "did:example:oem";

#[actix_web::test]
async fn a_negotiation_shows_what_it_waits_for_and_why_it_ended() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let send = async |method, path: &str, body| call(&app, "admin", method, path, body).await;
    let partner = json!({"name": "OEM", "dspAddress": "http://127.0.0.1:9/dsp/"});
    let known = send("PUT", "/api/v1/partners/did:example:oem", Some(partner)).await;
    assert_eq!((known.status, known.json["dspAddress"].as_str()), (201, Some("http://127.0.0.1:9/dsp")));

    let offer = json!({"@type": "Offer", "@id": "urn:offer", "target": "urn:asset", "permission": [{"action": "use"}]});
    let asked = send("POST", "/api/v1/negotiations", Some(json!({"partner": PARTNER, "offer": offer}))).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let negotiation = &asked.json;
    assert_eq!(
        json!([
            negotiation["role"],
            negotiation["state"],
            negotiation["waitingFor"],
            negotiation["asset"],
            negotiation["offerId"]
        ]),
        json!(["consumer", "REQUESTED", "partner", "urn:asset", "urn:offer"])
    );
    assert_eq!(negotiation["automation"]["verify"], "auto");
    let at = asked.headers.get("Location").unwrap().to_str().unwrap().to_owned();
    assert_eq!(send("GET", &at, None).await.json["pid"], negotiation["pid"]);

    let timeline = send("GET", &format!("{at}/messages"), None).await.json;
    let message = &timeline["items"][0];
    assert_eq!((&message["direction"], &message["type"]), (&json!("out"), &json!("ContractRequestMessage")));
    let wrong = send("POST", &format!("{at}/approve"), None).await;
    assert_eq!(wrong.status, 409, "{wrong:?}");
    assert!(wrong.json["rule"].is_string() && wrong.json["detail"].is_string(), "{wrong:?}");

    let ended = send("POST", &format!("{at}/reject"), Some(json!({"reason": "too dear"}))).await;
    let termination = json!({"by": "us", "code": "rejected", "reason": ["too dear"]});
    assert_eq!((ended.status, &ended.json["termination"]), (200, &termination));
    assert_eq!(ended.json["waitingFor"], Value::Null);
    let listed = send("GET", "/api/v1/negotiations?state=TERMINATED&role=consumer", None).await.json;
    assert_eq!(listed["items"][0]["pid"], negotiation["pid"]);
}

#[actix_web::test]
async fn a_contract_can_be_offered_from_a_policy() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let policy = json!({"id": "p", "policy": super::fixture::open_policy()});
    assert_eq!(call(&app, "admin", "POST", "/api/v1/policies", Some(policy)).await.status, 201);
    let offering = json!({"role": "provider", "counterPartyId": PARTNER, "counterPartyAddress": "http://127.0.0.1:9/dsp",
        "policy": "p", "asset": "urn:asset", "offerId": "urn:offer"});
    let offered = call(&app, "negotiator", "POST", "/api/v1/negotiations", Some(offering.clone())).await;
    assert_eq!((offered.status, offered.json["state"].as_str()), (201, Some("OFFERED")), "{offered:?}");
    assert_eq!(offered.json["offer"]["target"], "urn:asset");
    let mut incomplete = offering;
    incomplete["asset"] = Value::Null;
    let refused = call(&app, "negotiator", "POST", "/api/v1/negotiations", Some(incomplete)).await;
    assert_eq!((refused.status, refused.json["rule"].as_str()), (400, Some("asset")));
}

#[actix_web::test]
async fn an_agreement_is_taken_up_proved_and_retired() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let send = async |method, path: &str, body| call(&app, "admin", method, path, body).await;
    let own = fixture.connector.participant.clone();
    let agreement = json!({"@type": "Agreement", "@id": "urn:agreement:1", "target": "urn:asset", "assigner": PARTNER,
        "assignee": own, "timestamp": "2026-01-31T12:00:00Z", "permission": [{"action": "use"}]});
    let import = json!({"role": "consumer", "partner": PARTNER, "partnerAddress": "http://127.0.0.1:9/dsp",
        "agreement": agreement});
    let imported = send("POST", "/api/v1/agreements", Some(import)).await;
    assert_eq!(imported.status, 201, "{imported:?}");
    // One half: ours. The other is not here.
    assert_eq!((&imported.json["state"], &imported.json["fits"]), (&json!("IN_FORCE"), &Value::Null));
    assert_eq!(imported.json["attestations"].as_array().unwrap().len(), 1);

    let at = "/api/v1/agreements/urn:agreement:1";
    let file = send("GET", &format!("{at}/export"), None).await.json;
    assert!(attestation::verify(&file).passed());
    let report = send("GET", &format!("{at}/verify"), None).await.json;
    assert!(report["checks"].as_array().unwrap().iter().all(|check| check["outcome"] != "failed"), "{report}");
    rdf_is_served(&app, at).await;

    let transfer = json!({"agreement": "urn:agreement:1", "format": "HttpData-PULL", "purpose": "quality"});
    let asked = send("POST", "/api/v1/transfers", Some(transfer.clone())).await;
    assert_eq!((asked.status, asked.json["state"].as_str()), (201, Some("REQUESTED")), "{asked:?}");
    let transfer_at = asked.headers.get("Location").unwrap().to_str().unwrap();
    assert_eq!(send("GET", &format!("{transfer_at}/data-address"), None).await.status, 409);

    let retired = send("POST", &format!("{at}/retire"), Some(json!({"reason": "sold"}))).await;
    assert_eq!((&retired.json["state"], &retired.json["retireReason"]), (&json!("RETIRED"), &json!("sold")));
    assert_eq!(send("GET", transfer_at, None).await.json["state"], "TERMINATED");
    assert_eq!(send("POST", "/api/v1/transfers", Some(transfer)).await.status, 409);
}

/// What was taken up can be read as RDF at once.
async fn rdf_is_served<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    at: &str,
) {
    for (accept, expected) in [("text/turtle", "urn:asset"), ("application/n-quads", "urn:agreement:1")] {
        let asked = request("GET", &format!("{at}/rdf"));
        let asked = asked.insert_header(("X-Api-Key", "viewer")).insert_header(("Accept", accept));
        let response = test::call_service(app, asked.to_request()).await;
        assert!(response.headers().get("Content-Type").unwrap().to_str().unwrap().starts_with(accept));
        let text = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
        assert!(text.contains(expected), "{accept}: {text}");
    }
    let question = request("POST", "/api/v1/sparql").insert_header(("X-Api-Key", "auditor"));
    let question = question.insert_header(("Content-Type", "application/sparql-query"));
    let question =
        question.set_payload("SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a <http://www.w3.org/ns/odrl/2/Agreement> }");
    let counted = super::fixture::answer(app, question).await;
    assert_eq!(counted.json["results"]["bindings"][0]["n"]["value"], "1", "{counted:?}");
}
