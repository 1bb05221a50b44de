//! What operators see: lists sorted into boxes and searched, what waits for partners, the summary.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, call};
use super::running::{CONSUMED, PROVIDED, SUPPLIER, Stage, open, permits};
use crate::clock;
use crate::connector::Change;
use crate::storage::credentials::{self, StoredCredential};

const OEM: &str = "did:example:oem";

/// A connector that knows the partner `OEM` at this address, and sends with one role.
struct Desk {
    fixture: Fixture,
}

impl Desk {
    async fn new(address: &str) -> Self {
        let desk = Self { fixture: Fixture::new().await };
        let partner = json!({"name": "Grand Motors", "dspAddress": address});
        assert_eq!(desk.send("PUT", "/partners/did:example:oem", Some(partner)).await.status, 201);
        desk
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        call(&self.fixture.app().await, "admin", method, &format!("/api/v1{path}"), body).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json
    }

    /// Asks for a contract about this asset, or offers one; the process id.
    async fn negotiate(&self, role: &str, asset: &str) -> String {
        let offer = json!({"@type": "Offer", "@id": format!("urn:offer:{asset}"), "target": asset,
            "permission": [{"action": "use"}]});
        let body = json!({"partner": OEM, "role": role, "offer": offer});
        let begun = self.send("POST", "/negotiations", Some(body)).await;
        assert_eq!(begun.status, 201, "{begun:?}");
        begun.json["pid"].as_str().unwrap().to_owned()
    }

    async fn pids(&self, path: &str) -> Vec<String> {
        let listed = self.get(path).await;
        listed["items"].as_array().unwrap().iter().map(|item| item["pid"].as_str().unwrap().to_owned()).collect()
    }

    /// Looks again until it is so.
    async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let looking = async {
            loop {
                let seen = self.get(path).await;
                if is_so(&seen) {
                    return seen;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), looking)
            .await
            .unwrap_or_else(|_| panic!("{path} stayed as it was"))
    }
}

