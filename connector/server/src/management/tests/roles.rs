//! Every route × no key, a wrong key, each role.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fixture::{Fixture, ROLES, answer, asset, call, open_policy, request};
use crate::management::openapi::document;

/// Routes with a body that can be read, and the roles that may.
fn table() -> Vec<(&'static str, &'static str, Option<Value>, &'static [&'static str])> {
    const READ: &[&str] = &ROLES;
    const NEGOTIATE: &[&str] = &["negotiator", "approver", "admin"];
    const CONCLUDE: &[&str] = &["approver", "admin"];
    const ADMINISTER: &[&str] = &["admin"];
    const AUDIT: &[&str] = &["auditor", "admin"];
    let nobody =
        || Some(json!({"counterPartyId": "did:example:nobody", "counterPartyAddress": "http://127.0.0.1:9/dsp"}));
    let reason = || Some(json!({"reason": "because"}));
    let terms = || Some(json!({"offer": {"@id": "urn:o", "@type": "Offer", "permission": [{"action": "use"}]}}));
    let negotiation =
        Some(json!({"counterPartyId": "did:example:nobody", "counterPartyAddress": "http://127.0.0.1:9/dsp",
        "offer": {"@id": "urn:o", "@type": "Offer", "target": "urn:a", "permission": [{"action": "use"}]}}));
    let dataset = Some(json!({"counterPartyId": "did:example:nobody", "counterPartyAddress": "http://127.0.0.1:9/dsp",
        "dataset": "urn:a"}));
    let offer = || Some(json!({"assets": {"all": true}, "accessPolicy": "p", "usagePolicy": "p"}));
    let agreement = Some(json!({"role": "provider", "partner": "did:example:nobody", "agreement": {}}));
    let transfer = Some(json!({"agreement": "urn:g", "format": "HttpData-PULL"}));
    let compare = Some(json!({"a": {"policy": open_policy()}, "b": {"policy": open_policy()}}));
    let review =
        Some(json!({"of": [{"policy": open_policy()}], "question": {"who": "did:example:a", "what": "urn:a"}}));
    let publication =
        Some(json!({"assetId": "none", "access": {"policy": open_policy()}, "usage": {"policy": open_policy()}}));
    let credentials = Some(json!({"issuer": "did:web:issuer.example", "credentials": [{"type": "T"}], "send": false}));
    vec![
        ("GET", "/api/v1/info", None, READ),
        ("GET", "/api/v1/summary", None, READ),
        ("GET", "/api/v1/outbox", None, READ),
        ("GET", "/api/v1/outbox/{partner}", None, READ),
        ("POST", "/api/v1/outbox/{partner}/retry", None, NEGOTIATE),
        ("GET", "/api/v1/session", None, READ),
        ("DELETE", "/api/v1/session", None, READ),
        ("POST", "/api/v1/session/first-link", None, ADMINISTER),
        ("PUT", "/api/v1/session/password", Some(json!({"current": "x", "password": "x"})), READ),
        ("GET", "/api/v1/users", None, ADMINISTER),
        ("POST", "/api/v1/users", Some(json!({"name": "Ada", "role": "viewer"})), ADMINISTER),
        ("POST", "/api/v1/users/{name}/link", None, ADMINISTER),
        ("PUT", "/api/v1/users/{name}", Some(json!({"role": "viewer", "disabled": true})), ADMINISTER),
        ("DELETE", "/api/v1/users/{name}", None, ADMINISTER),
        ("GET", "/api/v1/did", None, READ),
        ("GET", "/api/v1/keys", None, READ),
        ("POST", "/api/v1/keys/rotate", Some(json!({"overlapSeconds": 60})), ADMINISTER),
        ("GET", "/api/v1/assets", None, READ),
        ("POST", "/api/v1/assets", Some(asset("urn:role")), ADMINISTER),
        ("GET", "/api/v1/assets/{id}", None, READ),
        ("PUT", "/api/v1/assets/{id}", Some(asset("x")), ADMINISTER),
        ("DELETE", "/api/v1/assets/{id}", None, ADMINISTER),
        ("GET", "/api/v1/policies", None, READ),
        ("POST", "/api/v1/policies", Some(json!({"policy": open_policy()})), ADMINISTER),
        ("GET", "/api/v1/policies/{id}", None, READ),
        ("PUT", "/api/v1/policies/{id}", Some(json!({"policy": open_policy()})), ADMINISTER),
        ("DELETE", "/api/v1/policies/{id}", None, ADMINISTER),
        ("POST", "/api/v1/policies/explain", Some(json!({"of": {"policy": open_policy()}})), READ),
        ("POST", "/api/v1/policies/dry-run", Some(json!({"of": {"policy": open_policy()}})), READ),
        ("POST", "/api/v1/policies/compare", compare, READ),
        ("POST", "/api/v1/policies/meet", Some(json!({"of": [{"policy": open_policy()}]})), READ),
        ("POST", "/api/v1/policies/review", review, READ),
        ("GET", "/api/v1/policies/operands", None, READ),
        ("GET", "/api/v1/policies/templates", None, READ),
        ("POST", "/api/v1/policies/templates/{id}", Some(json!({"parameters": {}})), READ),
        ("GET", "/api/v1/offers", None, READ),
        ("POST", "/api/v1/offers", offer(), ADMINISTER),
        ("GET", "/api/v1/offers/{id}", None, READ),
        ("PUT", "/api/v1/offers/{id}", offer(), ADMINISTER),
        ("DELETE", "/api/v1/offers/{id}", None, ADMINISTER),
        ("POST", "/api/v1/publications", publication, ADMINISTER),
        ("POST", "/api/v1/sources/check", Some(json!({"source": asset("x")["source"]})), ADMINISTER),
        ("GET", "/api/v1/sources/files", None, ADMINISTER),
        ("GET", "/api/v1/partners", None, READ),
        ("GET", "/api/v1/partners/{id}", None, READ),
        (
            "PUT",
            "/api/v1/partners/{id}",
            Some(json!({"name": "N", "dspAddress": "http://127.0.0.1:9/dsp"})),
            ADMINISTER,
        ),
        ("DELETE", "/api/v1/partners/{id}", None, ADMINISTER),
        ("GET", "/api/v1/partners/{id}/presentation", None, READ),
        ("GET", "/api/v1/invitations", None, READ),
        ("POST", "/api/v1/invitations", Some(json!({"dataspace": "x", "name": "N"})), ADMINISTER),
        ("POST", "/api/v1/invitations/inspect", Some(json!({"invitation": "x"})), READ),
        ("GET", "/api/v1/invitations/{id}", None, READ),
        ("DELETE", "/api/v1/invitations/{id}", None, ADMINISTER),
        ("GET", "/api/v1/dataspaces", None, READ),
        ("GET", "/api/v1/dataspaces/{id}", None, READ),
        ("PUT", "/api/v1/dataspaces/{id}", Some(json!({"name": "N"})), ADMINISTER),
        ("DELETE", "/api/v1/dataspaces/{id}", None, ADMINISTER),
        ("GET", "/api/v1/dataspaces/{id}/members", None, READ),
        ("PUT", "/api/v1/dataspaces/{id}/members/{did}", Some(json!({"name": "N"})), ADMINISTER),
        ("DELETE", "/api/v1/dataspaces/{id}/members/{did}", None, ADMINISTER),
        ("POST", "/api/v1/dataspaces/{id}/members/{did}/offer", Some(json!({})), ADMINISTER),
        ("GET", "/api/v1/credentials", None, READ),
        ("GET", "/api/v1/credentials/{id}", None, READ),
        ("DELETE", "/api/v1/credentials/{id}", None, ADMINISTER),
        ("GET", "/api/v1/credential-requests", None, READ),
        ("POST", "/api/v1/credential-requests", credentials, ADMINISTER),
        ("GET", "/api/v1/credential-requests/{id}", None, READ),
        ("POST", "/api/v1/credential-requests/{id}/refresh", None, ADMINISTER),
        ("GET", "/api/v1/credential-offers", None, READ),
        ("GET", "/api/v1/credential-offers/{id}", None, READ),
        ("POST", "/api/v1/credential-offers/{id}/accept", None, ADMINISTER),
        ("POST", "/api/v1/credential-offers/{id}/decline", None, ADMINISTER),
        ("GET", "/api/v1/issuances", None, READ),
        ("GET", "/api/v1/issued-credentials", None, READ),
        ("GET", "/api/v1/issued-credentials/{id}", None, READ),
        ("POST", "/api/v1/issued-credentials/{id}/revoke", reason(), ADMINISTER),
        ("POST", "/api/v1/issued-credentials/{id}/suspend", reason(), ADMINISTER),
        ("POST", "/api/v1/issued-credentials/{id}/resume", reason(), ADMINISTER),
        ("POST", "/api/v1/dataspaces", Some(json!({"id": "x", "name": "N"})), ADMINISTER),
        ("POST", "/api/v1/dataspaces/join", Some(json!({"invitation": "x"})), ADMINISTER),
        ("POST", "/api/v1/catalog", nobody(), READ),
        ("POST", "/api/v1/catalog/dataset", dataset, READ),
        ("POST", "/api/v1/catalog/preview", Some(json!({})), READ),
        ("GET", "/api/v1/catalogs", None, READ),
        ("POST", "/api/v1/catalogs/refresh", Some(json!({"partners": []})), NEGOTIATE),
        ("GET", "/api/v1/catalogs/search", None, READ),
        ("GET", "/api/v1/catalogs/dataset", None, READ),
        ("GET", "/api/v1/negotiations", None, READ),
        ("POST", "/api/v1/negotiations", negotiation, NEGOTIATE),
        ("GET", "/api/v1/negotiations/boxes", None, READ),
        ("GET", "/api/v1/negotiations/{pid}", None, READ),
        ("GET", "/api/v1/negotiations/{pid}/messages", None, READ),
        ("POST", "/api/v1/negotiations/{pid}/counter", terms(), NEGOTIATE),
        ("POST", "/api/v1/negotiations/{pid}/accept", None, CONCLUDE),
        ("POST", "/api/v1/negotiations/{pid}/approve", None, CONCLUDE),
        ("POST", "/api/v1/negotiations/{pid}/offer", terms(), NEGOTIATE),
        ("POST", "/api/v1/negotiations/{pid}/verify", None, CONCLUDE),
        ("POST", "/api/v1/negotiations/{pid}/finalize", None, CONCLUDE),
        ("POST", "/api/v1/negotiations/{pid}/reject", reason(), CONCLUDE),
        ("POST", "/api/v1/negotiations/{pid}/terminate", reason(), CONCLUDE),
        ("GET", "/api/v1/agreements", None, READ),
        ("POST", "/api/v1/agreements", agreement, ADMINISTER),
        ("GET", "/api/v1/agreements/{id}", None, READ),
        ("GET", "/api/v1/agreements/{id}/rdf", None, READ),
        ("GET", "/api/v1/agreements/{id}/export", None, READ),
        ("GET", "/api/v1/agreements/{id}/verify", None, READ),
        ("POST", "/api/v1/agreements/{id}/retire", reason(), CONCLUDE),
        ("POST", "/api/v1/agreements/{id}/terminate", reason(), CONCLUDE),
        ("GET", "/api/v1/monitor", None, READ),
        ("GET", "/api/v1/monitor/{pid}", None, READ),
        ("GET", "/api/v1/received", None, READ),
        ("GET", "/api/v1/received/{pid}", None, READ),
        ("GET", "/api/v1/transfers", None, READ),
        ("POST", "/api/v1/transfers", transfer, NEGOTIATE),
        ("GET", "/api/v1/transfers/boxes", None, READ),
        ("GET", "/api/v1/transfers/{pid}", None, READ),
        ("GET", "/api/v1/transfers/{pid}/messages", None, READ),
        ("POST", "/api/v1/transfers/{pid}/start", None, NEGOTIATE),
        ("POST", "/api/v1/transfers/{pid}/suspend", reason(), NEGOTIATE),
        ("POST", "/api/v1/transfers/{pid}/resume", None, NEGOTIATE),
        ("POST", "/api/v1/transfers/{pid}/complete", None, NEGOTIATE),
        ("POST", "/api/v1/transfers/{pid}/terminate", reason(), NEGOTIATE),
        ("GET", "/api/v1/transfers/{pid}/data-address", None, NEGOTIATE),
        ("GET", "/api/v1/transfers/{pid}/data", None, NEGOTIATE),
        ("GET", "/api/v1/transfers/{pid}/data/{path}", None, NEGOTIATE),
        ("GET", "/api/v1/transfers/{pid}/progress", None, READ),
        ("GET", "/api/v1/events", None, READ),
        ("GET", "/api/v1/events/log", None, READ),
        ("GET", "/api/v1/webhooks", None, ADMINISTER),
        ("POST", "/api/v1/webhooks", Some(json!({"url": "http://127.0.0.1:9/hook"})), ADMINISTER),
        ("DELETE", "/api/v1/webhooks/{id}", None, ADMINISTER),
        ("GET", "/api/v1/requests", None, READ),
        ("GET", "/api/v1/agreements/{id}/usage", None, READ),
        ("POST", "/api/v1/sparql", None, AUDIT),
        ("GET", "/api/v1/sparql/questions", None, AUDIT),
        ("GET", "/api/v1/sparql/questions/{id}", None, AUDIT),
        ("PUT", "/api/v1/sparql/questions/{id}", Some(json!({"title": "T", "query": "ASK {}"})), AUDIT),
        ("DELETE", "/api/v1/sparql/questions/{id}", None, AUDIT),
        ("GET", "/api/v1/statistics/traffic", None, READ),
        ("GET", "/api/v1/statistics/latency", None, READ),
        ("GET", "/api/v1/logs", None, AUDIT),
    ]
}

