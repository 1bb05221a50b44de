//! The process's own log lines, and the search and export of events.

use actix_web::test;
use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, answer, asset, call, request};
use crate::config::Log;
use crate::{clock, telemetry};

async fn get(fixture: &Fixture, role: &str, path: &str) -> Answer {
    call(&fixture.app().await, role, "GET", &format!("/api/v1{path}"), None).await
}

/// Status, media type, and the documents of an export.
async fn export(fixture: &Fixture, role: &str, path: &str) -> (u16, String, Vec<Value>) {
    let asked = request("GET", &format!("/api/v1{path}")).insert_header(("X-Api-Key", role));
    let asked = asked.insert_header(("Accept", "application/x-ndjson, application/json;q=0.5"));
    let response = test::call_service(&fixture.app().await, asked.to_request()).await;
    let status = response.status().as_u16();
    let media_type = response.headers().get("Content-Type").unwrap().to_str().unwrap().to_owned();
    let body = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
    (status, media_type, body.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn all(answer: &Answer, member: &str) -> Vec<Value> {
    answer.json["items"].as_array().unwrap().iter().map(|item| item[member].clone()).collect()
}

#[actix_web::test]
async fn log_lines_are_kept_searched_and_exported() {
    telemetry::start(&Log { filter: "logs_test=trace".to_owned(), ..Log::default() });
    let fixture = Fixture::new().await;
    tracing::info!(target: "logs_test", partner = "did:web:Oem", "first");
    tracing::warn!(target: "logs_test", tries = 3, hard = true, "second");
    tracing::error!(target: "logs_test", error = %"no \"luck\"", "third");
    tracing::trace!(target: "logs_test", "fourth");
    let cases = [
        ("q=logs_test", vec!["first", "second", "third", "fourth"]),
        ("q=logs_test&limit=2", vec!["third", "fourth"]),
        ("q=logs_test&level=warn", vec!["second", "third"]),
        ("q=OEM", vec!["first"]),
        ("q=tries", vec!["second"]),
        ("q=no%20%22luck", vec!["third"]),
        ("q=nothing%20of%20the%20kind", vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(all(&get(&fixture, "auditor", &format!("/logs?{query}")).await, "message"), expected, "{query}");
    }
    let lines = get(&fixture, "admin", "/logs?q=logs_test").await;
    let second = &lines.json["items"][1];
    assert_eq!((&second["level"], &second["target"]), (&json!("warn"), &json!("logs_test")));
    assert_eq!(second["fields"], json!({"tries": 3, "hard": true}));
    let seq = second["seq"].as_u64().unwrap();
    let after = get(&fixture, "admin", &format!("/logs?q=logs_test&after={seq}&limit=1")).await;
    assert_eq!(all(&after, "message"), ["third"]);
    assert_eq!(after.json["next"], json!(all(&after, "seq")[0].to_string()));
    assert_eq!(all(&get(&fixture, "admin", &format!("/logs?q=logs_test&before={seq}")).await, "message"), ["first"]);
    let (status, media_type, exported) = export(&fixture, "auditor", "/logs?q=logs_test&limit=1").await;
    assert_eq!((status, media_type.as_str()), (200, "application/x-ndjson"));
    assert_eq!(Value::from(exported), lines.json["items"]);
    assert_eq!(get(&fixture, "viewer", "/logs").await.status, 403);
}

#[actix_web::test]
async fn events_are_searched_in_either_order_and_between_times() {
    let fixture = Fixture::new().await;
    let before = clock::now();
    for id in ["torque", "welds", "scrap"] {
        assert_eq!(call(&fixture.app().await, "admin", "POST", "/api/v1/assets", Some(asset(id))).await.status, 201);
    }
    let partner = json!({"name": "Grand Motors", "dspAddress": "http://127.0.0.1:9/dsp"});
    call(&fixture.app().await, "admin", "PUT", "/api/v1/partners/did:example:oem", Some(partner)).await;
    let until = clock::now() + jiff::SignedDuration::from_secs(1);
    let between = format!("from={before}&until={until}");
    let cases = [
        ("".to_owned(), vec!["torque", "welds", "scrap", "did:example:oem"]),
        ("order=newest".to_owned(), vec!["did:example:oem", "scrap", "welds", "torque"]),
        ("kind=asset.*&order=newest".to_owned(), vec!["scrap", "welds", "torque"]),
        ("kind=asset.created&q=WELD".to_owned(), vec!["welds"]),
        ("q=grand%20motors".to_owned(), vec!["did:example:oem"]),
        ("partner=did:example:oem".to_owned(), vec!["did:example:oem"]),
        (between.clone(), vec!["torque", "welds", "scrap", "did:example:oem"]),
        (format!("{between}&order=newest&kind=asset.*"), vec!["scrap", "welds", "torque"]),
        (format!("until={before}"), vec![]),
        (format!("from={until}"), vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(
            all(&get(&fixture, "viewer", &format!("/events/log?{query}")).await, "subject"),
            expected,
            "{query}"
        );
        // The same in slices of one.
        let (mut slices, mut after) = (Vec::new(), String::new());
        loop {
            let slice = get(&fixture, "viewer", &format!("/events/log?limit=1&{query}{after}")).await;
            assert_eq!(slice.status, 200, "{slice:?}");
            slices.extend(all(&slice, "subject"));
            let Some(next) = slice.json["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(slices, expected, "{query}, one by one");
    }
    for query in ["after=x", "after=1.x", "order=none", "from=yesterday", "from=2026-01-01T00:00:00Z&after=99999"] {
        assert_eq!(get(&fixture, "viewer", &format!("/events/log?{query}")).await.status, 400, "{query}");
    }
}

#[actix_web::test]
async fn an_export_of_events_is_whole_and_for_who_audits() {
    let fixture = Fixture::new().await;
    let mut change = crate::connector::Change::default();
    for n in 0..1_203 {
        change.event("test.written", &format!("subject-{n}"), None, json!({"n": n}));
    }
    fixture.connector.commit(change).await.unwrap();
    for (query, count, first) in [("", 1_203, 0), ("?order=newest&limit=5", 1_203, 1_202), ("?q=subject-12", 14, 12)] {
        let (status, media_type, events) = export(&fixture, "auditor", &format!("/events/log{query}")).await;
        assert_eq!((status, media_type.as_str()), (200, "application/x-ndjson"));
        let events: Vec<&Value> = events.iter().filter(|event| event["kind"] == "test.written").collect();
        assert_eq!((events.len(), &events[0]["n"]), (count, &json!(first)), "{query}");
    }
    let exported = fixture.events("events.exported", "events", 3).await;
    assert_eq!(exported[0]["by"], "auditor");
    let asked = request("GET", "/api/v1/events/log").insert_header(("X-Api-Key", "viewer"));
    let refused = answer(&fixture.app().await, asked.insert_header(("Accept", "application/x-ndjson"))).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (403, Some("role")));
}
