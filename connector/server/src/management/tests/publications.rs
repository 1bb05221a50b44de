//! Publications: an asset, its policies and its offer in one commit, or nothing; tried out before without a trace.

use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, asset, call, open_policy};
use super::policies::catenax;
use crate::storage::events;

const CX: &str = "https://w3id.org/catenax/2025/9/policy/";

fn form() -> Value {
    json!({"asset": asset("press-7"), "access": {"id": "all", "policy": open_policy()},
        "usage": {"id": "terms", "policy": catenax()}, "offer": {"id": "o", "automation": {"answer": "hold"}}})
}

async fn publish(fixture: &Fixture, query: &str, body: Value) -> Answer {
    call(&fixture.app().await, "admin", "POST", &format!("/api/v1/publications{query}"), Some(body)).await
}

/// Everything that the connector has of what can be published, and every event.
async fn everything(fixture: &Fixture) -> (Vec<Value>, usize) {
    let app = fixture.app().await;
    let mut lists = Vec::new();
    for list in ["assets", "policies", "offers"] {
        lists.push(call(&app, "viewer", "GET", &format!("/api/v1/{list}"), None).await.json);
    }
    (lists, events::after(&fixture.connector.db, 0, None, 1000).await.unwrap().len())
}

#[actix_web::test]
async fn one_form_is_one_commit() {
    let fixture = Fixture::new().await;
    let before = everything(&fixture).await;
    let tried = publish(&fixture, "?dryRun=true", form()).await;
    assert_eq!((tried.status, &tried.json["problems"]), (200, &json!([])), "{tried:?}");
    assert_eq!(everything(&fixture).await, before, "a dry run leaves no trace");
    let published = publish(&fixture, "", form()).await;
    assert_eq!(published.status, 201, "{published:?}");
    assert_eq!(published.headers.get("location").unwrap(), "/api/v1/offers/o");
    for member in [
        "/asset/id",
        "/accessPolicy/id",
        "/usagePolicy/policy",
        "/terms",
        "/accessTerms",
        "/offer/automation",
        "/offer/assets",
    ] {
        assert_eq!(published.json.pointer(member), tried.json.pointer(member), "{member}");
        assert!(published.json.pointer(member).is_some_and(|value| !value.is_null()), "{member}");
    }
    let contractual = &published.json["terms"]["contractualOnly"];
    assert!(contractual.to_string().contains("negligence"), "{published:?}");
    assert_eq!(published.json["findings"], json!([]));
    let app = fixture.app().await;
    let shown = call(&app, "viewer", "GET", "/api/v1/assets/press-7", None).await.json;
    assert_eq!(
        (&shown["offers"], &shown["agreements"], &shown["agreementsInForce"]),
        (&json!(1), &json!(0), &json!(0))
    );
    let preview = call(&app, "viewer", "POST", "/api/v1/catalog/preview", Some(json!({}))).await.json;
    assert_eq!(preview["visible"][0]["asset"], "press-7", "{preview}");
    let recorded = events::after(&fixture.connector.db, 0, None, 1000).await.unwrap();
    let kinds: Vec<&str> = recorded.iter().map(|row| row.event.kind.as_str()).collect();
    assert_eq!(kinds, ["policy.created", "policy.created", "asset.created", "offer.created"]);
    assert!(recorded.iter().all(|row| row.event.body["publication"] == "o"), "{recorded:?}");
}

#[actix_web::test]
async fn what_is_there_is_published_as_it_is() {
    let fixture = Fixture::new().await;
    assert_eq!(publish(&fixture, "", form()).await.status, 201);
    let again = json!({"assetId": "press-7", "access": {"policyId": "all"}, "usage": {"turtle":
        "@prefix odrl: <http://www.w3.org/ns/odrl/2/> . <urn:p> a odrl:Set ; odrl:permission [ odrl:action odrl:use ] ."}});
    let published = publish(&fixture, "", again).await;
    assert_eq!(published.status, 201, "{published:?}");
    assert_eq!(published.json["asset"]["offers"], json!(2));
    assert_eq!(published.json["accessPolicy"]["id"], "all");
    let (lists, _) = everything(&fixture).await;
    let counts: Vec<usize> = lists.iter().map(|list| list["items"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [1, 3, 2]);
}

#[actix_web::test]
async fn a_new_asset_stands_under_offers_that_select_it() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    for (path, body) in [
        ("policies", json!({"id": "p", "policy": open_policy()})),
        ("offers", json!({"id": "every", "assets": {"all": true}, "accessPolicy": "p", "usagePolicy": "p"})),
    ] {
        assert_eq!(call(&app, "admin", "POST", &format!("/api/v1/{path}"), Some(body)).await.status, 201);
    }
    let published = publish(&fixture, "", form()).await;
    assert_eq!((published.status, &published.json["asset"]["offers"]), (201, &json!(2)), "{published:?}");
}

