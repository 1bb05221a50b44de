use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::ready;
use serde_json::{Value, json};
use symbolon_identity::did::{DidDocument, Leniency, Relationship};
use symbolon_identity::{Held, KeyKind, Keyring, KeyringError, Retired, Service, SigningKey, TokenSecret};

use crate::{at, key, party};

const DID: &str = "did:web:oem.example%3A8443";
const DAY: i64 = 86_400_000;
const OVERLAP: Duration = Duration::from_secs(7 * 86_400);

fn web() -> Keyring {
    Keyring::generate_web("did:web:oem.example%3a8443", at(0)).unwrap()
}

fn secret() -> TokenSecret {
    TokenSecret::from_bytes([1; 32])
}

fn ids(document: &Value, relationship: Relationship) -> Vec<&str> {
    document[relationship.name()].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn a_did_key_has_one_key_for_everything_and_keeps_it() {
    let keyring = Keyring::generate_did_key(at(5)).unwrap();
    assert!(keyring.did().starts_with("did:key:z6Mk"));
    for relationship in Relationship::ALL {
        assert_eq!(keyring.signer(relationship, at(6)).unwrap().id, keyring.held()[0].id);
    }
    assert_eq!(keyring.data_integrity(at(6)).unwrap().id, keyring.held()[0].id);
    let error = keyring.rotate(at(7), OVERLAP).unwrap_err();
    assert_eq!(error, KeyringError::DidKey);
    assert!(error.to_string().contains("use a did:web"), "{error}");
    let document = keyring.document(&[service()], at(6));
    assert_eq!(document["id"], keyring.did());
    assert_eq!(document["verificationMethod"][0]["publicKeyJwk"]["crv"], "Ed25519");
    assert_eq!(document["service"], Value::Null);
    assert!(!document.to_string().contains("\"d\":"), "no private key in it");
}

fn service() -> Service {
    Service {
        id: "credentials".into(),
        kind: "CredentialService".into(),
        endpoint: "https://oem.example:8443/identity/credentials".into(),
    }
}

#[test]
fn a_did_web_publishes_what_catena_x_asks_for() {
    let keyring = web();
    assert_eq!(keyring.did(), DID);
    let document = keyring.document(&[service()], at(1));
    let [p256, ed25519] = keyring.held() else { panic!("two keys") };
    let method = |held: &Held| json!({"id": held.id, "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": held.key.public().jwk()});
    let expected = json!({
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/suites/jws-2020/v1",
            "https://w3id.org/dspace-dcp/v1.0/dcp.jsonld",
            "https://w3id.org/dspace/2025/1/context.jsonld",
        ],
        "id": DID,
        "verificationMethod": [method(p256), method(ed25519)],
        "authentication": [p256.id],
        "assertionMethod": [p256.id, ed25519.id],
        "capabilityInvocation": [p256.id],
        "service": [{
            "id": format!("{DID}#credentials"),
            "type": "CredentialService",
            "serviceEndpoint": "https://oem.example:8443/identity/credentials",
        }],
    });
    assert_eq!(document, expected);
    for relationship in Relationship::ALL {
        assert_eq!(keyring.signer(relationship, at(1)).unwrap().key.kind(), KeyKind::P256);
    }
    assert_eq!(keyring.data_integrity(at(1)).unwrap().key.kind(), KeyKind::Ed25519);
    let read = DidDocument::parse(document, DID).unwrap();
    let held = keyring.signer(Relationship::CapabilityInvocation, at(1)).unwrap();
    let (id, key) = read.key(None, Relationship::CapabilityInvocation, Leniency::Strict).unwrap();
    assert_eq!((id, &key), (held.id.clone(), held.key.public()));
}

#[test]
fn after_a_rotation_new_keys_sign_and_old_ones_verify_for_a_while() {
    let old = web();
    let new = old.rotate(at(DAY), OVERLAP).unwrap();
    assert_eq!((new.did(), new.held().len(), new.retired().len()), (DID, 2, 2));
    assert_eq!(new.token_secret().as_bytes(), old.token_secret().as_bytes());
    let id = |keyring: &Keyring, number: usize| keyring.held()[number].id.clone();
    assert_ne!(id(&old, 0), id(&new, 0));
    for relationship in Relationship::ALL {
        assert_eq!(new.signer(relationship, at(DAY)).unwrap().id, id(&new, 0));
    }
    assert_eq!(new.data_integrity(at(DAY)).unwrap().id, id(&new, 1));

    // For what lives for minutes the old key counts for a quarter of an hour, for credentials as long as it is published.
    let at_time = |time| new.document(&[], at(time));
    let short = [Relationship::Authentication, Relationship::CapabilityInvocation];
    let cases = [
        (DAY, true, true),
        (DAY + 899_999, true, true),
        (DAY + 900_000, false, true),
        (8 * DAY - 1, false, true),
        (8 * DAY, false, false),
    ];
    for (time, for_tokens, for_credentials) in cases {
        let document = at_time(time);
        for relationship in short {
            assert_eq!(ids(&document, relationship).contains(&id(&old, 0).as_str()), for_tokens, "{time}");
        }
        for number in 0..2 {
            let named = ids(&document, Relationship::AssertionMethod);
            assert_eq!(named.contains(&id(&old, number).as_str()), for_credentials, "{time}");
        }
        let methods = document["verificationMethod"].as_array().unwrap();
        assert_eq!(methods.len(), if for_credentials { 4 } else { 2 }, "{time}");
    }
    assert_eq!(new.retired()[0].public, old.held()[0].key.public().clone(), "the history stays");

    let third = new.rotate(at(2 * DAY), OVERLAP).unwrap();
    assert_eq!(third.retired().len(), 4);
    assert_eq!(third.retired()[0].published_until, at(8 * DAY), "a later rotation does not publish it for longer");
    let at_once = new.rotate(at(2 * DAY), Duration::ZERO).unwrap();
    assert_eq!(ids(&at_once.document(&[], at(2 * DAY)), Relationship::CapabilityInvocation), [id(&at_once, 0)]);
}

