//! Data is released on all that is known: of the asset, of the request and its path, of what was used. Each refusal names its
//! rule, and nothing of the data leaves with it.

use std::sync::Arc;
use std::time::Instant;

use actix_web::{App, test, web};
use futures_util::future::join_all;
use serde_json::{Value, json};
use symbolon_vocab::messages::{TransferRequestMessage, parse};

use super::fixture::{Answer, Fixture, answer, asset, call, request};
use super::partner::Partner;
use super::presenting::{self, MEMBERSHIP, asks};
use crate::authentication::Caller;
use crate::clock;
use crate::connector::Change;
use crate::operations::data::{self, Asked};
use crate::operations::grants::{Grant, Occasion};
use crate::operations::transfers::{PULL, PUSH, receiving};
use crate::problem::Problem;
use crate::storage::{messages, requests, transfers, usage};

const PART: &str = "https://w3id.org/symbolon/admissibility/1/partNumber";
const ECCN: &str = "https://w3id.org/symbolon/export-control/1/eccn";
const AGREEMENT: &str = "urn:agreement:1";

/// A provider with one asset and one agreement about it, and the partner that it was made with.
pub(super) struct Stage {
    pub(super) fixture: Fixture,
    pub(super) partner: Partner,
    caller: Caller,
}

/// A transfer that was started.
pub(super) struct Started {
    pid: String,
    token: String,
}

impl Stage {
    async fn new(asset: Value, rules: Value) -> Self {
        Self::within("", asset, rules).await
    }

