//! Somebody on the way between two honest connectors, who alters what they agree on and what they sign.

use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, segment};
use symbolon_e2e::recorder::{Exchange, Recorder};

use super::stage::Outcome;

const ATTESTATION: &str = "https://w3id.org/symbolon/1/attestation";

/// Who gets the altered message, what is altered, and the code and reason of the refusal.
type Attack = (&'static str, Side, fn(&mut Value), &'static str, &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Supplier,
    Oem,
}

const ATTACKS: &[Attack] = &[
    (
        "the agreement permits more than was offered",
        Side::Oem,
        |message| in_agreement(message, "/agreement/permission/0/action", json!("distribute")),
        "negotiation.terms_differ",
        "must be the same rules",
    ),
    (
        "the agreement is about another asset",
        Side::Oem,
        |message| in_agreement(message, "/agreement/target", json!("another")),
        "negotiation.target_differs",
        "this negotiation is about",
    ),
    (
        "the consumer's half is about another digest",
        Side::Supplier,
        |message| {
            in_half(message, "/credential/credentialSubject/digest", json!(format!("sha-256:{}", "0".repeat(64))))
        },
        "attestation.signature",
        "does not match",
    ),
    (
        "the consumer's half names another counterparty",
        Side::Supplier,
        |message| in_half(message, "/credential/credentialSubject/counterparty", json!("did:web:other.example")),
        "attestation.signature",
        "does not match",
    ),
    (
        "the consumer's half is signed by another key",
        Side::Supplier,
        |message| in_half(message, "/credential/issuer", json!("did:web:other.example")),
        "attestation.foreign-key",
        "key",
    ),
    (
        "the consumer's JWT is another",
        Side::Supplier,
        |message| in_half(message, "/jwt", json!("a.b.c")),
        "attestation.jwt",
        "JWT",
    ),
    (
        "the provider's half says another role",
        Side::Oem,
        |message| in_half(message, "/credential/credentialSubject/role", json!("consumer")),
        "attestation.signature",
        "does not match",
    ),
];

fn in_agreement(message: &mut Value, pointer: &str, value: Value) {
    if message["@type"] == "ContractAgreementMessage" {
        *message.pointer_mut(pointer).unwrap() = value;
    }
}

fn in_half(message: &mut Value, pointer: &str, value: Value) {
    let Some(half) = message.get_mut(ATTESTATION) else { return };
    let half = if half.get("@value").is_some() { &mut half["@value"] } else { half };
    *half.pointer_mut(pointer).unwrap() = value;
}

#[tokio::test]
async fn what_is_altered_on_the_way_is_refused() -> Outcome {
    for (attack, side, alter, code, because) in ATTACKS {
        let (supplier, to_supplier) = connector("supplier").await?;
        let (oem, to_oem) = connector("oem").await?;
        supplier.publish_openly("part", b"data").await?;
        for (connector, partner, way) in [(&oem, &supplier, &to_supplier), (&supplier, &oem, &to_oem)] {
            let known = json!({"name": "partner", "dspAddress": format!("{}/dsp/2025-1", way.url())});
            connector.management().put(&format!("partners/{}", segment(partner.participant())), &known).await?;
        }
        let (victim, way) = match side {
            Side::Supplier => (&supplier, &to_supplier),
            Side::Oem => (&oem, &to_oem),
        };
        way.alter(*alter);
        let offer = oem.offer_of(&supplier, "part").await?;
        let pid = oem.ask(&supplier, &offer, json!({})).await?;
        let refusal = refusal(victim, way, attack).await?;
        assert_eq!(refusal.response["code"], *code, "{attack}: {}", refusal.response);
        assert!(refusal.response.to_string().contains(because), "{attack}: {}", refusal.response);
        let theirs = victim.all("negotiations", "").await?[0]["pid"].as_str().unwrap().to_owned();
        let timeline = victim.management().get(&format!("negotiations/{}/messages", segment(&theirs))).await?;
        assert!(timeline.to_string().contains(code), "{attack}: not in the timeline: {timeline}");
        // Neither has an agreement in force that the other one's half does not fit.
        let process = oem.read("negotiations", &pid).await?;
        assert_ne!(process["state"], "FINALIZED", "{attack}: {process}");
    }
    Ok(())
}

/// A connector that partners reach through somebody.
async fn connector(name: &str) -> Result<(Connector, Recorder), Failure> {
    let way = Recorder::start()?;
    let connector = Connector::start(Config::new(name).relaxed().set("public.url", &way.url())).await?;
    way.point_to(connector.public_url());
    Ok((connector, way))
}

/// The first message that the victim refuses.
async fn refusal(victim: &Connector, way: &Recorder, attack: &str) -> Result<Exchange, Failure> {
    symbolon_e2e::eventually(&format!("the refusal of: {attack}"), async || {
        // A question with an answer between, so that others have their turn.
        victim.management().get("info").await.ok()?;
        way.exchanges().into_iter().find(|exchange| exchange.method == "POST" && exchange.status >= 400)
    })
    .await
}
