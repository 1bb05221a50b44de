//! What is counted: data requests, bytes, and how long exchanges take, by what partners and we did.

use std::sync::Arc;

use actix_web::{App, test, web};
use serde_json::{Value, json};

use super::fixture::{Answer, answer, call, request};
use super::releasing::{Stage, part, parts};
use crate::dsp;

async fn get(stage: &Stage, path: &str) -> Answer {
    call(&stage.fixture.app().await, "viewer", "GET", &format!("/api/v1{path}"), None).await
}

/// The sum of one member over all points.
fn sum(traffic: &Value, member: &str) -> i64 {
    traffic["points"].as_array().unwrap().iter().map(|point| point[member].as_i64().unwrap()).sum()
}

fn of_kind<'a>(latency: &'a Value, kind: &str) -> &'a Value {
    latency["items"].as_array().unwrap().iter().find(|of| of["kind"] == kind).unwrap()
}

#[actix_web::test]
async fn data_requests_and_their_bytes_are_counted_by_time_and_partner() {
    let stage = parts(part("eq", json!("P-1")), json!({"pathFacts": "/parts/{adm:partNumber}/**"})).await;
    let started = stage.started(Value::Null).await;
    for (tail, status) in [("1", 200), ("1", 200), ("2", 403)] {
        assert_eq!(stage.get(&started, &format!("/parts/P-{tail}/torque.csv")).await.status, status);
    }
    let partner = stage.partner.did.replace('%', "%25");
    let cases = [("hours=24", 300, 288), ("hours=1", 300, 12), ("hours=48", 3600, 48), ("hours=720", 3600, 720)];
    let of_partner = format!("hours=24&partner={partner}");
    for (query, step, points) in cases.into_iter().chain([(of_partner.as_str(), 3600, 24)]) {
        let traffic = get(&stage, &format!("/statistics/traffic?{query}")).await.json;
        assert_eq!(
            (&traffic["stepSeconds"], traffic["points"].as_array().unwrap().len()),
            (&json!(step), points),
            "{query}"
        );
        let sums = ["permitted", "refused", "bytesOut", "bytesIn"].map(|member| sum(&traffic, member));
        assert_eq!(sums, [2, 1, 6, 0], "{query}");
    }
    let nobody = get(&stage, "/statistics/traffic?partner=did:web:nobody").await.json;
    assert_eq!(sum(&nobody, "permitted"), 0);
    assert_eq!(get(&stage, "/summary").await.json["day"], json!({"permitted": 2, "refused": 1, "bytes": 6}));
    for hours in ["0", "721", "x"] {
        assert_eq!(get(&stage, &format!("/statistics/latency?hours={hours}")).await.status, 400, "{hours}");
    }
    let did = json!(stage.partner.did);
    for (query, whose) in
        [(String::new(), &Value::Null), (format!("?partner={partner}"), &did), ("?partner=*".to_owned(), &did)]
    {
        let latency = get(&stage, &format!("/statistics/latency{query}")).await.json;
        let requests = of_kind(&latency, "dataRequest");
        let told = json!([requests["direction"], requests["partner"], requests["count"], requests["failed"]]);
        assert_eq!(told, json!(["in", whose, 2, 0]), "{query}: {latency}");
        let [p50, p95, p99] = ["p50Ms", "p95Ms", "p99Ms"].map(|name| requests[name].as_f64().unwrap());
        assert!(0.0 < p50 && p50 <= p95 && p95 <= p99, "{latency}");
    }
}

#[actix_web::test]
async fn messages_are_counted_once_it_is_proved_who_sends_them() {
    let stage = parts(part("eq", json!("P-1")), json!({"pathFacts": "/parts/{adm:partNumber}/**"})).await;
    let connector = web::Data::from(Arc::clone(&stage.fixture.connector));
    let face = test::init_service(App::new().app_data(connector).configure(dsp::configure)).await;
    let context = ["https://w3id.org/dspace/2025/1/context.jsonld"];
    let transfer = json!({"@context": context, "@type": "TransferRequestMessage", "consumerPid": "urn:c", "agreementId": "urn:no",
        "format": "HttpData-PULL", "callbackAddress": "http://127.0.0.1:9/dsp"});
    let catalog = json!({"@context": context, "@type": "CatalogRequestMessage"});
    let cases = [
        ("catalog/request", &catalog, true, 200),
        ("catalog/request", &catalog, false, 401),
        ("transfers/request", &transfer, true, 400),
        ("catalog/request", &transfer, true, 400),
    ];
    for (path, message, proved, status) in cases {
        let mut asked = request("POST", &format!("/dsp/2025-1/{path}")).set_json(message);
        if proved {
            let audience = &stage.fixture.connector.participant;
            asked = asked.insert_header(("Authorization", stage.partner.header(audience, Some("t")).await));
        }
        let answered = answer(&face, asked).await;
        assert_eq!(answered.status, status, "{path}: {answered:?}");
    }
    let latency = get(&stage, "/statistics/latency").await.json;
    let counted = |kind| json!([of_kind(&latency, kind)["count"], of_kind(&latency, kind)["failed"]]);
    assert_eq!(counted("CatalogRequestMessage"), json!([1, 0]), "{latency}");
    assert_eq!(counted("TransferRequestMessage"), json!([1, 1]), "{latency}");
    assert_eq!(of_kind(&latency, "TransferRequestMessage")["p50Ms"], Value::Null);
}