#[actix_web::test]
async fn negotiations_are_sorted_into_boxes_and_found_by_words() {
    let desk = Desk::new("http://127.0.0.1:9/dsp").await;
    let asked = desk.negotiate("consumer", "urn:asset:torque").await;
    let offered = desk.negotiate("provider", "urn:asset:welds").await;
    let ended = desk.negotiate("consumer", "urn:asset:100%_scrap").await;
    let reason = Some(json!({"reason": "too dear"}));
    assert_eq!(desk.send("POST", &format!("/negotiations/{ended}/terminate"), reason).await.status, 200);
    let cases = [
        ("box=partner", vec![&offered, &asked]),
        ("box=open", vec![&offered, &asked]),
        ("box=us", vec![]),
        ("box=done", vec![]),
        ("box=failed", vec![&ended]),
        ("q=TORQUE", vec![&asked]),
        ("q=grand%20motors", vec![&ended, &offered, &asked]),
        ("q=grand&box=failed&role=consumer", vec![&ended]),
        ("q=100%25_", vec![&ended]),
        ("q=1%25", vec![]),
        ("q=urn:offer:urn:asset:welds", vec![&offered]),
    ];
    for (query, expected) in cases {
        assert_eq!(desk.pids(&format!("/negotiations?{query}")).await.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let first = desk.get("/negotiations?q=asset&limit=2").await;
    let rest = desk.pids(&format!("/negotiations?q=asset&limit=2&after={}", first["next"].as_str().unwrap())).await;
    assert_eq!((rest, first["items"].as_array().unwrap().len()), (vec![asked], 2));
    let boxes = desk.get("/negotiations/boxes").await;
    assert_eq!(boxes, json!({"us": 0, "partner": 2, "open": 2, "failed": 1, "done": 0}));
    assert_eq!(desk.send("GET", "/negotiations?box=elsewhere", None).await.status, 400);
}

#[actix_web::test]
async fn agreements_and_transfers_are_narrowed_and_tell_their_end() {
    let stage = Stage::new().await;
    let soon = clock::now() + jiff::SignedDuration::from_secs(7 * 24 * 3600);
    let soon = format!("{soon:.0}");
    let until = json!({"leftOperand": "dateTime", "operator": "lt",
        "rightOperand": {"@value": soon, "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}});
    stage.provide(permits(until), json!({}), None).await;
    stage.consume(open()).await;
    let running = stage.started().await;
    let consumed =
        stage.send("POST", "/api/v1/transfers", Some(json!({"agreement": CONSUMED, "format": "HttpData-PULL"})));
    let waiting = consumed.await.json["pid"].as_str().unwrap().to_owned();
    let listed = async |path: &str, key: &str| {
        let items = stage.send("GET", &format!("/api/v1{path}"), None).await.json["items"].clone();
        let ids: Vec<Value> = items.as_array().unwrap().iter().map(|item| item[key].clone()).collect();
        json!(ids)
    };
    let cases = [
        ("/agreements", "id", json!([CONSUMED, PROVIDED])),
        ("/agreements?role=provider", "id", json!([PROVIDED])),
        ("/agreements?state=IN_FORCE&q=received", "id", json!([CONSUMED])),
        ("/agreements?state=RETIRED", "id", json!([])),
        ("/transfers?box=running", "pid", json!([running])),
        ("/transfers?box=waiting", "pid", json!([waiting])),
        ("/transfers?box=ended", "pid", json!([])),
        ("/transfers?q=urn:asset", "pid", json!([running])),
    ];
    for (path, key, expected) in cases {
        assert_eq!(listed(path, key).await, expected, "{path}");
    }
    assert_eq!(listed(&format!("/transfers?partner={SUPPLIER}"), "pid").await, json!([waiting]));
    let boxes = stage.send("GET", "/api/v1/transfers/boxes", None).await.json;
    assert_eq!(boxes, json!({"running": 1, "waiting": 1, "ended": 0, "failed": 0}));
    let provided = stage.send("GET", &format!("/api/v1/agreements/{PROVIDED}"), None).await.json;
    let told = json!([provided["validUntil"], provided["inForce"], provided["transfers"]]);
    assert_eq!(told, json!([soon, true, 1]));
    let summary = stage.send("GET", "/api/v1/summary", None).await.json;
    assert_eq!(summary["agreements"]["inForce"], 2);
    let ending = &summary["agreements"]["endingSoon"];
    assert_eq!((ending.as_array().unwrap().len(), &ending[0]["id"]), (1, &json!(PROVIDED)), "{summary}");
    assert!(ending[0]["until"].as_str().unwrap().starts_with(soon.trim_end_matches('Z')), "{summary}");
    let first = stage.send("GET", "/api/v1/agreements?limit=1", None).await.json;
    let after = listed(&format!("/agreements?limit=1&after={}", first["next"].as_str().unwrap()), "id").await;
    assert_eq!(after, json!([PROVIDED]));
}

#[actix_web::test]
async fn what_waits_for_a_partner_is_shown_and_tried_when_somebody_wants_it() {
    let up = Arc::new(AtomicBool::new(false));
    let desk = Desk::new(&partner(Arc::clone(&up))).await;
    desk.fixture.deliver();
    desk.negotiate("consumer", "urn:asset:1").await;
    desk.negotiate("consumer", "urn:asset:2").await;
    let path = "/outbox";
    let seen = desk.until(path, |seen| seen["items"][0]["attempts"].as_i64().is_some_and(|tried| tried > 2)).await;
    let queue = &seen["items"][0];
    let told = json!([queue["partner"], queue["name"], queue["waiting"], queue["lastStatus"]]);
    assert_eq!(told, json!([OEM, "Grand Motors", 2, 503]), "{seen}");
    assert!(queue["lastDetail"].as_str().unwrap().contains("closed for lunch"), "{seen}");
    assert!(queue["unreachableSince"].is_string(), "{seen}");
    let messages = desk.get("/outbox/did:example:oem?limit=1").await;
    let message = &messages["items"][0];
    assert_eq!((&message["type"], &message["processKind"]), (&json!("ContractRequestMessage"), &json!("negotiation")));
    assert!(messages["next"].is_string(), "{messages}");
    let summary = desk.get("/summary").await;
    let unreachable = &summary["partners"]["unreachable"];
    assert_eq!(json!([unreachable[0]["partner"], unreachable[0]["waiting"]]), json!([OEM, 2]), "{summary}");
    assert_eq!(summary["running"]["negotiations"], 2);

    up.store(true, Ordering::SeqCst);
    let retried = desk.send("POST", "/outbox/did:example:oem/retry", None).await;
    assert_eq!((retried.status, &retried.json["partner"]), (200, &json!(OEM)), "{retried:?}");
    desk.fixture.event("outbox.retried", OEM).await;
    desk.until(path, |seen| seen["items"] == json!([])).await;
    assert_eq!(desk.get("/summary").await["partners"]["unreachable"], json!([]));
    let took = desk.get("/statistics/latency").await;
    let requests = took["items"].as_array().unwrap().iter().find(|of| of["kind"] == "ContractRequestMessage").unwrap();
    assert_eq!((&requests["direction"], &requests["partner"]), (&json!("out"), &Value::Null), "{took}");
    assert_eq!(requests["count"].as_i64().unwrap() - requests["failed"].as_i64().unwrap(), 2, "{took}");
    assert!(requests["failed"].as_i64().unwrap() > 2 && requests["p50Ms"].as_f64().unwrap() > 0.0, "{took}");
    let nothing = desk.send("POST", "/outbox/did:example:oem/retry", None).await;
    assert_eq!(nothing.status, 404, "{nothing:?}");
}

/// A partner whose server fails until it is up: its address.
fn partner(up: Arc<AtomicBool>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/dsp", listener.local_addr().unwrap());
    let server = HttpServer::new(move || {
        let up = Arc::clone(&up);
        App::new().default_service(web::to(move || {
            std::future::ready(if up.load(Ordering::SeqCst) {
                HttpResponse::Created().json(json!({}))
            } else {
                HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE).json(json!({"reason": ["closed for lunch"]}))
            })
        }))
    });
    drop(actix_web::rt::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run()));
    address
}

#[actix_web::test]
async fn the_summary_names_what_waits_for_people() {
    let desk = Desk::new("http://127.0.0.1:9/dsp").await;
    let day = 24 * 3_600_000;
    let mut change = Change::default();
    for (id, kind, days) in [("old", "Membership", 3), ("new", "Membership", 300), ("c", "Bpn", 10), ("d", "Iso", 31)] {
        change.write(credentials::put(&credential(id, kind, clock::millis(clock::now()) + days * day)));
    }
    desk.fixture.connector.commit(change).await.unwrap();
    let summary = desk.get("/summary").await;
    let expiring = &summary["waiting"]["expiringCredentials"];
    assert_eq!((expiring.as_array().unwrap().len(), &expiring[0]["type"]), (1, &json!("Bpn")), "{summary}");
    let waiting = json!({"negotiations": 0, "transfers": 0, "credentialOffers": 0, "expiringCredentials": expiring,
        "policiesWithFindings": 0});
    assert_eq!(summary["waiting"], waiting);
    assert_eq!(summary["partners"], json!({"known": 1, "unreachable": []}));
    assert_eq!(summary["day"], json!({"permitted": 0, "refused": 0, "bytes": 0}));
}

fn credential(id: &str, kind: &str, valid_until: i64) -> StoredCredential {
    StoredCredential {
        id: id.to_owned(),
        request: format!("urn:request:{id}"),
        issuer: "did:web:issuer.example".to_owned(),
        credential_id: None,
        kind: kind.to_owned(),
        types: vec![kind.to_owned()],
        format: "vc11-sl2021/jwt".to_owned(),
        raw: String::new(),
        subject: json!({}),
        statuses: Vec::new(),
        valid_from: None,
        valid_until: Some(valid_until),
        received: 1,
    }
}
