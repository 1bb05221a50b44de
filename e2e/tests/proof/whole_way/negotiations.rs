use std::time::Duration;

use serde_json::{Value, json};
use symbolon_e2e::connector::{Connector, odrl, segment};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::{Failure, eventually};

use super::{Outcome, reasons, text};

const PARTICIPANT: &str = "https://w3id.org/symbolon/1/participantId";

fn until(date: &str) -> Value {
    let date = json!({"@value": date, "@type": "xsd:dateTime"});
    json!({"leftOperand": "dateTime", "operator": "lteq", "rightOperand": date})
}

/// An offer of `part` under a policy, which a person answers.
async fn publish_held(supplier: &Connector, usage: Value) -> Outcome {
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_policy("usage", usage).await?;
    supplier.store_file("part", b"data").await?;
    supplier.publish("held", &["part"], "usage", json!({"answer": "hold", "finalize": "hold"})).await?;
    Ok(())
}

/// The provider's process id of the negotiation that just arrived.
async fn arrived(supplier: &Connector) -> Result<String, Failure> {
    let mut events = supplier.management().events(0).await?;
    let event =
        events.until("an arriving negotiation", Duration::from_secs(30), |event| event.kind == "negotiation.requested");
    Ok(event.await?.subject().to_owned())
}

/// The offer with these constraints instead of its own.
fn with_terms(offer: &Value, constraints: &[Value]) -> Value {
    let mut other = offer.clone();
    other["permission"] = odrl(constraints)["permission"].clone();
    other
}

#[tokio::test]
async fn both_sides_counter_and_a_person_approves() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    publish_held(&supplier, odrl(&[until("2030-01-01T00:00:00Z")])).await?;
    let offer = oem.offer_of(&supplier, "part").await?;
    let pid = oem
        .ask(
            &supplier,
            &with_terms(&offer, &[until("2040-01-01T00:00:00Z")]),
            json!({"accept": "hold", "verify": "hold"}),
        )
        .await?;
    let theirs = arrived(&supplier).await?;
    let asked = supplier.read("negotiations", &theirs).await?;
    assert_eq!((text(&asked, "state"), text(&asked, "waitingFor")), ("REQUESTED", "us"));

    let middle = with_terms(&offer, &[until("2032-01-01T00:00:00Z")]);
    supplier.act("negotiations", &theirs, "offer", json!({"offer": middle})).await?;
    oem.happened("negotiation.offered", &pid).await?;
    let seen = oem.read("negotiations", &pid).await?;
    assert_eq!((text(&seen, "waitingFor"), &seen["offer"]["permission"]), ("us", &middle["permission"]));

    let more = with_terms(&offer, &[until("2034-01-01T00:00:00Z")]);
    oem.act("negotiations", &pid, "counter", json!({"offer": more})).await?;
    supplier.happened_times("negotiation.requested", &theirs, 2).await?;
    supplier.act("negotiations", &theirs, "offer", json!({"offer": more})).await?;
    oem.happened_times("negotiation.offered", &pid, 2).await?;
    oem.act("negotiations", &pid, "accept", json!({})).await?;
    supplier.happened("negotiation.accepted", &theirs).await?;
    let early = supplier.act("negotiations", &theirs, "finalize", json!({})).await.unwrap_err();
    assert_eq!(early.status(), Some(409), "{early}");
    supplier.act("negotiations", &theirs, "approve", json!({})).await?;
    oem.happened("negotiation.agreed", &pid).await?;
    oem.act("negotiations", &pid, "verify", json!({})).await?;
    supplier.happened("negotiation.verified", &theirs).await?;
    supplier.act("negotiations", &theirs, "finalize", json!({})).await?;
    let finalized = oem.happened("negotiation.finalized", &pid).await?;
    for connector in [&supplier, &oem] {
        let agreement = connector.read("agreements", finalized.text("agreement")).await?;
        assert_eq!(agreement["fits"], true);
        assert_eq!(agreement["policy"]["permission"], more["permission"]);
    }
    timeline(&oem, &pid, 8).await?;
    timeline(&supplier, &theirs, 8).await
}

