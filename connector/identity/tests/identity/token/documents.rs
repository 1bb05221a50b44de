//! Tokens of senders with a `did:web`: which of its keys may sign them, and what happens when they change.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use symbolon_identity::did::Relationship;
use symbolon_identity::fetch::{Fetch, FetchError};
use symbolon_identity::token::{CREDENTIAL_SERVICE_CLAIM, Issuer, Verifier};
use symbolon_identity::{Compatibility, Held, KeyKind, Keyring, Service, SigningKey, TokenSecret};

use super::{NOW, changed, claims, issue, refusal, signed, verify, with};
use crate::at;
use crate::peers::Peers;

const WEB: &str = "did:web:oem.example";
const URL: &str = "https://oem.example/.well-known/did.json";

/// A party with a `did:web`: its keys, what it publishes, and a verifier that finds it.
struct Web {
    keyring: Keyring,
    peers: Arc<Peers>,
    verifier: Verifier,
}

impl Web {
    fn new(held: Vec<Held>) -> Self {
        let keyring = Keyring::new(WEB, held, Vec::new(), TokenSecret::from_bytes([1; 32])).unwrap();
        let peers = Arc::new(Peers::default());
        let verifier = with(Arc::clone(&peers) as Arc<dyn Fetch>);
        let web = Self { keyring, peers, verifier };
        web.publish(&web.keyring);
        web
    }

    fn publish(&self, keyring: &Keyring) {
        let service = Service {
            id: "cs".into(),
            kind: "CredentialService".into(),
            endpoint: "https://oem.example/identity/credentials".into(),
        };
        self.peers.publish(URL, &keyring.document(&[service], at(NOW)));
    }

    fn token(&self, number: usize, header_change: &Value, id: &str) -> String {
        let held = &self.keyring.held()[number];
        let header = json!({"alg": held.key.algorithm().name(), "kid": held.id, "typ": "JWT"});
        let claims = claims(&json!({"iss": WEB, "sub": WEB, "jti": id}));
        signed(&held.key, &changed(header, header_change), &claims)
    }
}

fn held(kind: KeyKind, relationships: &[Relationship]) -> Held {
    Held::new(WEB, SigningKey::generate(kind).unwrap(), relationships.to_vec(), at(0))
}

#[test]
fn a_did_web_is_believed_for_each_kind_of_key() {
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::Secp256k1] {
        let web = Web::new(vec![held(kind, &Relationship::ALL)]);
        let verified = verify(&web.verifier, &web.token(0, &json!({}), "one"), NOW).unwrap();
        assert_eq!(verified.participant.id(), WEB);
        assert_eq!(verified.claims.credential_service.as_deref(), Some("https://oem.example/identity/credentials"));
        let fragment = format!("#{}", verified.key_id.split_once('#').unwrap().1);
        verify(&web.verifier, &web.token(0, &json!({"kid": fragment}), "two"), NOW).unwrap();
        verify(&web.verifier, &web.token(0, &json!({"kid": null}), "three"), NOW).unwrap();
        assert_eq!(web.peers.asked(), [URL], "once for three tokens");
        // Its own word on where its credentials are does not count against its document.
        let extra = json!({"iss": WEB, "sub": WEB, "jti": "four", CREDENTIAL_SERVICE_CLAIM: "https://other.example"});
        let header = json!({"alg": kind.algorithm().name(), "typ": "JWT"});
        let token = signed(&web.keyring.held()[0].key, &header, &claims(&extra));
        let verified = verify(&web.verifier, &token, NOW).unwrap();
        assert_eq!(verified.claims.credential_service.as_deref(), Some("https://oem.example/identity/credentials"));
    }
}

#[test]
fn only_a_key_for_tokens_signs_tokens() {
    use Relationship::{AssertionMethod, Authentication, CapabilityInvocation};
    let invoking = || held(KeyKind::P256, &[CapabilityInvocation]);
    let web = Web::new(vec![invoking(), held(KeyKind::P256, &[Authentication, AssertionMethod])]);
    verify(&web.verifier, &web.token(0, &json!({"kid": null}), "one"), NOW).unwrap();
    let error = refusal(&web.verifier, &web.token(1, &json!({}), "two"), NOW);
    assert_eq!(error.code(), "token-relationship");
    assert!(error.to_string().contains("capabilityInvocation"), "{error}");
    assert_eq!(refusal(&web.verifier, &web.token(1, &json!({"kid": null}), "three"), NOW).code(), "token-signature");

    let two = Web::new(vec![invoking(), invoking()]);
    verify(&two.verifier, &two.token(1, &json!({}), "one"), NOW).unwrap();
    assert_eq!(refusal(&two.verifier, &two.token(0, &json!({"kid": null}), "two"), NOW).code(), "token-relationship");
    let none = Web::new(vec![held(KeyKind::P256, &[AssertionMethod])]);
    assert_eq!(refusal(&none.verifier, &none.token(0, &json!({"kid": null}), "one"), NOW).code(), "token-relationship");
}

