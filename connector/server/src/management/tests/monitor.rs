//! Running transfers are decided again when time or facts change, and held or ended with the reason.

use std::future::ready;
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use serde_json::{Value, json};
use symbolon_contract_negotiation::transfer::StateName;
use symbolon_vocab::catenax::BUSINESS_PARTNER_GROUP;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::running::{PROVIDED, Stage, open, permits};
use crate::clock;
use crate::worker::monitor::About;

/// A permission that ends after so many milliseconds.
fn for_a_while(millis: i64) -> Value {
    let end = clock::now() + SignedDuration::from_millis(millis);
    permits(json!({"leftOperand": "dateTime", "operator": "lt", "rightOperand": end.to_string()}))
}

fn in_group(group: &str) -> Value {
    permits(json!({"leftOperand": BUSINESS_PARTNER_GROUP, "operator": "isAnyOf", "rightOperand": [group]}))
}

fn groups(groups: &[&str]) -> Value {
    json!({BUSINESS_PARTNER_GROUP: groups})
}

#[actix_web::test]
async fn a_transfer_ends_when_its_time_is_over() {
    let stage = Stage::new().await;
    stage.fixture.watch();
    stage.provide(for_a_while(1500), json!({}), None).await;
    let pid = stage.started().await;
    let ended = stage.fixture.event("transfer.ended", &pid).await;
    assert_eq!(
        (&ended["by"], &ended["code"], &ended["from"]),
        (&json!("us"), &json!("policy.denied"), &json!("STARTED"))
    );
    assert!(ended["reason"].to_string().contains("usage window ended"), "{ended}");
    let (message, body) = stage.last_message(&pid).await;
    assert_eq!(message.kind, "TransferTerminationMessage");
    assert_eq!((&body["code"], &body["reason"]), (&ended["code"], &ended["reason"]));
    let shown = stage.send("GET", &format!("/api/v1/transfers/{pid}"), None).await.json;
    assert_eq!((&shown["state"], &shown["termination"]["reason"]), (&json!("TERMINATED"), &ended["reason"]));
}

#[actix_web::test]
async fn a_fact_that_may_come_back_holds_a_transfer_until_it_does() {
    let stage = Stage::new().await;
    stage.fixture.watch();
    stage.provide(in_group("gold"), json!({}), None).await;
    stage.known(groups(&["gold"])).await;
    let pid = stage.started().await;
    for round in 1..=2 {
        stage.known(groups(&["silver"])).await;
        stage.fixture.events("transfer.suspended", &pid, round).await;
        let held = stage.transfer(&pid).await;
        assert_eq!((held.machine.state_name(), held.held.is_some()), (StateName::Suspended, true));
        let (message, body) = stage.last_message(&pid).await;
        assert_eq!((message.kind.as_str(), &body["code"]), ("TransferSuspensionMessage", &json!("policy.denied")));
        assert!(body["reason"].to_string().contains("silver"), "{body}");
        let before = held.generation;
        stage.known(groups(&["gold"])).await;
        stage.fixture.events("transfer.started", &pid, round + 1).await;
        let resumed = stage.transfer(&pid).await;
        assert_eq!(
            (resumed.machine.state_name(), resumed.held, resumed.generation),
            (StateName::Started, None, before + 1)
        );
    }
}

#[actix_web::test]
async fn what_somebody_else_suspended_is_not_resumed() {
    let stage = Stage::new().await;
    stage.fixture.watch();
    stage.provide(in_group("gold"), json!({}), None).await;
    stage.known(groups(&["gold"])).await;
    let (one, other) = (stage.started().await, stage.started().await);
    let reason = Some(json!({"reason": "a person says so", "code": "policy.denied"}));
    stage.send("POST", &format!("/api/v1/transfers/{one}/suspend"), reason).await;
    stage.known(groups(&["silver"])).await;
    stage.fixture.event("transfer.suspended", &other).await;
    stage.known(groups(&["gold"])).await;
    stage.fixture.events("transfer.started", &other, 2).await;
    let untouched = stage.transfer(&one).await;
    assert_eq!((untouched.machine.state_name(), untouched.held), (StateName::Suspended, None));
}

#[actix_web::test]
async fn a_revoked_credential_holds_what_rests_on_it() {
    let stage = Stage::in_dataspace().await;
    stage.fixture.watch();
    stage.provide(open(), json!({}), Some("one")).await;
    let pid = stage.started().await;
    stage.partner.state.revoked.store(true, Ordering::SeqCst);
    // Nobody says that a list has changed: it is looked at again when it is not believed any longer.
    let suspended = stage.fixture.event("transfer.suspended", &pid).await;
    assert_eq!(suspended["agreement"], PROVIDED);
    let (_, body) = stage.last_message(&pid).await;
    assert_eq!(body["code"], "dataspace.membership");
    assert!(body["reason"].to_string().contains("revoked"), "{body}");
}

#[actix_web::test]
async fn what_changed_while_the_connector_was_down_is_found_when_it_starts() {
    let stage = Stage::new().await;
    stage.provide(in_group("gold"), json!({}), None).await;
    stage.known(groups(&["gold"])).await;
    let (held, running) = (stage.started().await, stage.started().await);
    stage.known(groups(&["silver"])).await;
    crate::operations::transfers::review(&stage.fixture.connector, &held, clock::now()).await.unwrap();
    assert!(stage.transfer(&held).await.held.is_some());
    stage.known(groups(&["gold"])).await;
    // Nothing was said to the monitor that starts now: it reads the rows.
    stage.fixture.watch();
    stage.fixture.events("transfer.started", &held, 2).await;
    assert_eq!(stage.transfer(&running).await.machine.state_name(), StateName::Started);
}

