//! What was received is passed on only as far as the agreements that it came under allow, also after they have ended.

use serde_json::{Value, json};
use symbolon_contract_negotiation::transfer::StateName;

use super::fixture::{asset, call};
use super::running::{CONSUMED, Stage, open};

const DISCLOSE: &str = "https://w3id.org/symbolon/admissibility/1/disclose";

/// Use is permitted, and passing it on forbidden.
fn closed() -> Value {
    json!({"permission": [{"action": "use"}], "prohibition": [{"action": DISCLOSE}]})
}

/// It may be passed on to this party.
fn to(recipient: &str) -> Value {
    let only = json!({"leftOperand": "recipient", "operator": "eq", "rightOperand": {"@id": recipient}});
    json!({"permission": [{"action": "read"}, {"action": DISCLOSE, "constraint": [only]}]})
}

/// It may be passed on for this purpose.
fn purpose(purpose: &str) -> Value {
    let only = json!({"leftOperand": "purpose", "operator": "eq", "rightOperand": purpose});
    json!({"permission": [{"action": "use", "constraint": [only]}]})
}

fn made_of_it() -> Value {
    json!({"origins": [CONSUMED]})
}

async fn offers(stage: &Stage) -> super::fixture::Answer {
    let policy = json!({"id": "open", "policy": super::fixture::open_policy()});
    call(&stage.fixture.app().await, "admin", "POST", "/api/v1/policies", Some(policy)).await;
    let offer = json!({"assets": {"ids": ["urn:asset"]}, "accessPolicy": "open", "usagePolicy": "open"});
    call(&stage.fixture.app().await, "admin", "POST", "/api/v1/offers", Some(offer)).await
}

#[actix_web::test]
async fn an_origin_is_an_agreement_under_which_we_consume() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    for origin in [super::running::PROVIDED, "urn:agreement:nowhere"] {
        let mut made = asset("urn:other");
        made["origins"] = json!([origin]);
        let refused = call(&stage.fixture.app().await, "admin", "POST", "/api/v1/assets", Some(made)).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some("origin.unknown")), "{origin}");
    }
    stage.consume(open()).await;
    let mut made = asset("urn:other");
    made["origins"] = json!([CONSUMED]);
    let created = stage.send("POST", "/api/v1/assets", Some(made)).await;
    assert_eq!(created.json["origins"], json!([CONSUMED]));
}

#[actix_web::test]
async fn what_may_be_passed_on_to_nobody_is_not_offered() {
    let stage = Stage::new().await;
    stage.consume(closed()).await;
    stage.provide(open(), made_of_it(), None).await;
    let refused = offers(&stage).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some("origin.denied")), "{refused:?}");
    assert!(refused.json["rule"].as_str().unwrap().contains("prohibition[0]"), "{refused:?}");
    assert!(refused.json["detail"].as_str().unwrap().contains("urn:asset"), "{refused:?}");
    // The other way round: an asset is refused where an offer selects it already.
    stage.send("PUT", "/api/v1/assets/urn:asset", Some(asset("urn:asset"))).await;
    assert_eq!(offers(&stage).await.status, 201);
    let mut made = asset("urn:asset");
    made["origins"] = json!([CONSUMED]);
    let refused = call(&stage.fixture.app().await, "admin", "PUT", "/api/v1/assets/urn:asset", Some(made)).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some("origin.denied")), "{refused:?}");
}

#[actix_web::test]
async fn each_request_is_decided_on_the_origin_for_the_partner_that_asks() {
    for (allowed, starts) in [(true, true), (false, false)] {
        let stage = Stage::new().await;
        let recipient = if allowed { stage.partner.did.clone() } else { "did:web:other.example".to_owned() };
        stage.consume(to(&recipient)).await;
        stage.provide(open(), made_of_it(), None).await;
        assert_eq!(offers(&stage).await.status, 201, "who asks is not known yet");
        let pid = stage.asked().await;
        let state = stage.transfer(&pid).await.machine.state_name();
        assert_eq!(state == StateName::Started, starts, "{recipient}");
        if !starts {
            let (_, told) = stage.last_message(&pid).await;
            assert_eq!(told["code"], "origin.denied", "{told}");
            assert!(told["reason"].to_string().contains(CONSUMED), "{told}");
        }
    }
}

#[actix_web::test]
async fn what_the_partner_wants_it_for_must_be_what_the_origin_allows() {
    for (outgoing, starts) in [("urn:purpose:quality", true), ("urn:purpose:sales", false)] {
        let stage = Stage::new().await;
        stage.consume(purpose("urn:purpose:quality")).await;
        stage.provide(purpose(outgoing), made_of_it(), None).await;
        let pid = stage.asked().await;
        assert_eq!(stage.transfer(&pid).await.machine.state_name() == StateName::Started, starts, "{outgoing}");
    }
}

#[actix_web::test]
async fn the_end_of_an_origin_ends_what_runs_and_nothing_starts_after_it() {
    let stage = Stage::new().await;
    stage.fixture.watch();
    let mut rules = closed();
    rules["permission"] = json!([{"action": "use"}, {"action": DISCLOSE}]);
    rules["conflict"] = json!("perm");
    stage.consume(rules).await;
    stage.provide(open(), made_of_it(), None).await;
    let pid = stage.started().await;
    let reason = Some(json!({"reason": "the partnership is over"}));
    stage.send("POST", "/api/v1/agreements/urn:agreement:consumed/terminate", reason).await;
    let ended = stage.fixture.event("transfer.ended", &pid).await;
    assert_eq!(ended["code"], "origin.denied", "{ended}");
    assert!(ended["reason"].to_string().contains("has been terminated"), "{ended}");
    let again = stage.asked().await;
    let (_, told) = stage.last_message(&again).await;
    assert_eq!(
        (told["code"].as_str(), told["reason"].to_string().contains("survives")),
        (Some("origin.denied"), true),
        "{told}"
    );
    let refused = offers(&stage).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some("origin.denied")), "{refused:?}");
}
