use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use symbolon::attestation::{
    self, Carried, Evidence, Expected, Outcome, Seen, check_counterpart, digest, export, read_counterpart, verify,
    verify_bytes,
};
use symbolon::problem::Problem;
use symbolon::storage::agreements::Attestation;
use symbolon_contract_negotiation::Role;
use symbolon_identity::Keyring;
use symbolon_identity::attestation::Half;
use symbolon_identity::did::DidDocument;

use super::evidence::{CONSUMER, PROVIDER, Scene, digest_of};
use super::fixtures::{agreement, agreement_json, at, document, half, key, stored, web};

const ID: &str = "urn:uuid:8f1f5a1e-0000-4000-8000-000000000001";

#[test]
fn the_digest_is_stable() {
    let expected = "sha-256:";
    let digest = digest(&document(agreement_json(ID))).unwrap();
    assert!(digest.starts_with(expected) && digest.len() == expected.len() + 64, "{digest}");
}

#[test]
fn spelling_and_order_make_no_difference_to_the_digest() {
    let one = digest(&document(agreement_json(ID))).unwrap();
    let text = agreement_json(ID).to_string();
    let backwards: Value = serde_json::from_str(&backwards(&agreement_json(ID))).unwrap();
    assert_ne!(backwards.to_string(), "");
    assert_eq!(digest(&document(backwards)).unwrap(), one);
    let respelled = text
        .replace("\"action\":\"use\"", "\"action\":\"odrl:use\"")
        .replace("\"operator\":\"eq\"", "\"http://www.w3.org/ns/odrl/2/operator\":{\"@id\":\"odrl:eq\"}");
    assert_ne!(respelled, text);
    assert_eq!(digest(&document(serde_json::from_str(&respelled).unwrap())).unwrap(), one);
}

/// Every value, every member's name and every member's presence counts.
#[test]
fn every_change_of_a_term_changes_the_digest() {
    for id in [ID, "ATP0101"] {
        let original = agreement_json(id);
        let expected = digest(&document(original.clone())).unwrap();
        let mut changed = Vec::new();
        changes(&original, &mut |value| changed.push(value));
        assert!(changed.len() > 50, "{}", changed.len());
        for value in changed {
            let Ok(document) = symbolon_policies_odrl::PolicyDocument::parse(value.clone()) else { continue };
            match digest(&document) {
                Ok(digest) => assert_ne!(digest, expected, "{value}"),
                Err(problem) => assert_eq!(problem.code, "agreement.unmapped", "{value}"),
            }
        }
    }
}

#[test]
fn an_agreement_of_equal_parts_is_refused_in_time() {
    let constraint = json!({"leftOperand": "purpose", "operator": "eq", "rightOperand": "x"});
    let rule = |count: usize| json!({"action": "use", "constraint": vec![constraint.clone(); count]});
    let with = |permission: Value| {
        let mut json = agreement_json(ID);
        json["permission"] = permission;
        digest(&document(json))
    };
    with(json!([rule(3)])).unwrap();
    with(json!([rule(1), rule(1), rule(1)])).unwrap();
    with(json!((0..200).map(|n| json!({"action": format!("urn:example:{n}")})).collect::<Vec<_>>())).unwrap();
    for permission in [json!(vec![rule(9); 2]), json!(vec![rule(6); 10]), json!(vec![rule(40); 3])] {
        let problem = with(permission).unwrap_err();
        assert_eq!(problem.code, "agreement.symmetric", "{problem}");
    }
    let circle: Vec<Value> = (0..200)
        .map(|n| json!({"@id": format!("_:b{n}"), "urn:example:next": {"@id": format!("_:b{}", (n + 1) % 200)}, "action": "use"}))
        .collect();
    assert_eq!(with(json!(circle)).unwrap_err().code, "agreement.symmetric");
}

/// The half as it travels.
fn sent(half: &Attestation) -> Half {
    Half { credential: half.credential.clone(), jwt: half.jwt.clone() }
}

fn check(half: Half, expected: &Expected<'_>, signer: &Keyring) -> Result<Attestation, Problem> {
    let unverified = read_counterpart(&half, expected)?;
    let document = DidDocument::parse(signer.document(&[], at()), signer.did()).unwrap();
    check_counterpart(half, unverified, &document, expected)
}