#[actix_web::test]
async fn an_asset_that_is_withdrawn_holds_its_transfers() {
    let stage = Stage::new().await;
    stage.fixture.watch();
    stage.provide(open(), json!({}), None).await;
    let pid = stage.started().await;
    stage.send("DELETE", "/api/v1/assets/urn:asset", None).await;
    stage.fixture.event("transfer.suspended", &pid).await;
    assert_eq!(stage.last_message(&pid).await.1["code"], "asset.withdrawn");
    stage.send("POST", "/api/v1/assets", Some(super::fixture::asset("urn:asset"))).await;
    stage.fixture.events("transfer.started", &pid, 2).await;
}

#[actix_web::test]
async fn operators_see_what_is_watched_and_why_something_is_held() {
    let stage = Stage::new().await;
    stage.fixture.watch();
    stage.provide(for_a_while(3_600_000), json!({}), None).await;
    let pid = stage.started().await;
    let watched = loop {
        let list = stage.send("GET", &format!("/api/v1/monitor?agreement={PROVIDED}&held=false"), None).await.json;
        if list["items"].as_array().is_some_and(|items| !items.is_empty()) {
            break list["items"][0].clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        (&watched["transfer"], &watched["held"], &watched["reason"]),
        (&json!(pid), &json!(false), &Value::Null)
    );
    assert!(watched["nextDecisionAt"].as_str().unwrap() > watched["decidedAt"].as_str().unwrap(), "{watched}");
    assert_eq!(stage.send("GET", &format!("/api/v1/monitor/{pid}"), None).await.json, watched);
    stage.send("DELETE", "/api/v1/assets/urn:asset", None).await;
    stage.fixture.event("transfer.suspended", &pid).await;
    let held = loop {
        let list = stage.send("GET", "/api/v1/monitor?held=true", None).await.json;
        if list["items"].as_array().is_some_and(|items| !items.is_empty()) {
            break list["items"][0].clone();
        }
        tokio::task::yield_now().await;
    };
    assert!(held["reason"].as_str().unwrap().contains("withdrawn"), "{held}");
    let shown = stage.send("GET", &format!("/api/v1/transfers/{pid}"), None).await.json;
    assert!(shown["heldAt"].is_string() && shown["suspension"]["code"] == "asset.withdrawn", "{shown}");
}

#[actix_web::test]
async fn a_change_about_somebody_else_costs_nothing() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let pid = stage.started().await;
    let now = clock::now();
    let watched = crate::operations::transfers::review(&stage.fixture.connector, &pid, now).await.unwrap();
    let mut schedule = stage.fixture.connector.monitor.schedule();
    schedule.settle(&pid, watched);
    schedule.stir([About::Partner("did:web:other.example".to_owned()), About::Asset("urn:other".to_owned())]);
    assert_eq!(schedule.take(now, 10), Vec::<String>::new());
    schedule.stir([About::Partner(stage.partner.did.clone())]);
    assert_eq!(schedule.take(now, 10), [pid]);
}

/// A source that begins and never ends, and a sink that takes whatever comes. Both at `/`; it is told when the source is asked,
/// and when whoever asked has gone.
fn endless() -> (String, UnboundedReceiver<&'static str>, ServerHandle) {
    let (told, seen) = unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let app = move || {
        let told = told.clone();
        let source = move || {
            let gone = Gone(told.clone());
            told.send("asked").unwrap();
            let data = stream::repeat_with(move || {
                let _while_it_is_read = &gone;
                Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096]))
            });
            ready(HttpResponse::Ok().streaming(data))
        };
        let sink = async |mut all: web::Payload| {
            while let Some(Ok(_)) = all.next().await {}
            HttpResponse::NoContent().finish()
        };
        App::new().route("/", web::get().to(source)).route("/", web::post().to(sink))
    };
    let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
    let handle = server.handle();
    drop(tokio::spawn(server));
    (address, seen, handle)
}

struct Gone(UnboundedSender<&'static str>);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = self.0.send("gone");
    }
}

#[actix_web::test]
async fn a_push_that_is_held_sends_no_further_byte() {
    let (address, mut seen, handle) = endless();
    let stage = Stage::new().await;
    stage.fixture.watch();
    stage.fixture.push();
    stage.provide(in_group("gold"), json!({"source": {"type": "HttpData", "baseUrl": address}}), None).await;
    stage.known(groups(&["gold"])).await;
    let sink = json!({"@type": "DataAddress", "endpointType": "https://w3id.org/idsa/v4.1/HTTP", "endpoint": address});
    let pid = stage.asked_for(json!({"format": "HttpData-PUSH", "dataAddress": sink})).await;
    let mut next = async || tokio::time::timeout(Duration::from_secs(20), seen.recv()).await.ok().flatten();
    assert_eq!(next().await, Some("asked"));
    stage.known(groups(&["silver"])).await;
    stage.fixture.event("transfer.suspended", &pid).await;
    assert_eq!(next().await, Some("gone"));
    // It is taken up again when it may run again.
    stage.known(groups(&["gold"])).await;
    assert_eq!(next().await, Some("asked"));
    drop(handle.stop(false));
}
