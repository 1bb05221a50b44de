use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_identity::SigningKey;
use symbolon_identity::attestation::{AttestationError, Role, Statement, TYP, attest, verify};
use symbolon_identity::did_key::DidError;

use crate::{at, key};

fn statement(signer: &SigningKey) -> Statement {
    Statement {
        agreement: "urn:uuid:6f0d7a52-9a0e-4a4b-8f0a-3f1c6f1f2d11".into(),
        digest: format!("sha-256:{}", "0123456789abcdef".repeat(4)),
        role: Role::Provider,
        signer: signer.did().into(),
        attested_at: at(1_790_000_000_123),
    }
}

/// A compact JWS over any header and payload, signed by `key`.
fn signed(key: &SigningKey, header: &Value, payload: &Value) -> String {
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(payload.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}")
}

#[test]
fn what_is_attested_verifies() {
    for role in [Role::Consumer, Role::Provider] {
        let statement = Statement { role, ..statement(&key(1)) };
        let jws = attest(&key(1), &statement).unwrap();
        assert_eq!(verify(&jws).unwrap(), statement);
    }
}

#[test]
fn the_jws_is_as_documented() {
    let jws = attest(&key(1), &statement(&key(1))).unwrap();
    let part = |number: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jws.split('.').nth(number).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({"alg": "EdDSA", "kid": key(1).key_id(), "typ": "symbolon-attestation+jws"}));
    let expected = json!({
        "agreement": "urn:uuid:6f0d7a52-9a0e-4a4b-8f0a-3f1c6f1f2d11",
        "digest": format!("sha-256:{}", "0123456789abcdef".repeat(4)),
        "role": "provider",
        "signer": key(1).did(),
        "attested_at": "2026-09-21T14:13:20.123Z",
    });
    assert_eq!(part(1), expected);
}

#[test]
fn each_fault_is_named() {
    let (ours, other) = (key(1), key(2));
    let header = |change: Value| {
        let mut header = json!({"alg": "EdDSA", "kid": ours.key_id(), "typ": TYP});
        header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        header
    };
    let payload = |change: Value| {
        let mut payload = json!(statement(&ours));
        payload.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        payload
    };
    let same = json!({});
    let cases = [
        (signed(&ours, &header(json!({"alg": "none"})), &payload(same.clone())), "attestation-algorithm"),
        (signed(&ours, &header(json!({"alg": "HS256"})), &payload(same.clone())), "attestation-algorithm"),
        (signed(&ours, &header(json!({"alg": "eddsa"})), &payload(same.clone())), "attestation-algorithm"),
        (signed(&ours, &header(json!({"typ": "JWT"})), &payload(same.clone())), "attestation-type"),
        (signed(&ours, &header(json!({"typ": null})), &payload(same.clone())), "attestation-type"),
        (signed(&ours, &header(json!({"kid": null})), &payload(same.clone())), "attestation-foreign-key"),
        (signed(&ours, &header(json!({"kid": ours.did()})), &payload(same.clone())), "attestation-foreign-key"),
        (signed(&other, &header(json!({"kid": other.key_id()})), &payload(same.clone())), "attestation-foreign-key"),
        (signed(&ours, &header(same.clone()), &payload(json!({"signer": other.did()}))), "attestation-foreign-key"),
        (signed(&other, &header(same.clone()), &payload(same.clone())), "attestation-signature"),
        (signed(&ours, &header(same.clone()), &payload(json!({"signer": "did:web:x.example"}))), "attestation-signer"),
        (signed(&ours, &header(same.clone()), &payload(json!({"role": "owner"}))), "attestation-malformed"),
        (signed(&ours, &header(same.clone()), &payload(json!({"digest": "sha-256:00"}))), "attestation-malformed"),
        (signed(&ours, &header(same.clone()), &payload(json!({"agreement": ""}))), "attestation-malformed"),
        (signed(&ours, &header(same.clone()), &json!(["a", "b", "provider", "d", "e"])), "attestation-malformed"),
        (
            signed(&ours, &header(json!({"crit": ["b64"], "b64": true})), &payload(same.clone())),
            "attestation-malformed",
        ),
        (signed(&ours, &json!(["EdDSA", ours.key_id(), TYP, null]), &payload(same)), "attestation-malformed"),
        (String::new(), "attestation-malformed"),
        ("..".into(), "attestation-malformed"),
        ("a.b.c.d".into(), "attestation-malformed"),
        ("x".repeat(1_000_000), "attestation-malformed"),
    ];
    for (number, (jws, code)) in cases.iter().enumerate() {
        let error = verify(jws).unwrap_err();
        assert_eq!(&error.code(), code, "case {number}: {error}");
    }
    let unknown = signed(&ours, &header(json!({})), &payload(json!({"signer": "did:web:x.example"})));
    assert_eq!(verify(&unknown).unwrap_err(), AttestationError::Signer(DidError::UnknownMethod));
}

#[test]
fn a_changed_character_never_verifies() {
    let jws = attest(&key(1), &statement(&key(1))).unwrap();
    for position in 0..jws.len() {
        for replacement in ["A", "B", "w", "_", ".", "="] {
            let mut changed = jws.clone();
            changed.replace_range(position..=position, replacement);
            assert!(changed == jws || verify(&changed).is_err(), "{position} {replacement}");
        }
        verify(&jws[..position]).unwrap_err();
    }
}

#[test]
fn nothing_is_attested_that_would_not_verify() {
    let other = statement(&key(2));
    assert_eq!(attest(&key(1), &other).unwrap_err(), AttestationError::ForeignKey);
    let digest = Statement { digest: "md5:00".into(), ..statement(&key(1)) };
    assert_eq!(attest(&key(1), &digest).unwrap_err().code(), "attestation-malformed");
    let long = Statement { agreement: "x".repeat(10_000), ..statement(&key(1)) };
    assert_eq!(attest(&key(1), &long).unwrap_err().code(), "attestation-malformed");
}

proptest! {
    #[test]
    fn any_string_is_answered(text in any::<String>(), parts in any::<[String; 3]>()) {
        prop_assert!(verify(&text).is_err());
        let encoded = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        prop_assert!(verify(&encoded).is_err());
    }

    #[test]
    fn any_agreement_id_goes_round(agreement in "\\PC{1,200}", time in 0_i64..4_000_000_000_000) {
        let statement = Statement { agreement, attested_at: at(time), ..statement(&key(1)) };
        prop_assert_eq!(verify(&attest(&key(1), &statement).unwrap()).unwrap(), statement);
    }
}
