//! What cannot be read is refused with the member at fault; what does not exist, with what does.

use serde_json::json;

use super::fixture::{Fixture, answer, asset, call, request};

#[actix_web::test]
async fn a_body_that_cannot_be_read_names_the_member() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let source = r#""source":{"type":"HttpData","baseUrl":"http://127.0.0.1:9"}"#;
    let deep = format!("{{\"properties\":{}1{},{source}}}", "[".repeat(100), "]".repeat(100));
    let large = format!("{{\"id\":\"{}\",{source}}}", "a".repeat(2 << 20));
    let post = |path: &'static str, body: &str| ("POST", path, body.to_owned());
    let cases = [
        (post("/api/v1/assets", "{"), 400, "body", ""),
        (post("/api/v1/assets", ""), 400, "body", ""),
        (post("/api/v1/assets", "7"), 400, "body", ""),
        (post("/api/v1/assets", "{}{}"), 400, "body", ""),
        (post("/api/v1/assets", "\"\u{0}\""), 400, "body", ""),
        (post("/api/v1/assets", &format!("{{{source},\"surprise\":1}}")), 400, "body", "surprise"),
        (post("/api/v1/assets", &format!("[{{{source}}},{{{source},\"id\":7}}]")), 400, "body", "[1].id"),
        (post("/api/v1/assets", "{\"id\":\"a\"}"), 400, "body", ""),
        (post("/api/v1/assets", &deep), 400, "body.too-deep", ""),
        (post("/api/v1/assets", &large), 413, "body.too-large", "limits.body_bytes"),
        (post("/api/v1/assets", "{\"source\":{\"type\":\"S3\"}}"), 422, "asset.source-malformed", "source"),
        (
            post("/api/v1/assets", "{\"source\":{\"type\":\"File\",\"path\":\"/etc/passwd\"}}"),
            422,
            "asset.source-file-outside",
            "source",
        ),
        (
            post("/api/v1/assets", &format!("{{{source},\"formats\":[\"Carrier-PIGEON\"]}}")),
            422,
            "asset.format",
            "formats",
        ),
        (post("/api/v1/assets", &format!("{{{source},\"id\":\" \"}}")), 422, "id", ""),
        (post("/api/v1/assets", &format!("{{{source},\"id\":\"..\"}}")), 422, "id", ""),
        (post("/api/v1/policies", "{\"policy\":{\"permission\":[]}}"), 422, "policy.unusable", "*"),
        (
            post(
                "/api/v1/policies",
                "{\"policy\":{\"permission\":[{\"action\":\"use\",\"constraint\":[{\"leftOperand\":\"dateTime\",\"operator\":\"about\",\"rightOperand\":\"x\"}]}]}}",
            ),
            422,
            "policy.unusable",
            "permission[0].constraint[0].operator",
        ),
        (
            post(
                "/api/v1/offers",
                "{\"assets\":{\"all\":true,\"ids\":[]},\"accessPolicy\":\"p\",\"usagePolicy\":\"p\"}",
            ),
            400,
            "body",
            "assets*",
        ),
        (
            post("/api/v1/offers", "{\"assets\":{\"all\":false},\"accessPolicy\":\"p\",\"usagePolicy\":\"p\"}"),
            422,
            "offer.selector",
            "assets.all",
        ),
        (
            post(
                "/api/v1/offers",
                "{\"assets\":{\"where\":[{\"property\":\"a\",\"operator\":\"in\",\"value\":1}]},\"accessPolicy\":\"p\",\"usagePolicy\":\"p\"}",
            ),
            422,
            "offer.selector",
            "assets.where[0].value",
        ),
        (
            post(
                "/api/v1/offers",
                "{\"assets\":{\"all\":true},\"accessPolicy\":\"p\",\"usagePolicy\":\"p\",\"automation\":{\"answer\":\"maybe\"}}",
            ),
            400,
            "body",
            "automation.answer",
        ),
        (
            post("/api/v1/offers", "{\"assets\":{\"all\":true},\"accessPolicy\":\"p\",\"usagePolicy\":\"p\"}"),
            422,
            "offer.policy-unknown",
            "accessPolicy",
        ),
        (("PUT", "/api/v1/partners/did:example:a", "{\"name\":\"A\"}".to_owned()), 400, "body", ""),
        (
            ("PUT", "/api/v1/partners/did:example:a", "{\"name\":\"A\",\"dspAddress\":\"ftp://a\"}".to_owned()),
            422,
            "partner.address",
            "dspAddress",
        ),
        (
            (
                "PUT",
                "/api/v1/partners/did:example:a",
                "{\"name\":\"A\",\"dspAddress\":\"http://127.0.0.1:9\",\"claims\":{\"level\":[1]}}".to_owned(),
            ),
            422,
            "partner.claims",
            "claims.level",
        ),
        (
            post(
                "/api/v1/negotiations",
                "{\"partner\":\"did:example:a\",\"counterPartyId\":\"did:example:a\",\"offer\":{}}",
            ),
            400,
            "body",
            "partner",
        ),
        (
            post("/api/v1/webhooks", "{\"url\":\"http://127.0.0.1:9\",\"kinds\":[\"Some Thing\"]}"),
            422,
            "webhook.kinds",
            "kinds",
        ),
        (
            post("/api/v1/webhooks", "{\"url\":\"http://127.0.0.1:9\",\"secret\":\"short\"}"),
            422,
            "webhook.secret",
            "secret",
        ),
    ];
    for ((method, path, body), status, code, rule) in cases {
        let shown: String = body.chars().take(120).collect();
        let request = request(method, path)
            .insert_header(("X-Api-Key", "admin"))
            .insert_header(("Content-Type", "application/json"))
            .set_payload(body);
        let refused = answer(&app, request).await;
        assert_eq!(
            (refused.status, refused.json["code"].as_str()),
            (status, Some(code)),
            "{path} {shown}: {refused:?}"
        );
        assert_eq!(refused.media_type, "application/problem+json");
        let named = refused.json["rule"].as_str().unwrap_or_default();
        let fits = rule.strip_suffix('*').map_or(named == rule, |prefix| named.starts_with(prefix));
        assert!(fits, "{path} {shown}: the rule is {named:?}, not {rule:?}");
    }
}