    /// In a dataspace that the partner has proved to belong to, unless that is empty.
    async fn within(dataspace: &str, asset: Value, rules: Value) -> Self {
        let (fixture, partner) = (Fixture::new().await, Partner::start());
        if !dataspace.is_empty() {
            presenting::dataspace(&fixture, dataspace, &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
        }
        let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
        let stage = Self { fixture, partner, caller };
        stage.send("POST", "/api/v1/assets", asset).await;
        let mut agreement = json!({"@type": "Agreement", "@id": AGREEMENT, "target": "a", "timestamp": "2026-01-31T12:00:00Z",
            "assigner": stage.fixture.connector.participant, "assignee": stage.partner.did});
        agreement.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        let import = json!({"role": "provider", "partner": stage.partner.did, "agreement": agreement,
            "partnerAddress": "http://127.0.0.1:9/dsp", "dataspace": dataspace});
        stage.send("POST", "/api/v1/agreements", import).await;
        stage
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let sent = call(&self.fixture.app().await, "admin", method, path, Some(body)).await;
        assert!(sent.status < 300, "{method} {path}: {sent:?}");
        sent
    }

    /// The partner asks for a transfer with this scope. It starts, or ends with a code and a reason.
    async fn start(&self, scope: Value, format: &str) -> Result<Started, Problem> {
        let connector = &self.fixture.connector;
        let pid = format!("urn:consumer:{}", crate::ids::plain());
        let mut message = json!({"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
            "@type": "TransferRequestMessage", "consumerPid": pid, "agreementId": AGREEMENT, "format": format,
            "callbackAddress": "http://127.0.0.1:9/dsp"});
        if format == PUSH {
            message["dataAddress"] = json!({"@type": "DataAddress", "endpoint": "http://127.0.0.1:9/inbox",
                "endpointType": "https://w3id.org/idsa/v4.1/HTTP"});
        }
        if !scope.is_null() {
            message["https://w3id.org/symbolon/1/scope"] = json!({"@type": "@json", "@value": scope});
        }
        let payload = message.to_string();
        let message: TransferRequestMessage = parse(payload.as_bytes()).unwrap();
        let begun = receiving::requested(connector, &self.caller, message, &payload).await?;
        let sent = messages::of_process(&connector.db, &begun.provider_pid).await.unwrap().pop().unwrap();
        let sent: Value = serde_json::from_str(&sent.payload).unwrap();
        if format == PUSH && sent["@type"] == "TransferStartMessage" {
            return Ok(Started { pid: begun.provider_pid, token: String::new() });
        }
        let Some(properties) = sent["dataAddress"]["endpointProperties"].as_array() else {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            return Err(Problem::bad_request(&text(&sent["code"]), sent["reason"].to_string()));
        };
        let token = properties.iter().find(|property| property["name"] == "authorization").unwrap();
        Ok(Started { pid: begun.provider_pid, token: token["value"].as_str().unwrap().to_owned() })
    }

    pub(super) async fn started(&self, scope: Value) -> Started {
        self.start(scope, PULL).await.unwrap()
    }

    /// What the data face answers.
    pub(super) async fn get(&self, started: &Started, tail: &str) -> Answer {
        let connector = web::Data::from(Arc::clone(&self.fixture.connector));
        let client = web::Data::new(self.fixture.connector.sources.clone());
        let app = App::new().app_data(connector).app_data(client).configure(crate::data::configure);
        let app = test::init_service(app).await;
        let asked = request("GET", &format!("/data/{}{tail}", started.pid));
        answer(&app, asked.insert_header(("Authorization", format!("Bearer {}", started.token)))).await
    }

    async fn grant(&self, started: &Started) -> Arc<Grant> {
        let connector = &self.fixture.connector;
        connector.grants.of(connector, &started.pid, clock::now()).await.unwrap().unwrap()
    }

    async fn deliver(&self, started: &Started) -> Result<(), String> {
        let released = data::release_delivery(&self.fixture.connector, &*self.grant(started).await).await;
        released.map_err(|problem| problem.code)
    }

    async fn release(&self, started: &Started) -> Result<(), Problem> {
        let asked = Asked { transfer: &started.pid, token: Some(&started.token), method: "GET", path: "", query: "" };
        data::release(&self.fixture.connector, asked).await.map(|_| ())
    }

    /// The rules by which requests were decided, oldest first.
    async fn recorded(&self) -> Vec<(bool, String)> {
        let connector = &self.fixture.connector;
        connector.recorder.flush().await;
        // Whatever waits to be written is written with the next commit.
        let mut change = Change::default();
        change.event("test.written", AGREEMENT, None, Value::Null);
        connector.commit(change).await.unwrap();
        let rows = requests::after(&connector.db, 0, None, Some(AGREEMENT), 1000).await.unwrap();
        rows.into_iter().map(|(_, row)| (row.permitted, row.rule)).collect()
    }

    async fn used(&self) -> Vec<i64> {
        let rows = usage::under(&self.fixture.connector.db, AGREEMENT).await.unwrap();
        rows.into_iter().map(|row| row.amount).collect()
    }
}

fn permits(constraint: Value) -> Value {
    json!({"permission": [{"action": "use", "constraint": [constraint]}]})
}

pub(super) fn part(operator: &str, value: Value) -> Value {
    permits(json!({"leftOperand": PART, "operator": operator, "rightOperand": value}))
}

fn count(most: u64) -> Value {
    let most = json!({"@value": most.to_string(), "@type": "xsd:integer"});
    permits(json!({"leftOperand": "count", "operator": "lteq", "rightOperand": most}))
}

/// An asset of files, one for each part.
pub(super) async fn parts(rules: Value, more: Value) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let stage_of = |folder: &std::path::Path| {
        let mut asset = json!({"id": "a", "source": {"type": "File", "path": folder}});
        asset.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asset
    };
    // The fixture publishes from its own folder only, so the asset is replaced once that is known.
    let stage = Stage::new(asset("a"), rules).await;
    let root = stage.fixture.dir.path().join("files");
    for (name, text) in [("parts/P-1/torque.csv", "one"), ("parts/P-2/torque.csv", "two"), ("secret.csv", "three")] {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    stage.send("PUT", "/api/v1/assets/a", stage_of(&root)).await;
    drop(folder);
    stage
}

#[actix_web::test]
async fn the_path_of_a_request_says_which_part_it_is_about() {
    let stage = parts(part("eq", json!("P-1")), json!({"pathFacts": "/parts/{adm:partNumber}/**"})).await;
    let started = stage.started(Value::Null).await;
    for tail in ["/parts/P-1/torque.csv", "/%70arts/P%2D1/torque.csv"] {
        assert_eq!(stage.get(&started, tail).await.status, 200, "{tail}");
    }
    let cases = [
        ("/parts/P-2/torque.csv", "policy.denied"),
        ("/parts/P%2D2/torque.csv", "policy.denied"),
        ("/parts/p-1/torque.csv", "policy.denied"),
        ("/parts/P-1%20/torque.csv", "policy.denied"),
        ("", "policy.path"),
        ("/secret.csv", "policy.path"),
        ("/other/P-1/torque.csv", "policy.path"),
        ("/parts/P-1/torque.csv?part=P-2", "policy.path"),
        ("/parts/P-1/../P-2/torque.csv", "policy.path-spelling"),
        ("/parts/P-1/%2e%2e/P-2/torque.csv", "policy.path-spelling"),
        ("/parts/P-1/%2e%2e%2fP-2/torque.csv", "policy.path-spelling"),
        ("/parts/P-1/..%5cP-2/torque.csv", "policy.path-spelling"),
        ("/parts/P-1/%252e%252e/P-2/torque.csv", "policy.path-spelling"),
        ("/parts//P-2/torque.csv", "policy.path-spelling"),
        ("/parts/P-1;P-2/torque.csv", "policy.path-spelling"),
        ("/parts/P-1%00/torque.csv", "policy.path-spelling"),
        ("/parts/P-1%ff/torque.csv", "policy.path-spelling"),
    ];
    for (tail, code) in cases {
        let refused = stage.get(&started, tail).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (403, Some(code)), "{tail}: {refused:?}");
        assert!(refused.json["rule"].is_string() && refused.json["detail"].is_string(), "{tail}: {refused:?}");
    }
    let recorded = stage.recorded().await;
    assert_eq!(recorded.len(), 2 + cases.len());
    assert_eq!(recorded[0], (true, "permission[0]".to_owned()));
    assert!(recorded[2].1.contains("permission[0].constraint[0]"), "{recorded:?}");
}