/// Each case: a change to the form, and the code and rule that refuse it.
#[actix_web::test]
async fn what_is_wrong_is_named_and_nothing_is_changed() {
    let fixture = Fixture::new().await;
    assert_eq!(publish(&fixture, "", form()).await.status, 201);
    let put = json!({"name": "C", "profile": CX});
    assert_eq!(call(&fixture.app().await, "admin", "PUT", "/api/v1/dataspaces/cx", Some(put)).await.status, 201);
    let before = everything(&fixture).await;
    let fresh = || {
        json!({"asset": asset("press-8"), "access": {"id": "all-8", "policy": open_policy()},
            "usage": {"id": "terms-8", "policy": open_policy()}, "offer": {"id": "o-8", "dataspace": ""}})
    };
    let foreign = json!({"@type": "Set", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "https://foreign.example/moonPhase", "operator": "eq", "rightOperand": "full"}]}]});
    let cases: Vec<(&str, Value, u16, &str, &str)> = vec![
        ("/asset/id", json!("press-7"), 409, "already-exists", "asset.id"),
        ("/asset/source/baseUrl", json!("ftp://x"), 422, "asset.source-scheme", "asset.source"),
        ("/access", json!({"policyId": "none"}), 422, "publication.unknown", "access.id"),
        ("/access/id", json!("all"), 409, "already-exists", "access.id"),
        ("/usage/id", json!("all-8"), 409, "already-exists", "usage.id"),
        ("/usage/policy", foreign, 422, "policy.profile", "usage"),
        ("/usage/policy", json!({"permission": 7}), 422, "policy.unusable", "usage"),
        ("/offer/id", json!("o"), 409, "already-exists", "offer.id"),
        ("/offer/dataspace", json!("nowhere"), 422, "offer.dataspace-unknown", "offer.dataspace"),
        ("/offer/dataspace", json!("cx"), 422, "policy.profile", "usage"),
    ];
    for (member, value, status, code, rule) in cases {
        let mut body = fresh();
        *body.pointer_mut(member).unwrap() = value.clone();
        let tried = publish(&fixture, "?dryRun=true", body.clone()).await;
        let problem = &tried.json["problems"][0];
        assert_eq!((tried.status, problem["code"].as_str()), (200, Some(code)), "{member} {value}: {tried:?}");
        assert!(problem["rule"].as_str().is_some_and(|told| told.starts_with(rule)), "{member} {value}: {problem}");
        let refused = publish(&fixture, "", body).await;
        assert_eq!(
            (refused.status, refused.json["code"].as_str()),
            (status, Some(code)),
            "{member} {value}: {refused:?}"
        );
        assert_eq!(everything(&fixture).await, before, "{member} {value}");
    }
    let mut several = fresh();
    several["asset"]["id"] = json!("press-7");
    several["access"] = json!({"policyId": "none"});
    let refused = publish(&fixture, "", several).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some("publication.refused")), "{refused:?}");
    let paths: Vec<&str> =
        refused.json["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["asset.id", "access.id"]);
    for malformed in [
        json!({"access": {"policyId": "all"}, "usage": {"policyId": "all"}}),
        json!({"assetId": "press-7", "access": {}, "usage": {"policyId": "all"}}),
        json!({"assetId": "press-7", "access": {"policyId": "all", "id": "x"}, "usage": {"policyId": "all"}}),
    ] {
        assert_eq!(publish(&fixture, "", malformed.clone()).await.status, 400, "{malformed}");
    }
    assert_eq!(everything(&fixture).await, before);
}