#[test]
fn a_key_signs_only_in_its_time() {
    let mut held = Held::new(DID, key(1), Relationship::ALL.to_vec(), at(0));
    held.signs_until = Some(at(100));
    held.published_until = Some(at(200));
    let keyring = Keyring::new(DID, vec![held], Vec::new(), secret()).unwrap();
    let signer = |time| keyring.signer(Relationship::AssertionMethod, at(time));
    signer(99).unwrap();
    let error = signer(100).unwrap_err();
    assert_eq!(error, KeyringError::NoSigner(Relationship::AssertionMethod));
    assert!(error.to_string().contains("assertionMethod"), "{error}");
    assert!(keyring.data_integrity(at(100)).is_none());
    let methods = |time| keyring.document(&[], at(time))["verificationMethod"].as_array().unwrap().len();
    assert_eq!((methods(199), methods(200)), (1, 0));
    assert!(keyring.rotate(at(150), OVERLAP).unwrap().held().is_empty(), "what signs no more has no successor");
}

#[test]
fn of_several_keys_the_newest_of_the_better_kind_signs() {
    let make = |kind, number: u8, created| {
        let key = SigningKey::from_secret(kind, &[number; 32]).unwrap();
        Held::new(DID, key, Relationship::ALL.to_vec(), at(created))
    };
    let held = vec![
        make(KeyKind::P256, 1, 10),
        make(KeyKind::P256, 2, 20),
        make(KeyKind::Ed25519, 3, 30),
        make(KeyKind::Ed25519, 4, 5),
        make(KeyKind::Secp256k1, 5, 40),
    ];
    let keyring = Keyring::new(DID, held.clone(), Vec::new(), secret()).unwrap();
    assert_eq!(keyring.signer(Relationship::Authentication, at(50)).unwrap().id, held[1].id);
    assert_eq!(keyring.data_integrity(at(50)).unwrap().id, held[2].id);
    let without = Keyring::new(DID, held[2..].to_vec(), Vec::new(), secret()).unwrap();
    assert_eq!(without.signer(Relationship::Authentication, at(50)).unwrap().id, held[4].id);
}

#[test]
fn keys_that_do_not_fit_the_did_are_refused() {
    let held = |did: &str, number| Held::new(did, key(number), Relationship::ALL.to_vec(), at(0));
    let new = |did: &str, held: Vec<Held>| Keyring::new(did, held, Vec::new(), secret()).map(|_| ());
    let own = party(1);
    let cases = [
        (new("oem.example", vec![]), "did-malformed"),
        (new("did:ion:abc", vec![]), "did-method"),
        (new("did:web:OEM.example", vec![]), "did-malformed"),
        (new(DID, vec![held("did:web:other.example", 1)]), "keyring-unfit"),
        (new(DID, vec![held(DID, 1), held(DID, 1)]), "keyring-unfit"),
        (new(DID, vec![Held { id: DID.into(), ..held(DID, 1) }]), "keyring-unfit"),
        (new(DID, vec![Held { id: format!("{DID}#"), ..held(DID, 1) }]), "keyring-unfit"),
        (new(own.did(), vec![]), "keyring-unfit"),
        (new(own.did(), vec![party(2).held()[0].clone()]), "keyring-unfit"),
        (new(own.did(), vec![held(own.did(), 1)]), "keyring-unfit"),
    ];
    for (number, (outcome, code)) in cases.into_iter().enumerate() {
        assert_eq!(outcome.unwrap_err().code(), code, "case {number}");
    }
    let p256 = SigningKey::generate(KeyKind::P256).unwrap();
    assert_eq!(Keyring::of_did_key(p256, secret(), at(0)).unwrap_err().code(), "keyring-unfit");
    assert_eq!(Keyring::generate_web("did:key:z6Mk", at(0)).unwrap_err().code(), "did-method");
    let past = Retired {
        id: own.held()[0].id.clone(),
        public: key(1).public().clone(),
        relationships: vec![],
        created: at(0),
        signed_until: at(1),
        published_until: at(2),
    };
    let twice = Keyring::new(own.did(), own.held().to_vec(), vec![past], secret()).unwrap_err();
    assert_eq!(twice.code(), "keyring-unfit");
}

#[test]
fn a_key_in_a_vault_is_rotated_there() {
    let sign = Arc::new(|_| ready(Ok(Vec::new())).boxed());
    let remote = SigningKey::remote(key(1).public().clone(), sign).unwrap();
    let held = Held::new(DID, remote, Relationship::ALL.to_vec(), at(0));
    let keyring = Keyring::new(DID, vec![held], Vec::new(), secret()).unwrap();
    assert_eq!(keyring.rotate(at(1), OVERLAP).unwrap_err(), KeyringError::Elsewhere);
    assert_eq!(keyring.signer(Relationship::Authentication, at(1)).unwrap().key.public(), key(1).public());
}

#[test]
fn a_keyring_rotated_for_years_stays_bounded() {
    let mut keyring = web();
    for day in 1..520 {
        keyring = keyring.rotate(at(day * DAY), OVERLAP).unwrap();
    }
    assert_eq!(keyring.held().len() + keyring.retired().len(), 1000);
    assert_eq!(keyring.document(&[], at(519 * DAY))["verificationMethod"].as_array().unwrap().len(), 16);
}
