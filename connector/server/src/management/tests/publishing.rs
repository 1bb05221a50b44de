//! Assets, policies and offers: the listing fits both, secrets stay, and nothing in use disappears.

use serde_json::{Value, json};

use super::fixture::{Fixture, asset, call, open_policy};
use crate::storage::offers::{self, Audience};

#[actix_web::test]
async fn the_listing_follows_assets_and_offers() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let audience = [Audience { dataspace: String::new(), access_policy: "p".to_owned() }];
    let listed = async || offers::asset_ids(&fixture.connector.db, &audience, "", 100).await.unwrap();
    let send = async |method, path: &str, body| call(&app, "admin", method, path, body).await;

    assert_eq!(send("POST", "/api/v1/policies", Some(json!({"id": "p", "policy": open_policy()}))).await.status, 201);
    let many = json!([asset("a1"), asset("a2"), coloured("b1", "red")]);
    assert_eq!(send("POST", "/api/v1/assets", Some(many)).await.status, 201);
    let red = json!({"id": "o", "assets": {"where": [{"property": "colour", "operator": "eq", "value": "red"}]},
        "accessPolicy": "p", "usagePolicy": "p", "offerIds": {"b2": "urn:offer:b2"}});
    assert_eq!(send("POST", "/api/v1/offers", Some(red)).await.status, 201);
    assert_eq!(listed().await, ["b1"]);

    assert_eq!(send("POST", "/api/v1/assets", Some(coloured("b2", "red"))).await.status, 201);
    assert_eq!(listed().await, ["b1", "b2"]);
    let fixed = offers::by_dsp_offer_id(&fixture.connector.db, "urn:offer:b2").await.unwrap().unwrap();
    assert_eq!((fixed.0.id.as_str(), fixed.1.as_str()), ("o", "b2"));

    assert_eq!(send("PUT", "/api/v1/assets/b1", Some(coloured("b1", "blue"))).await.status, 200);
    assert_eq!(listed().await, ["b2"]);
    let ids = json!({"assets": {"ids": ["a1", "a1", "none"]}, "accessPolicy": "p", "usagePolicy": "p"});
    assert_eq!(send("PUT", "/api/v1/offers/o", Some(ids)).await.status, 200);
    assert_eq!(listed().await, ["a1"]);
    assert_eq!(send("DELETE", "/api/v1/assets/a1", None).await.status, 204);
    assert!(listed().await.is_empty());

    let all = json!({"id": "all", "assets": {"all": true}, "accessPolicy": "p", "usagePolicy": "p"});
    assert_eq!(send("POST", "/api/v1/offers", Some(all)).await.status, 201);
    assert_eq!(listed().await, ["a2", "b1", "b2"]);
    assert_eq!(send("DELETE", "/api/v1/offers/all", None).await.status, 204);
    assert!(listed().await.is_empty());
}

#[actix_web::test]
async fn what_is_taken_or_in_use_is_a_conflict() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let send = async |method, path: &str, body| call(&app, "admin", method, path, body).await;
    let policy = json!({"id": "p", "policy": open_policy()});
    let offer = json!({"id": "o", "assets": {"all": true}, "accessPolicy": "p", "usagePolicy": "p"});
    let same_dsp_id = json!({"id": "o2", "assets": {"all": true}, "accessPolicy": "p", "usagePolicy": "p",
        "offerIds": {"a": "o:a"}});
    let steps = [
        ("POST", "/api/v1/policies", Some(policy.clone()), 201, ""),
        ("POST", "/api/v1/policies", Some(policy), 409, "already-exists"),
        ("POST", "/api/v1/assets", Some(asset("a")), 201, ""),
        // All or none: the second is taken, so the first is not created.
        ("POST", "/api/v1/assets", Some(json!([asset("fresh"), asset("a")])), 409, "already-exists"),
        ("GET", "/api/v1/assets/fresh", None, 404, "not-found"),
        ("POST", "/api/v1/offers", Some(offer.clone()), 201, ""),
        ("POST", "/api/v1/offers", Some(offer), 409, "already-exists"),
        ("POST", "/api/v1/offers", Some(same_dsp_id), 409, "offer.id-taken"),
        ("DELETE", "/api/v1/policies/p", None, 409, "policy.in-use"),
        ("DELETE", "/api/v1/offers/o", None, 204, ""),
        ("DELETE", "/api/v1/policies/p", None, 204, ""),
        ("DELETE", "/api/v1/policies/p", None, 404, "not-found"),
        ("DELETE", "/api/v1/assets/none", None, 404, "not-found"),
        ("DELETE", "/api/v1/partners/none", None, 404, "not-found"),
        ("DELETE", "/api/v1/webhooks/none", None, 404, "not-found"),
    ];
    for (method, path, body, status, code) in steps {
        let answered = send(method, path, body).await;
        let seen = (answered.status, answered.json["code"].as_str().unwrap_or_default());
        assert_eq!(seen, (status, code), "{method} {path}: {answered:?}");
    }
}

#[actix_web::test]
async fn secrets_of_a_source_are_kept_and_not_shown() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let with = |secret: &str, id: &str| json!({"id": id, "source": {"type": "HttpData", "baseUrl": "http://127.0.0.1:9/", "headers": {"x-api-key": secret}}});
    let created = call(&app, "admin", "POST", "/api/v1/assets", Some(with("s3cret", "a"))).await;
    assert_eq!(created.json["source"]["headers"]["x-api-key"], "***");
    for path in ["/api/v1/assets/a", "/api/v1/assets"] {
        let shown = call(&app, "admin", "GET", path, None).await;
        assert!(shown.status == 200 && !shown.json.to_string().contains("s3cret"), "{path}");
    }
    assert_eq!(call(&app, "admin", "PUT", "/api/v1/assets/a", Some(with("***", "a"))).await.status, 200);
    let stored = crate::storage::assets::by_id(&fixture.connector.db, "a").await.unwrap().unwrap();
    assert_eq!(stored.source["headers"]["x-api-key"], "s3cret");
    let unknown = call(&app, "admin", "POST", "/api/v1/assets", Some(with("***", "b"))).await;
    assert_eq!((unknown.status, unknown.json["rule"].as_str()), (422, Some("source.headers.x-api-key")));
    let file = fixture.dir.path().join("shift.csv");
    std::fs::write(&file, "t,rpm\n").unwrap();
    let local = json!({"id": "f", "source": {"type": "File", "path": file}});
    assert_eq!(call(&app, "admin", "POST", "/api/v1/assets", Some(local)).await.status, 201);
}

#[actix_web::test]
async fn lists_go_on_where_they_ended() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let many: Vec<Value> = (0..5).map(|n| asset(&format!("urn:a:{n}"))).collect();
    assert_eq!(call(&app, "admin", "POST", "/api/v1/assets", Some(json!(many))).await.status, 201);
    let mut seen = Vec::new();
    let mut path = "/api/v1/assets?limit=2".to_owned();
    loop {
        let page = call(&app, "viewer", "GET", &path, None).await.json;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/assets?limit=2&after={next}");
    }
    assert_eq!(seen, ["urn:a:0", "urn:a:1", "urn:a:2", "urn:a:3", "urn:a:4"]);
}

fn coloured(id: &str, colour: &str) -> Value {
    let mut asset = asset(id);
    asset["properties"]["colour"] = json!(colour);
    asset
}