#[actix_web::test]
async fn a_transfer_stays_within_the_scope_that_was_declared() {
    let any = part("isAnyOf", json!(["P-1", "P-2"]));
    let stage = parts(any, json!({"pathFacts": "/parts/{adm:partNumber}/**"})).await;
    let started = stage.started(json!({"adm:partNumber": "P-1"})).await;
    assert_eq!(stage.get(&started, "/parts/P-1/torque.csv").await.status, 200);
    let refused = stage.get(&started, "/parts/P-2/torque.csv").await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (403, Some("policy.scope")), "{refused:?}");
    let stored = transfers::by_pid(&stage.fixture.connector.db, &started.pid).await.unwrap().unwrap();
    assert_eq!(stored.scope.map(Value::Object), Some(json!({PART: "P-1"})));
    let shown =
        call(&stage.fixture.app().await, "viewer", "GET", &format!("/api/v1/transfers/{}", started.pid), None).await;
    assert_eq!(shown.json["scope"], json!({PART: "P-1"}), "{shown:?}");
}

#[actix_web::test]
async fn a_scope_is_declared_and_never_guessed() {
    let stage = Stage::new(asset("a"), part("eq", json!("P-1"))).await;
    let cases = [
        (Value::Null, "policy.denied"),
        (json!({"adm:partNumber": "P-2"}), "policy.denied"),
        (json!({"adm:partNumber": ["P-1", "P-2"]}), "policy.denied"),
        (json!({"adm:lot": "P-1"}), "policy.denied"),
        (json!({"ec:nationality": "DE"}), "transfer.scope"),
        (json!({"https://w3id.org/symbolon/1/participantId": "did:web:other.example"}), "transfer.scope"),
        (json!({"adm:partNumber": {"any": 1}}), "transfer.scope"),
    ];
    for (scope, code) in cases {
        let refused = stage.start(scope.clone(), PULL).await.map(|started| started.pid);
        assert_eq!(refused.map_err(|problem| problem.code), Err(code.to_owned()), "{scope}");
    }
    stage.started(json!({"adm:partNumber": "P-1"})).await;
}