#[test]
fn the_partners_half_is_checked() {
    let document = document(agreement_json(ID));
    let (consumer, provider) = (key(1), key(2));
    let good = half(&consumer, &document, Role::Consumer, provider.did(), Seen::default());
    let expected = Expected {
        agreement: &document,
        role: Role::Consumer,
        partner: consumer.did(),
        own: provider.did(),
        by_did: true,
        own_documents: &[],
        latest: at(),
    };
    assert_eq!(check(sent(&good), &expected, &consumer).unwrap(), good);
    let by_number = Expected { partner: "BPNL000000000001", by_did: false, ..expected };
    assert_eq!(check(sent(&good), &by_number, &consumer).unwrap(), good);
    let mut other = agreement_json(ID);
    other["permission"][0]["action"] = "play".into();
    let other = super::fixtures::document(other);
    let elsewhere = super::fixtures::document(agreement_json("urn:example:other"));
    let of = |key: &Keyring, document, role, with| sent(&half(key, document, role, with, Seen::default()));
    let own = provider.did();
    let seen = Seen { partner_document: Some(format!("sha-256:{}", "0".repeat(64))), ..Seen::default() };
    let mut altered = sent(&good);
    altered.credential["credentialSubject"]["role"] = "provider".into();
    let cases = [
        (Half { credential: json!({}), jwt: String::new() }, "attestation.malformed"),
        (altered, "attestation.signature"),
        (of(&consumer, &elsewhere, Role::Consumer, own), "attestation.agreement"),
        (of(&consumer, &other, Role::Consumer, own), "attestation.digest"),
        (of(&consumer, &document, Role::Provider, own), "attestation.role"),
        (of(&consumer, &document, Role::Consumer, "did:web:somebody.example"), "attestation.counterparty"),
        (of(&provider, &document, Role::Consumer, own), "attestation.signer"),
        (sent(&half(&consumer, &document, Role::Consumer, own, seen)), "attestation.document"),
    ];
    for (half, code) in cases {
        let problem = check(half, &expected, &consumer).unwrap_err();
        assert_eq!(problem.code, code, "{problem}");
    }
    let earlier = Expected { latest: at() - SignedDuration::from_secs(1), ..expected };
    assert_eq!(check(sent(&good), &earlier, &consumer).unwrap_err().code, "attestation.time");
}

#[test]
fn a_partner_with_documents_names_those_that_are_published() {
    let scene = Scene::new();
    let own = vec![digest_of(&scene.provider)];
    let expected = Expected {
        agreement: &scene.stored.document,
        role: Role::Consumer,
        partner: CONSUMER,
        own: PROVIDER,
        by_did: true,
        own_documents: &own,
        latest: at(),
    };
    let of = |seen: Seen| sent(&half(&scene.consumer, &scene.stored.document, Role::Consumer, PROVIDER, seen));
    let (ours, theirs, other) = (own[0].clone(), digest_of(&scene.consumer), digest_of(&web(CONSUMER, 9)));
    let seen = |own: &str, partner: Option<&String>| Seen {
        own_document: Some(own.to_owned()),
        partner_document: partner.cloned(),
        presented: Vec::new(),
    };
    for good in [seen(&theirs, Some(&ours)), seen(&theirs, None)] {
        assert!(check(of(good), &expected, &scene.consumer).is_ok());
    }
    for bad in [Seen::default(), seen(&other, Some(&ours)), seen(&theirs, Some(&other))] {
        assert_eq!(check(of(bad), &expected, &scene.consumer).unwrap_err().code, "attestation.document");
    }
    // Another key under the same name is not in the document that is published.
    let foreign = web(CONSUMER, 9);
    let half = half(&foreign, &scene.stored.document, Role::Consumer, PROVIDER, seen(&theirs, Some(&ours)));
    assert_eq!(check(sent(&half), &expected, &scene.consumer).unwrap_err().code, "attestation.signer");
}

#[test]
fn an_untouched_export_fits() {
    let stored = agreement(ID);
    let file = export(&stored, key(2).did(), &Evidence::default(), at());
    let report = verify_bytes(&serde_json::to_vec_pretty(&file).unwrap());
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.fits, Some(true));
    assert_eq!(report.agreement.as_deref(), Some(ID));
    assert_eq!(report.digest.as_ref(), Some(&stored.digest));
    assert_eq!(attestation::fits(&stored, &Carried::default()), Some(true));
}