#[actix_web::test]
async fn what_is_not_there_is_refused_with_a_problem_document() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let cases = [
        ("GET", "/api/v1/nothing", 404, "path", None),
        ("GET", "/", 404, "path", None),
        ("PATCH", "/api/v1/assets/a", 405, "method", Some("GET, PUT, DELETE")),
        ("DELETE", "/api/v1/assets", 405, "method", Some("GET, POST")),
        ("POST", "/health/live", 405, "method", Some("GET")),
        ("GET", "/api/v1/assets/a", 404, "not-found", None),
        ("GET", "/api/v1/events/log?limit=0", 400, "query", None),
        ("GET", "/api/v1/assets?limit=1001", 400, "query", None),
        ("GET", "/api/v1/assets?offset=1", 400, "query", None),
        ("GET", "/api/v1/events?after=x", 400, "query", None),
        // Fixed paths stand before captured ones.
        ("GET", "/api/v1/negotiations/x/messages", 404, "not-found", None),
        ("GET", "/api/v1/transfers/x/data-address", 404, "not-found", None),
        ("GET", "/api/v1/agreements/x/verify", 404, "not-found", None),
    ];
    for (method, path, status, code, allow) in cases {
        let refused = call(&app, "admin", method, path, None).await;
        let seen = (refused.status, refused.media_type.as_str(), refused.json["code"].as_str());
        assert_eq!(seen, (status, "application/problem+json", Some(code)), "{method} {path}");
        assert_eq!(refused.json["status"], status);
        assert_eq!(refused.headers.get("Allow").map(|value| value.to_str().unwrap()), allow, "{method} {path}");
    }
    let media = request("POST", "/api/v1/assets").insert_header(("X-Api-Key", "admin")).set_payload("a=b");
    let refused = answer(&app, media).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (415, Some("media-type")));
}

#[actix_web::test]
async fn ids_that_are_not_safe_in_a_path_are_percent_encoded_there() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    for id in ["urn:part:a/b", "100%25", "a b?c#d", "größe+1", "a%2Fb", "..."] {
        let created = call(&app, "admin", "POST", "/api/v1/assets", Some(asset(id))).await;
        assert_eq!(created.status, 201, "{id}: {created:?}");
        let location = created.headers.get("Location").unwrap().to_str().unwrap();
        let read = call(&app, "viewer", "GET", location, None).await;
        assert_eq!((read.status, &read.json["id"]), (200, &json!(id)), "{location}");
    }
}