#[actix_web::test]
async fn what_an_asset_is_counts_and_what_is_private_of_it_is_not_shown() {
    let mut classified = asset("a");
    classified["properties"]["adm:partNumber"] = json!("P-1");
    classified["privateProperties"] = json!({"ec:eccn": "9A610"});
    let both = |eccn: &str, part: &str| {
        json!({"permission": [{"action": "use", "constraint": [
            {"leftOperand": ECCN, "operator": "isAnyOf", "rightOperand": [eccn]},
            {"leftOperand": PART, "operator": "eq", "rightOperand": part}]}]})
    };
    for (eccn, part, starts) in [("9A610", "P-1", true), ("EAR99", "P-1", false), ("9A610", "P-2", false)] {
        let stage = Stage::new(classified.clone(), both(eccn, part)).await;
        let outcome = stage.start(Value::Null, PULL).await;
        assert_eq!(
            outcome.map(|_| ()).map_err(|problem| problem.code),
            if starts { Ok(()) } else { Err("policy.denied".to_owned()) }
        );
        if starts {
            let other = stage.start(json!({"adm:partNumber": "P-2"}), PULL).await.map(|_| ());
            assert_eq!(other.map_err(|problem| problem.code), Err("policy.scope".to_owned()));
        }
    }
    let stage = Stage::new(classified, both("9A610", "P-1")).await;
    stage.send("POST", "/api/v1/policies", json!({"id": "p", "policy": super::fixture::open_policy()})).await;
    let offer = json!({"assets": {"all": true}, "accessPolicy": "p", "usagePolicy": "p", "dataspace": ""});
    stage.send("POST", "/api/v1/offers", offer).await;
    let asked =
        parse(br#"{"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}"#);
    let page = crate::operations::catalog::provide(&stage.fixture.connector, &stage.caller, &asked.unwrap(), "").await;
    let shown = json!(page.unwrap().catalog).to_string();
    assert!(shown.contains("P-1") && !shown.contains("9A610") && !shown.contains("eccn"), "{shown}");
}

#[actix_web::test]
async fn the_last_uses_go_to_as_many_requests_as_there_are() {
    const MOST: usize = 5;
    let stage = Stage::new(asset("a"), count(5)).await;
    let started = stage.started(Value::Null).await;
    assert_eq!(stage.used().await, Vec::<i64>::new());
    let outcomes = join_all((0..100).map(|_| stage.release(&started))).await;
    let refused: Vec<String> = outcomes.into_iter().filter_map(Result::err).map(|problem| problem.code).collect();
    assert_eq!(refused.len(), 100 - MOST);
    assert!(refused.iter().all(|code| code == "usage.exhausted"), "{refused:?}");
    assert_eq!(stage.used().await, [5]);
    let recorded = stage.recorded().await;
    let mut taken: Vec<&str> =
        recorded.iter().filter(|(permitted, _)| *permitted).map(|(_, rule)| rule.as_str()).collect();
    taken.sort_unstable();
    assert_eq!(taken.len(), MOST);
    assert!(taken.iter().all(|rule| rule.starts_with("permission[0]; use ")), "{taken:?}");
    let answered = stage.get(&started, "").await;
    assert_eq!((answered.status, answered.json["code"].as_str()), (403, Some("usage.exhausted")), "{answered:?}");
    let shown =
        call(&stage.fixture.app().await, "viewer", "GET", "/api/v1/agreements/urn:agreement:1/usage", None).await;
    let counter = &shown.json["items"][0];
    assert_eq!(
        (&counter["counter"], &counter["used"]),
        (&json!("permission[0].constraint[0]"), &json!(5)),
        "{shown:?}"
    );
    // Whoever asks for another transfer is told at once.
    let again = stage.start(Value::Null, PULL).await.map(|_| ()).map_err(|problem| problem.code);
    assert_eq!(again, Err("usage.exhausted".to_owned()));
}

#[actix_web::test]
async fn two_transfers_share_the_uses_of_their_agreement() {
    let stage = Stage::new(asset("a"), count(3)).await;
    let (one, two) = (stage.started(Value::Null).await, stage.started(Value::Null).await);
    let both = (0..20).map(|turn| stage.release(if turn % 2 == 0 { &one } else { &two }));
    let permitted = join_all(both).await.into_iter().filter(Result::is_ok).count();
    assert_eq!((permitted, stage.used().await), (3, vec![3]));
}

#[actix_web::test]
async fn nothing_is_taken_where_nothing_is_released() {
    let stage = Stage::new(asset("a"), count(1)).await;
    let started = stage.started(Value::Null).await;
    let other = Asked { transfer: &started.pid, token: Some("none"), method: "GET", path: "", query: "" };
    assert!(data::release(&stage.fixture.connector, other).await.is_err());
    stage.send("POST", &format!("/api/v1/transfers/{}/suspend", started.pid), json!({"reason": "later"})).await;
    assert_eq!(stage.release(&started).await.map_err(|problem| problem.code), Err("transfer.not-started".to_owned()));
    assert_eq!(stage.used().await, Vec::<i64>::new());
}

#[actix_web::test]
async fn a_template_that_confines_nothing_is_refused_at_publication() {
    let fixture = Fixture::new().await;
    let folder = fixture.dir.path().join("files");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("one.csv"), "one").unwrap();
    let files = json!({"type": "File", "path": folder});
    let http = |more: Value| {
        let mut source = json!({"type": "HttpData", "baseUrl": "http://127.0.0.1:9/"});
        source.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        source
    };
    let part = "/parts/{adm:partNumber}";
    let cases = [
        (files.clone(), part, json!(null), 201),
        (http(json!({"proxyPath": true})), part, json!(["HttpData-PULL"]), 201),
        (
            http(json!({"proxyPath": true, "proxyQueryParams": true})),
            "/parts?number={adm:partNumber}",
            json!(null),
            201,
        ),
        (files.clone(), part, json!(["HttpData-PULL", "HttpData-PUSH"]), 422),
        (files.clone(), "/parts?number={adm:partNumber}", json!(null), 422),
        (json!({"type": "File", "path": folder.join("one.csv")}), part, json!(null), 422),
        (http(json!({})), part, json!(null), 422),
        (http(json!({"proxyPath": true, "proxyBody": true})), part, json!(null), 422),
        (http(json!({"proxyPath": true})), "/parts?number={adm:partNumber}", json!(null), 422),
        (files.clone(), "/parts/{ec:nationality}", json!(null), 422),
        (files, "/parts", json!(null), 422),
    ];
    for (source, template, formats, status) in cases {
        let mut body = json!({"source": source, "pathFacts": template});
        if !formats.is_null() {
            body["formats"] = formats.clone();
        }
        let answered = call(&fixture.app().await, "admin", "POST", "/api/v1/assets", Some(body)).await;
        let code = answered.json["code"].as_str();
        assert_eq!(
            (answered.status, code),
            (status, (status == 422).then_some("asset.path-facts")),
            "{source} {template} {formats}"
        );
        if status == 201 {
            assert_eq!(answered.json["formats"], json!(["HttpData-PULL"]), "{answered:?}");
        }
    }
}