#[test]
fn one_half_alone_is_said_to_be_one() {
    let mut stored = agreement(ID);
    stored.attestations.remove(0);
    let report = verify(&export(&stored, key(2).did(), &Evidence::default(), at()));
    assert!(report.passed());
    assert_eq!(report.fits, None);
    assert!(report.checks.iter().any(|check| check.sentence.starts_with("only one half is present")), "{report:#?}");
    assert_eq!(attestation::fits(&stored, &Carried::default()), None);
    stored.attestations.clear();
    let report = verify(&export(&stored, key(2).did(), &Evidence::default(), at()));
    assert!(!report.passed());
}

#[test]
fn a_participant_that_is_no_did_is_noted() {
    let mut json = agreement_json(ID);
    json["assignee"] = "BPNL000000000001".into();
    let report = verify(&export(&stored(json, "BPNL000000000001"), key(2).did(), &Evidence::default(), at()));
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.fits, Some(true));
    let note = report.checks.iter().find(|check| check.outcome == Outcome::Note).unwrap();
    assert!(note.sentence.contains("is no DID"), "{}", note.sentence);
}

type Tamper = fn(&mut Value);

/// What is done to the file, the check that fails, a part of its sentence, and what is left of the fit.
#[test]
fn each_change_of_a_file_is_named() {
    let cases: &[(Tamper, &str, &str, Option<bool>)] = &[
        (|f| f["format"] = "other".into(), "file", "no exported agreement", Some(true)),
        (|f| drop(f.as_object_mut().unwrap().remove("agreement")), "agreement", "has no `agreement`", None),
        (|f| f["agreement"] = json!([]), "agreement", "not an ODRL agreement", None),
        (
            |f| f["agreement"]["permission"][0]["action"] = "play".into(),
            "content",
            "content was changed after signing",
            Some(false),
        ),
        (
            |f| f["agreement"]["permission"][0]["constraint"][0]["leftOperand"] = "spatial".into(),
            "content",
            "content was changed after signing",
            Some(false),
        ),
        (|f| f["agreement"]["target"] = "other".into(), "content", "content was changed after signing", Some(false)),
        (
            |f| f["agreement"]["timestamp"] = "2027-01-01T00:00:00Z".into(),
            "content",
            "content was changed after signing",
            Some(false),
        ),
        (
            |f| f["agreement"]["@id"] = "urn:example:other".into(),
            "consumer.agreement",
            "the consumer signed agreement",
            Some(false),
        ),
        (|f| f["agreement"]["assigner"] = key(3).did().into(), "provider.key", "signed in its place", Some(false)),
        (|f| f["digest"] = format!("sha-256:{}", "0".repeat(64)).into(), "digest", "the file states", Some(true)),
        (|f| f["digest"] = Value::Null, "digest", "the file states nothing", Some(true)),
        (|f| f["parties"]["consumer"] = key(3).did().into(), "consumer.party", "as the consumer", Some(true)),
        (|f| f["parties"] = Value::Null, "provider.party", "the file names nothing as the provider", Some(true)),
        (|f| f["attestations"] = Value::Null, "attestations", "no list", None),
        (|f| f["attestations"] = json!([]), "content", "nobody's valid signature", None),
        (|f| f["attestations"][0]["role"] = "auditor".into(), "attestations", "neither consumer nor provider", None),
        (|f| f["attestations"][0]["role"] = "provider".into(), "provider.signature", "2 halves of the provider", None),
        (
            |f| f["attestations"][0]["signer"] = key(3).did().into(),
            "consumer.signer",
            "signed as the consumer",
            Some(false),
        ),
        (|f| f["attestations"][0]["jwt"] = "a.b.c".into(), "consumer.signature", "does not verify", Some(false)),
        (|f| f["attestations"][1]["credential"] = Value::Null, "provider.signature", "does not verify", Some(false)),
        (|f| flip(&mut f["attestations"][1]["jwt"]), "provider.signature", "does not verify", Some(false)),
        (
            |f| flip(&mut f["attestations"][1]["credential"]["proof"]["proofValue"]),
            "provider.signature",
            "was altered, or signed by somebody else",
            Some(false),
        ),
        (
            |f| f["attestations"][1]["credential"]["credentialSubject"]["digest"] = f["attestations"][0]["jwt"].take(),
            "provider.signature",
            "does not verify",
            Some(false),
        ),
        (
            |f| f["attestations"][0]["credential"]["@context"][1]["role"] = "urn:example:other".into(),
            "consumer.signature",
            "not of the shape",
            Some(false),
        ),
        (half_of_another_agreement, "consumer.agreement", "the consumer signed agreement", Some(false)),
        (half_with_another_party, "provider.counterparty", "the agreement names", Some(true)),
        (swap_signatures, "consumer.role", "was signed as that of the provider", Some(false)),
        (sign_both_with_one_key, "signers", "by the same party", Some(false)),
        (sign_with_another_key, "consumer.key", "signed in its place", Some(true)),
    ];
    for (index, (tamper, check, sentence, fits)) in cases.iter().enumerate() {
        let mut file = export(&agreement(ID), key(2).did(), &Evidence::default(), at());
        tamper(&mut file);
        let report = verify(&file);
        let failed: Vec<_> = report.checks.iter().filter(|check| check.outcome == Outcome::Failed).collect();
        let named = failed.iter().any(|failure| failure.check == *check && failure.sentence.contains(sentence));
        assert!(named, "case {index}: no {check}: {sentence} in {failed:#?}");
        assert_eq!(report.fits, *fits, "case {index}: {failed:#?}");
    }
    assert_eq!(verify_bytes(b"{").checks[0].check, "file");
    assert!(!verify_bytes(b"[]").passed());
    assert!(!verify_bytes(&vec![b' '; attestation::MAX_FILE + 1]).passed());
}