/// Each message of a negotiation stands once in its timeline, delivered, with its time.
async fn timeline(connector: &Connector, pid: &str, messages: usize) -> Outcome {
    let path = format!("negotiations/{}/messages", segment(pid));
    // The outcome of a delivery is recorded just after the partner has taken it.
    let told = eventually("a timeline that is complete", async || {
        let timeline = connector.management().get(&path).await.unwrap();
        let items = timeline["items"].as_array().unwrap().clone();
        let settled = items.iter().all(|item| ["delivered", "received"].contains(&text(item, "status")));
        settled.then_some(items)
    });
    let told = told.await?;
    assert_eq!(told.len(), messages, "{told:?}");
    assert!(told.iter().filter(|item| text(item, "direction") == "out").all(|item| item["durationMs"].is_number()));
    let mut ids: Vec<&str> = told.iter().map(|item| text(item, "messageId")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), messages);
    Ok(())
}

#[tokio::test]
async fn a_rejection_reaches_the_partner_with_its_reason() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    publish_held(&supplier, odrl(&[])).await?;
    let offer = oem.offer_of(&supplier, "part").await?;
    let pid = oem.ask(&supplier, &offer, json!({})).await?;
    let theirs = arrived(&supplier).await?;
    let body = json!({"reason": "no new partners before the audit", "code": "audit"});
    supplier.act("negotiations", &theirs, "reject", body).await?;
    oem.happened("negotiation.terminated", &pid).await?;
    for (connector, pid, by) in [(&supplier, &theirs, "us"), (&oem, &pid, "partner")] {
        let ended = connector.read("negotiations", pid).await?;
        assert_eq!((text(&ended["termination"], "by"), text(&ended["termination"], "code")), (by, "audit"));
        assert_eq!(reasons(&ended, "termination"), "no new partners before the audit");
        assert_eq!(ended["waitingFor"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn a_consumer_terminates_while_the_provider_thinks() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    publish_held(&supplier, odrl(&[])).await?;
    let offer = oem.offer_of(&supplier, "part").await?;
    let pid = oem.ask(&supplier, &offer, json!({})).await?;
    let theirs = arrived(&supplier).await?;
    oem.act("negotiations", &pid, "terminate", json!({"reason": "found another supplier"})).await?;
    supplier.happened("negotiation.terminated", &theirs).await?;
    assert_eq!(reasons(&supplier.read("negotiations", &theirs).await?, "termination"), "found another supplier");
    let late = supplier.act("negotiations", &theirs, "approve", json!({})).await.unwrap_err();
    assert_eq!(late.status(), Some(409));
    assert!(late.to_string().contains("TERMINATED"), "{late}");
    Ok(())
}

/// The policy is refused by itself, and both sides are told by which rule.
async fn denied(constraint: Value, told: &str) -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_policy("usage", odrl(&[constraint])).await?;
    supplier.store_file("part", b"data").await?;
    supplier.publish("strict", &["part"], "usage", json!({})).await?;
    let offer = oem.offer_of(&supplier, "part").await?;
    let pid = oem.ask(&supplier, &offer, json!({})).await?;
    oem.happened("negotiation.terminated", &pid).await?;
    let theirs = arrived(&supplier).await?;
    for (connector, pid) in [(&supplier, &theirs), (&oem, &pid)] {
        let ended = connector.read("negotiations", pid).await?;
        let reasons = reasons(&ended, "termination");
        assert_eq!(text(&ended["termination"], "code"), "policy.denied");
        assert!(reasons.contains("permission[0].constraint[0]") && reasons.contains(told), "{reasons}");
    }
    assert!(supplier.all("agreements", "").await?.is_empty() && oem.all("agreements", "").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_date_that_has_passed_denies() -> Outcome {
    denied(until("2020-01-01T00:00:00Z"), "2020-01-01").await
}

#[tokio::test]
async fn another_participant_is_denied() -> Outcome {
    denied(
        json!({"leftOperand": PARTICIPANT, "operator": "eq", "rightOperand": "did:web:somebody.example"}),
        "did:web:somebody.example",
    )
    .await
}

#[tokio::test]
async fn an_operand_that_nobody_knows_denies() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let unknown =
        json!({"leftOperand": "https://example.org/phaseOfTheMoon", "operator": "eq", "rightOperand": "full"});
    // No policy of ours has it.
    let refused = supplier.store_policy("usage", odrl(std::slice::from_ref(&unknown))).await.unwrap_err();
    assert_eq!(refused.status(), Some(422), "{refused}");
    assert!(refused.to_string().contains("phaseOfTheMoon"), "{refused}");
    // And an agreement that was concluded elsewhere releases nothing under it.
    supplier.publish_openly("part", b"data").await?;
    let mut agreement = odrl(&[unknown]);
    for (member, value) in [
        ("@type", "Agreement"),
        ("@id", "urn:example:moon"),
        ("target", "part"),
        ("assigner", supplier.participant()),
        ("assignee", oem.participant()),
        ("timestamp", "2026-01-01T00:00:00Z"),
    ] {
        agreement[member] = value.into();
    }
    for (at, role, partner) in [(&supplier, "provider", &oem), (&oem, "consumer", &supplier)] {
        let body = json!({"agreement": agreement, "role": role, "partner": partner.participant(),
            "partnerAddress": partner.dsp_address()});
        at.management().post("agreements", &body).await?;
    }
    let pid = oem.transfer("urn:example:moon", "HttpData-PULL").await?;
    oem.happened("transfer.terminated", &pid).await?;
    let ended = oem.read("transfers", &pid).await?;
    assert_eq!(text(&ended["termination"], "code"), "policy.denied", "{ended}");
    assert!(ended["termination"]["reason"].to_string().contains("phaseOfTheMoon"), "{ended}");
    Ok(())
}

#[tokio::test]
async fn the_named_participant_is_permitted() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let named = json!({"leftOperand": PARTICIPANT, "operator": "eq", "rightOperand": oem.participant()});
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_policy("usage", odrl(&[named, until("2099-01-01T00:00:00Z")])).await?;
    supplier.store_file("part", b"data").await?;
    supplier.publish("strict", &["part"], "usage", json!({})).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    assert_eq!(oem.read("agreements", &agreement).await?["fits"], true);
    Ok(())
}

#[tokio::test]
async fn a_provider_begins() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    let body = json!({"role": "provider", "partner": oem.participant(), "policy": "open", "asset": "part"});
    let theirs = text(&supplier.management().post("negotiations", &body).await?, "pid").to_owned();
    let mut events = oem.management().events(0).await?;
    let offered =
        events.until("an offer", Duration::from_secs(30), |event| event.kind == "negotiation.offered").await?;
    let pid = offered.subject().to_owned();
    let seen = oem.read("negotiations", &pid).await?;
    assert_eq!((text(&seen, "role"), text(&seen, "waitingFor"), text(&seen, "asset")), ("consumer", "us", "part"));
    oem.act("negotiations", &pid, "accept", json!({})).await?;
    let finalized = oem.happened("negotiation.finalized", &pid).await?;
    supplier.happened("negotiation.finalized", &theirs).await?;
    let agreement = supplier.read("agreements", finalized.text("agreement")).await?;
    assert_eq!((&agreement["fits"], text(&agreement, "role")), (&json!(true), "provider"));
    let transfer = oem.pull(finalized.text("agreement")).await?;
    assert_eq!(oem.read("transfers", &transfer).await?["state"], "STARTED");
    Ok(())
}
