use serde_json::{Map, Value, json};
use symbolon::attestation::{self, Outcome, attest, check_counterpart, digest, export, verify, verify_bytes};
use symbolon_contract_negotiation::Role;

use super::fixtures::{agreement, agreement_json, at, document, key, stored};

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

#[test]
fn the_partners_half_is_checked() {
    let document = document(agreement_json(ID));
    let (consumer, provider) = (key(1), key(2));
    let half = attest(&consumer, &document, Role::Consumer, at()).unwrap();
    let check = |jws: &str, role, partner: &str, exact| check_counterpart(jws, &document, role, partner, exact);
    assert_eq!(check(&half.jws, Role::Consumer, consumer.did(), true).unwrap(), half);
    assert_eq!(check(&half.jws, Role::Consumer, "BPNL000000000001", false).unwrap(), half);
    let mut other = agreement_json(ID);
    other["permission"][0]["action"] = "play".into();
    let other = super::fixtures::document(other);
    let elsewhere = super::fixtures::document(agreement_json("urn:example:other"));
    let of = |key, document, role| attest(key, document, role, at()).unwrap().jws;
    let (head, tail) = half.jws.rsplit_once('.').unwrap();
    let cases = [
        ("rubbish".to_owned(), "attestation.malformed"),
        (format!("{head}.{}", tail.chars().rev().collect::<String>()), "attestation.signature"),
        (of(&consumer, &elsewhere, Role::Consumer), "attestation.agreement"),
        (of(&consumer, &other, Role::Consumer), "attestation.digest"),
        (of(&consumer, &document, Role::Provider), "attestation.role"),
        (of(&provider, &document, Role::Consumer), "attestation.signer"),
    ];
    for (jws, code) in cases {
        let problem = check(&jws, Role::Consumer, consumer.did(), true).unwrap_err();
        assert_eq!(problem.code, code, "{problem}");
    }
}

#[test]
fn an_untouched_export_fits() {
    let stored = agreement(ID);
    let file = export(&stored, key(2).did(), at());
    let report = verify_bytes(&serde_json::to_vec_pretty(&file).unwrap());
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.fits, Some(true));
    assert_eq!(report.agreement.as_deref(), Some(ID));
    assert_eq!(report.digest.as_ref(), Some(&stored.digest));
    assert_eq!(attestation::fits(&stored), Some(true));
}

#[test]
fn one_half_alone_is_said_to_be_one() {
    let mut stored = agreement(ID);
    stored.attestations.remove(0);
    let report = verify(&export(&stored, key(2).did(), at()));
    assert!(report.passed());
    assert_eq!(report.fits, None);
    assert!(report.checks.iter().any(|check| check.sentence.starts_with("only one half is present")), "{report:#?}");
    assert_eq!(attestation::fits(&stored), None);
    stored.attestations.clear();
    let report = verify(&export(&stored, key(2).did(), at()));
    assert!(!report.passed());
}

#[test]
fn a_participant_that_is_no_did_is_noted() {
    let mut json = agreement_json(ID);
    json["assignee"] = "BPNL000000000001".into();
    let report = verify(&export(&stored(json, "BPNL000000000001"), key(2).did(), at()));
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
        (
            |f| f["attestations"][0]["jws"] = "a.b.c".into(),
            "consumer.signature",
            "consumer's signature does not verify",
            Some(false),
        ),
        (
            |f| f["attestations"][1]["jws"] = Value::Null,
            "provider.signature",
            "provider's signature does not verify",
            Some(false),
        ),
        (
            |f| flip(&mut f["attestations"][1]["jws"]),
            "provider.signature",
            "provider's signature does not verify",
            Some(false),
        ),
        (swap_signatures, "consumer.role", "was signed as that of the provider", Some(false)),
        (sign_both_with_one_key, "signers", "with the same key", Some(false)),
        (sign_with_another_key, "consumer.key", "signed in its place", Some(true)),
    ];
    for (index, (tamper, check, sentence, fits)) in cases.iter().enumerate() {
        let mut file = export(&agreement(ID), key(2).did(), at());
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

fn flip(jws: &mut Value) {
    let text = jws.as_str().unwrap();
    let (before, after) = text.split_at(text.len() - 20);
    let other = if after.starts_with('A') { 'B' } else { 'A' };
    *jws = format!("{before}{other}{}", &after[1..]).into();
}

fn swap_signatures(file: &mut Value) {
    let jws = file["attestations"][0]["jws"].take();
    file["attestations"][0]["jws"] = file["attestations"][1]["jws"].take();
    file["attestations"][1]["jws"] = jws;
}

fn sign_both_with_one_key(file: &mut Value) {
    let half = attest(&key(2), &document(agreement_json(ID)), Role::Consumer, at()).unwrap();
    file["attestations"][0] = serde_json::to_value(half).unwrap();
}

fn sign_with_another_key(file: &mut Value) {
    let half = attest(&key(3), &document(agreement_json(ID)), Role::Consumer, at()).unwrap();
    file["attestations"][0] = serde_json::to_value(half).unwrap();
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