fn flip(signed: &mut Value) {
    let text = signed.as_str().unwrap();
    let (before, after) = text.split_at(text.len() - 20);
    let other = if after.starts_with('A') { 'B' } else { 'A' };
    *signed = format!("{before}{other}{}", &after[1..]).into();
}

fn swap_signatures(file: &mut Value) {
    for form in ["credential", "jwt"] {
        let signed = file["attestations"][0][form].take();
        file["attestations"][0][form] = file["attestations"][1][form].take();
        file["attestations"][1][form] = signed;
    }
}

fn put(file: &mut Value, place: usize, half: Attestation) {
    file["attestations"][place] = serde_json::to_value(half).unwrap();
}

fn sign_both_with_one_key(file: &mut Value) {
    put(file, 0, half(&key(2), &document(agreement_json(ID)), Role::Consumer, key(2).did(), Seen::default()));
}

fn sign_with_another_key(file: &mut Value) {
    put(file, 0, half(&key(3), &document(agreement_json(ID)), Role::Consumer, key(2).did(), Seen::default()));
}

fn half_of_another_agreement(file: &mut Value) {
    let other = document(agreement_json("urn:example:other"));
    put(file, 0, half(&key(1), &other, Role::Consumer, key(2).did(), Seen::default()));
}

fn half_with_another_party(file: &mut Value) {
    let with = key(3);
    put(file, 1, half(&key(2), &document(agreement_json(ID)), Role::Provider, with.did(), Seen::default()));
}

/// The JSON text with the members of every object in the opposite order.
fn backwards(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().rev().map(|(name, value)| format!("{}:{}", json!(name), backwards(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().rev().map(backwards).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// Every way to change one value, rename one member, drop one member, or add one.
fn changes(value: &Value, with: &mut dyn FnMut(Value)) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let replaced = |new: Option<Value>| -> Value {
                    let mut members: Map<String, Value> = members.clone();
                    match new {
                        Some(new) => members.insert(name.clone(), new),
                        None => members.remove(name),
                    };
                    Value::Object(members)
                };
                changes(inner, &mut |new| with(replaced(Some(new))));
                with(replaced(None));
                let mut renamed = members.clone();
                renamed.remove(name);
                renamed.insert(format!("{name}x"), inner.clone());
                with(Value::Object(renamed));
            }
            let mut more = members.clone();
            more.insert("addition".to_owned(), json!("value"));
            with(Value::Object(more));
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                changes(inner, &mut |new| {
                    let mut items = items.clone();
                    items[index] = new;
                    with(Value::Array(items));
                });
            }
        }
        Value::String(text) => {
            with(format!("{text}x").into());
            with(format!("x{text}").into());
        }
        Value::Number(_) | Value::Bool(_) | Value::Null => with(json!("changed")),
    }
}