#[test]
fn the_table_has_every_route_that_needs_a_key() {
    let described = serde_json::to_value(document()).unwrap();
    let mut expected = BTreeSet::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("security") != Some(&json!([{}])) && operation.is_object() {
                expected.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let tested: BTreeSet<String> = table().iter().map(|(method, path, ..)| format!("{method} {path}")).collect();
    assert_eq!(tested, expected);
}

#[actix_web::test]
async fn nobody_gets_in_without_a_key() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    for (method, path, body, _) in table() {
        for header in [None, Some(("X-Api-Key", "wrong")), Some(("Authorization", "Bearer wrong"))] {
            let mut request = request(method, &filled(path));
            if let Some(header) = header {
                request = request.insert_header(header);
            }
            if let Some(body) = &body {
                request = request.set_json(body);
            }
            let refused = answer(&app, request).await;
            let seen = (refused.status, refused.media_type.as_str(), refused.json["code"].as_str());
            let code = if (method, path) == ("GET", "/api/v1/session") { "session.none" } else { "api-key" };
            assert_eq!(seen, (401, "application/problem+json", Some(code)), "{method} {path} {header:?}");
            assert!(refused.headers.contains_key("WWW-Authenticate"));
        }
    }
}

#[actix_web::test]
async fn each_role_may_what_it_may_and_no_more() {
    let fixture = Fixture::new().await;
    // Event streams end at once, after what there is.
    fixture.stopping.cancel();
    let app = fixture.app().await;
    for (method, path, body, allowed) in table() {
        for role in ROLES {
            let answered = call(&app, role, method, &filled(path), body.clone()).await;
            let refused = answered.status == 403 && answered.json["code"] == "role";
            assert_eq!(refused, !allowed.contains(&role), "{role} {method} {path}: {answered:?}");
            assert_ne!(answered.json["code"], "path", "{method} {path} is routed");
            assert_ne!(answered.status, 405, "{method} {path} is routed");
            assert_ne!(answered.status, 500, "{role} {method} {path}: {answered:?}");
        }
    }
}

fn filled(path: &str) -> String {
    let named = path.replace("{did}", "did:web:x").replace("{partner}", "did:web:x").replace("{path}", "x/y");
    named.replace("{id}", "x").replace("{pid}", "x").replace("{name}", "x")
}