#[actix_web::test]
async fn a_delivery_is_one_use_however_often_it_is_taken_up_again() {
    let stage = Stage::new(asset("a"), count(2)).await;
    let (one, two) = (stage.start(Value::Null, PUSH).await.unwrap(), stage.start(Value::Null, PUSH).await.unwrap());
    for _ in 0..3 {
        assert_eq!(stage.deliver(&one).await, Ok(()));
    }
    assert_eq!(stage.used().await, [1]);
    assert_eq!(stage.deliver(&two).await, Ok(()));
    assert_eq!((stage.used().await, stage.deliver(&one).await), (vec![2], Ok(())));
    let refused = stage.start(Value::Null, PUSH).await.map(|_| ()).map_err(|problem| problem.code);
    assert_eq!(refused, Err("usage.exhausted".to_owned()));
    let recorded = stage.recorded().await;
    assert_eq!(recorded[0], (true, "permission[0]; use 1 of 2 of permission[0].constraint[0]".to_owned()));
}

#[actix_web::test]
async fn only_policies_that_count_read_anything_for_a_request() {
    let member = permits(json!({"leftOperand": "https://w3id.org/catenax/2025/9/policy/Membership", "operator": "eq",
        "rightOperand": "active"}));
    let path = json!({"id": "a", "pathFacts": "/parts/{adm:partNumber}",
        "source": {"type": "HttpData", "baseUrl": "http://127.0.0.1:9/", "proxyPath": true}});
    let cases = [
        ("outside any dataspace", "", asset("a"), json!({"permission": [{"action": "use"}]}), "", true),
        ("member of a dataspace", "one", asset("a"), member, "", true),
        ("confined by its path", "", path, part("eq", json!("P-1")), "parts/P-1", true),
        ("counted", "", asset("a"), count(u64::from(u32::MAX)), "", false),
    ];
    for (name, dataspace, asset, rules, path, reads_nothing) in cases {
        let stage = Stage::within(dataspace, asset, rules).await;
        let started = stage.started(Value::Null).await;
        let (connector, grant) = (&stage.fixture.connector, stage.grant(&started).await);
        let claims = connector.tokens.verify(&started.token, clock::now()).unwrap();
        let on = Occasion::Request { claims: &claims, path, query: "" };
        grant.decide(connector, clock::now(), on).await.unwrap();
        if !reads_nothing {
            connector.db.close().await;
            assert!(grant.decide(connector, clock::now(), on).await.is_err(), "{name}");
            continue;
        }
        connector.db.close().await;
        let begun = Instant::now();
        for _ in 0..DECISIONS {
            grant.decide(connector, clock::now(), on).await.unwrap();
        }
        println!("{name}: {} ns for a decision", begun.elapsed().as_nanos() / u128::from(DECISIONS));
    }
}

const DECISIONS: u32 = 10_000;