#[test]
fn a_document_without_relationships_is_believed_only_if_told() {
    let web = Web::new(vec![held(KeyKind::P256, &[])]);
    let lenient = Compatibility { dids_without_relationships: true, ..Compatibility::default() };
    let token = web.token(0, &json!({}), "one");
    assert_eq!(refusal(&web.verifier, &token, NOW).code(), "token-relationship");
    let verifier = with(Arc::clone(&web.peers) as Arc<dyn Fetch>).with_compatibility(lenient);
    verify(&verifier, &token, NOW).unwrap();
    assert_eq!(lenient.active(), ["dids_without_relationships"]);
    assert_eq!(Compatibility::default().active(), [""; 0]);
}

/// Each key with each algorithm in the header: only the one of the key is accepted, whatever the signature is.
#[test]
fn an_algorithm_that_does_not_fit_the_key_is_refused() {
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::Secp256k1] {
        let web = Web::new(vec![held(kind, &Relationship::ALL)]);
        for alg in ["EdDSA", "ES256", "ES256K", "ES384", "RS256", "PS256"] {
            let outcome = verify(&web.verifier, &web.token(0, &json!({"alg": alg}), alg), NOW);
            match outcome {
                Ok(_) => assert_eq!(alg, kind.algorithm().name()),
                Err(error) => {
                    assert_eq!(error.code(), "token-algorithm-of-key", "{kind} {alg}");
                    assert_ne!(alg, kind.algorithm().name());
                }
            }
        }
    }
}

#[test]
fn a_rotation_is_seen_at_once_on_both_sides() {
    let web = Web::new(vec![held(KeyKind::P256, &Relationship::ALL)]);
    let current = Arc::new(Mutex::new(Arc::new(web.keyring.clone())));
    let issuer = {
        let current = Arc::clone(&current);
        Issuer::new(move || Arc::clone(&current.lock().unwrap()))
    };
    let old = [issue(&issuer, NOW), issue(&issuer, NOW), issue(&issuer, NOW)];
    verify(&web.verifier, &old[0], NOW).unwrap();

    let rotated = web.keyring.rotate(at(NOW), Duration::from_secs(3600)).unwrap();
    *current.lock().unwrap() = Arc::new(rotated.clone());
    web.publish(&rotated);
    verify(&web.verifier, &issue(&issuer, NOW + 1), NOW + 1).unwrap();
    verify(&web.verifier, &old[1], NOW + 1).unwrap();
    assert_eq!(web.peers.asked(), [URL, URL], "the document is fetched anew because the key is not in the one we have");

    // Without an overlap the old keys are gone, and what they signed with them.
    let gone = rotated.rotate(at(NOW), Duration::ZERO).unwrap();
    let gone = Keyring::new(WEB, gone.held().to_vec(), Vec::new(), gone.token_secret().clone()).unwrap();
    *current.lock().unwrap() = Arc::new(gone.clone());
    web.publish(&gone);
    verify(&web.verifier, &issue(&issuer, NOW + 20_000), NOW + 20_000).unwrap();
    assert_eq!(refusal(&web.verifier, &old[2], NOW + 20_000).code(), "token-key");
}

#[test]
fn a_sender_without_the_key_cannot_make_us_fetch_all_the_time() {
    let web = Web::new(vec![held(KeyKind::P256, &Relationship::ALL)]);
    let stranger = Held::new(WEB, SigningKey::generate(KeyKind::P256).unwrap(), Relationship::ALL.to_vec(), at(0));
    for number in 0..50 {
        let header = json!({"alg": "ES256", "kid": stranger.id});
        let claims = claims(&json!({"iss": WEB, "sub": WEB, "jti": number.to_string()}));
        let error = refusal(&web.verifier, &signed(&stranger.key, &header, &claims), NOW + number);
        assert_eq!(error.code(), "token-key");
    }
    assert_eq!(web.peers.asked().len(), 2, "when first seen, and one refresh");
}

#[test]
fn a_document_that_cannot_be_had_is_told_from_a_token_that_is_wrong() {
    let web = Web::new(vec![held(KeyKind::P256, &Relationship::ALL)]);
    let cases = [
        (Err(FetchError::Unreachable("connection refused".into())), true, "connection refused"),
        (Err(FetchError::Forbidden("10.0.0.1 is a private address".into())), false, "private"),
        (Err(FetchError::TooLarge), false, "larger"),
        (Err(FetchError::Status(301)), false, "301"),
        (Ok(b"{}".to_vec()), false, "no id"),
        (Ok(json!({"id": "did:web:supplier.example"}).to_string().into_bytes()), false, "did:web:supplier.example"),
    ];
    for (number, (answer, transient, part)) in cases.into_iter().enumerate() {
        web.peers.answer(URL, answer);
        let time = NOW + 4000 * number as i64;
        let error = refusal(&web.verifier, &web.token(0, &json!({}), "one"), time);
        assert_eq!((error.code(), error.is_transient()), ("token-issuer", transient), "{error}");
        assert!(error.to_string().contains(part) && error.to_string().contains(WEB), "{error}");
    }
    web.publish(&web.keyring);
    verify(&web.verifier, &web.token(0, &json!({}), "one"), NOW + 30_000).unwrap();
}
