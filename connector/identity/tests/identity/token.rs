use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::{HS256, JwsSigner};
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_identity::did::{Relationship, Resolver, ResolverOptions};
use symbolon_identity::fetch::{Documents, Fetch, FetchError};
use symbolon_identity::token::{CREDENTIAL_SERVICE_CLAIM, Extra, Issuer, MAX_HEADER, TokenError, Verified, Verifier};
use symbolon_identity::{Compatibility, Held, KeyKind, Keyring, Service, SigningKey, TokenSecret};

use crate::peers::Peers;
use crate::{at, done, key, party};

const START: i64 = 1_790_000_000_500;
const NOW: i64 = START + 100_000;
/// [`NOW`] in whole seconds.
const S: i64 = 1_790_000_100;

const WEB: &str = "did:web:oem.example";
const URL: &str = "https://oem.example/.well-known/did.json";

fn us() -> String {
    party(9).did().to_owned()
}

fn them() -> String {
    party(1).did().to_owned()
}

fn kid(number: u8) -> String {
    party(number).held()[0].id.clone()
}

fn verifier() -> Verifier {
    with(Arc::new(Documents::default()))
}

fn with(fetch: Arc<dyn Fetch>) -> Verifier {
    let resolver = Arc::new(Resolver::new(fetch, ResolverOptions::default()));
    Verifier::new(us(), resolver, at(START)).with_max_lifetime(Duration::from_secs(300))
}

fn verify(verifier: &Verifier, token: &str, milliseconds: i64) -> Result<Verified, TokenError> {
    done(verifier.verify(&format!("Bearer {token}"), at(milliseconds)))
}

fn refusal(verifier: &Verifier, token: &str, milliseconds: i64) -> TokenError {
    verify(verifier, token, milliseconds).unwrap_err()
}

fn header(change: &Value) -> Value {
    changed(json!({"alg": "EdDSA", "kid": kid(1), "typ": "JWT"}), change)
}

fn claims(change: &Value) -> Value {
    changed(json!({"iss": them(), "sub": them(), "aud": us(), "iat": S, "exp": S + 60, "jti": "one"}), change)
}

/// `null` takes a member away.
fn changed(mut value: Value, change: &Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, change) in change.as_object().unwrap() {
        members.remove(name);
        if !change.is_null() {
            members.insert(name.clone(), change.clone());
        }
    }
    value
}

fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(key.sign_here(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}")
}

fn issue(issuer: &Issuer, milliseconds: i64) -> String {
    done(issuer.issue(&us(), Extra::default(), at(milliseconds))).unwrap()
}

fn issuer(number: u8) -> Issuer {
    Issuer::of(Arc::new(party(number)))
}

#[test]
fn an_issued_token_names_its_sender_once() {
    let verifier = verifier();
    for _ in 0..3 {
        let token = issue(&issuer(1), NOW);
        let verified = verify(&verifier, &token, NOW).unwrap();
        assert_eq!(verified.participant.id(), them());
        assert_eq!(
            (verified.key_id, verified.document.id(), verified.raw.as_str()),
            (kid(1), them().as_str(), token.as_str())
        );
        assert_eq!(refusal(&verifier, &token, NOW), TokenError::Replayed);
    }
}

#[test]
fn an_issued_token_is_as_documented() {
    let part = |token: &str, number: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap()).unwrap()
    };
    let issuer = issuer(1).with_lifetime(Duration::from_secs(30));
    let token = done(issuer.issue("did:key:zX", Extra::default(), at(NOW + 123))).unwrap();
    assert_eq!(part(&token, 0), header(&json!({})));
    let mut claims = part(&token, 1);
    let id = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 22, "128 random bits");
    let times = json!({"iat": 1_790_000_100.623, "exp": 1_790_000_130.623});
    assert_eq!(claims, changed(json!({"iss": them(), "sub": them(), "aud": "did:key:zX"}), &times));

    let extra = Extra {
        token: Some("access"),
        pre_authorized_code: Some("code"),
        credential_service: Some("https://oem.example/cs"),
    };
    let claims = part(&done(issuer.issue("did:key:zX", extra, at(NOW))).unwrap(), 1);
    assert_eq!(claims["token"], "access");
    assert_eq!(claims["pre-authorized_code"], "code");
    assert_eq!(claims[CREDENTIAL_SERVICE_CLAIM], "https://oem.example/cs");
}

#[test]
fn what_a_token_says_is_handed_on() {
    let extra =
        json!({"token": "access", "pre-authorized_code": "code", CREDENTIAL_SERVICE_CLAIM: "https://oem.example/cs"});
    let verified = verify(&verifier(), &signed(&key(1), &header(&json!({})), &claims(&extra)), NOW).unwrap();
    assert_eq!(verified.claims.id, "one");
    assert_eq!((verified.claims.issued, verified.claims.expires), (at(S * 1000), at(S * 1000 + 60_000)));
    assert_eq!(verified.claims.token.as_deref(), Some("access"));
    assert_eq!(verified.claims.pre_authorized_code.as_deref(), Some("code"));
    assert_eq!(verified.claims.credential_service.as_deref(), Some("https://oem.example/cs"));
    let plain = verify(&verifier(), &signed(&key(1), &header(&json!({})), &claims(&json!({}))), NOW).unwrap();
    assert_eq!((plain.claims.token, plain.claims.credential_service), (None, None));
}

#[test]
fn each_attack_is_refused_for_its_own_reason() {
    let other = party(2).did().to_owned();
    // What changes in the header, what changes in the claims, and the refusal.
    let cases = [
        (json!({"alg": "none"}), json!({}), "token-algorithm"),
        (json!({"alg": "None"}), json!({}), "token-algorithm"),
        (json!({"alg": "HS256"}), json!({}), "token-algorithm"),
        (json!({"alg": "ES512"}), json!({}), "token-algorithm"),
        (json!({"alg": "Ed25519 "}), json!({}), "token-algorithm"),
        (json!({"alg": "ES256"}), json!({}), "token-algorithm-of-key"),
        (json!({"alg": "RS256"}), json!({}), "token-algorithm-of-key"),
        (json!({"typ": "symbolon-attestation+jws"}), json!({}), "token-type"),
        (json!({"kid": kid(2)}), json!({}), "token-foreign-key"),
        (json!({"kid": them()}), json!({}), "token-key"),
        (json!({"kid": "#other"}), json!({}), "token-key"),
        (json!({}), json!({"iss": other, "sub": other}), "token-foreign-key"),
        (json!({"kid": kid(2)}), json!({"iss": other, "sub": other}), "token-signature"),
        (json!({}), json!({"sub": other}), "token-not-self-issued"),
        (json!({}), json!({"iss": null}), "token-claim-missing"),
        (json!({}), json!({"sub": null}), "token-claim-missing"),
        (json!({}), json!({"iss": "", "sub": ""}), "token-claim-missing"),
        (json!({}), json!({"aud": null}), "token-claim-missing"),
        (json!({}), json!({"iat": null}), "token-claim-missing"),
        (json!({}), json!({"exp": null}), "token-claim-missing"),
        (json!({}), json!({"jti": null}), "token-claim-missing"),
        (json!({}), json!({"jti": ""}), "token-claim-missing"),
        (json!({}), json!({"iss": "did:ion:abc", "sub": "did:ion:abc"}), "token-issuer"),
        (json!({}), json!({"iss": "did:web:absent.example", "sub": "did:web:absent.example"}), "token-issuer"),
        (json!({}), json!({"iss": "me", "sub": "me"}), "token-issuer"),
        (json!({}), json!({"aud": party(8).did()}), "token-audience"),
        (json!({}), json!({"aud": ""}), "token-audience"),
        (json!({}), json!({"aud": []}), "token-audience"),
        (json!({}), json!({"aud": [us(), party(8).did()]}), "token-audience"),
        (json!({}), json!({"exp": S}), "token-never-valid"),
        (json!({}), json!({"exp": S - 1}), "token-never-valid"),
        (json!({}), json!({"exp": S + 301}), "token-lifetime"),
        (json!({}), json!({"exp": 99_999_999_999_i64}), "token-lifetime"),
        (json!({}), json!({"iat": S - 60, "exp": S - 5}), "token-expired"),
        (json!({}), json!({"iat": S + 7, "exp": S + 60}), "token-not-yet-valid"),
        (json!({}), json!({"iat": S + 60, "exp": S + 120}), "token-not-yet-valid"),
        (json!({}), json!({"nbf": S + 7}), "token-not-yet-valid"),
        (json!({}), json!({"iat": START / 1000, "exp": S + 60}), "token-before-start"),
    ];
    let verifier = verifier();
    for (number, (header_change, claims_change, expected)) in cases.into_iter().enumerate() {
        let token = signed(&key(1), &header(&header_change), &claims(&claims_change));
        let error = refusal(&verifier, &token, NOW);
        assert_eq!(error.code(), expected, "case {number}: {header_change} {claims_change}: {error}");
    }
    // None of them used up the jti.
    verify(&verifier, &signed(&key(1), &header(&json!({})), &claims(&json!({}))), NOW).unwrap();
}

#[test]
fn what_lies_within_the_allowances_is_accepted() {
    let cases = [
        (json!({"typ": null}), json!({})),
        (json!({"typ": "jwt"}), json!({})),
        (json!({"kid": null}), json!({})),
        (json!({"x-other": {"a": [1]}}), json!({"more": {"deep": [1, 2]}})),
        (json!({}), json!({"aud": [us()]})),
        (json!({}), json!({"exp": S + 300})),
        (json!({}), json!({"iat": S - 60, "exp": S - 4})),
        (json!({}), json!({"iat": S + 5})),
        (json!({}), json!({"nbf": S + 5})),
        (json!({}), json!({"nbf": 0})),
        (json!({}), json!({"iat": 1_790_000_000.5})),
        (json!({}), json!({"iat": S as f64 + 0.25, "exp": S as f64 + 0.5})),
    ];
    let verifier = verifier();
    for (number, (header_change, claims_change)) in cases.into_iter().enumerate() {
        let claims = claims(&changed(claims_change, &json!({"jti": number.to_string()})));
        let token = signed(&key(1), &header(&header_change), &claims);
        let verified = verify(&verifier, &token, NOW).unwrap_or_else(|error| panic!("case {number}: {error}"));
        assert_eq!(verified.participant.id(), them());
    }
}

#[test]
fn clocks_may_differ_by_what_is_allowed_and_no_more() {
    // The allowance, the seconds between sender and receiver, and whether the token is accepted.
    let cases =
        [(0, 1, false), (0, 0, true), (5, 5, true), (5, 6, false), (30, 30, true), (30, 31, false), (600, 31, false)];
    for (allowed, ahead, accepted) in cases {
        let verifier = verifier().with_skew(Duration::from_secs(allowed));
        let token = issue(&issuer(1), NOW + ahead * 1000);
        assert_eq!(verify(&verifier, &token, NOW).is_ok(), accepted, "{allowed} s allowed, {ahead} s ahead");
    }
}

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
fn a_public_key_is_no_shared_secret() {
    let protected = header(&json!({"alg": "HS256"}));
    let public = key(1).public().ed25519_bytes().unwrap().to_vec();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(protected.to_string()),
        URL_SAFE_NO_PAD.encode(claims(&json!({})).to_string())
    );
    let signature = HS256.signer_from_bytes(&public).unwrap().sign(signed.as_bytes()).unwrap();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert_eq!(refusal(&verifier(), &token, NOW), TokenError::Algorithm);
    let claiming_eddsa = token.replacen(
        &URL_SAFE_NO_PAD.encode(protected.to_string()),
        &URL_SAFE_NO_PAD.encode(header(&json!({})).to_string()),
        1,
    );
    assert_eq!(refusal(&verifier(), &claiming_eddsa, NOW), TokenError::Signature);
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
        (Err(FetchError::TooLarge), false, "too large"),
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

#[test]
fn a_malformed_token_is_refused() {
    let good = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    let [protected, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let array = json!([them(), them(), us(), S, S + 60, null, "one"]);
    let cases = [
        String::from("x"),
        "..".into(),
        "...".into(),
        format!("{protected}.{payload}"),
        format!("{good}.{signature}"),
        format!("{protected}.{payload}=.{signature}"),
        format!("{protected}..{signature}"),
        format!("!.{payload}.{signature}"),
        format!("{}.{payload}.{signature}", encode("{}")),
        format!("{}.{payload}.{signature}", encode("[]")),
        format!("{}.{payload}.{signature}", encode("{\"alg\":\"none\",\"alg\":\"EdDSA\"}")),
        format!("{}.{payload}.{signature}", encode("{\"alg\":7}")),
        format!("{}.{payload}.{signature}", encode("\u{feff}{\"alg\":\"EdDSA\"}")),
        signed(&key(1), &header(&json!({"crit": ["exp"]})), &claims(&json!({}))),
        signed(&key(1), &header(&json!({"crit": []})), &claims(&json!({}))),
        signed(&key(1), &json!(["EdDSA", kid(1), "JWT", null]), &claims(&json!({}))),
        signed(&key(1), &header(&json!({})), &array),
        signed(&key(1), &header(&json!({})), &json!("text")),
        signed(&key(1), &header(&json!({})), &claims(&json!({"exp": "soon"}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"exp": 1e300}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"iat": -1e18}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"jti": "j".repeat(513)}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"aud": {"did": 1}}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"token": {"a": 1}}))),
    ];
    let verifier = verifier();
    for (number, token) in cases.iter().enumerate() {
        let error = refusal(&verifier, token, NOW);
        assert_eq!(error.code(), "token-malformed", "case {number}: {error}");
    }
}

#[test]
fn the_header_must_be_a_bearer_token_of_reasonable_size() {
    let token = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    let cases = [
        (String::new(), TokenError::Missing),
        ("  ".into(), TokenError::Missing),
        ("Bearer".into(), TokenError::NotBearer),
        (format!("Basic {token}"), TokenError::NotBearer),
        (token.clone(), TokenError::NotBearer),
        (format!("Bearer{token}"), TokenError::NotBearer),
        (json!({"clientId": "me"}).to_string(), TokenError::NotBearer),
        (format!("Bearer {}", "a".repeat(1_000_000)), TokenError::TooLarge),
        (" ".repeat(MAX_HEADER + 1), TokenError::TooLarge),
    ];
    let verifier = verifier();
    for (header, expected) in cases {
        assert_eq!(done(verifier.verify(&header, at(NOW))).unwrap_err(), expected, "{header:.40}");
    }
    done(verifier.verify(&format!("bearer  {token} "), at(NOW))).unwrap();
}

#[test]
fn a_changed_character_is_refused() {
    let token = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    let verifier = verifier();
    for position in 0..token.len() {
        for replacement in ["A", "z", "-", "."] {
            let mut changed = token.clone();
            changed.replace_range(position..=position, replacement);
            assert!(changed == token || verify(&verifier, &changed, NOW).is_err(), "{position} {replacement}");
        }
    }
    verify(&verifier, &token, NOW).unwrap();
}

#[test]
fn an_unsigned_token_is_refused() {
    let token = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    assert_eq!(refusal(&verifier(), &format!("{unsigned}."), NOW), TokenError::Signature);
}

#[test]
fn a_token_cannot_be_replayed_while_it_lives_nor_after() {
    let verifier = verifier();
    let token = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    verify(&verifier, &token, NOW).unwrap();
    for second in 0..65 {
        assert_eq!(refusal(&verifier, &token, S * 1000 + second * 1000), TokenError::Replayed, "{second}");
    }
    assert_eq!(refusal(&verifier, &token, S * 1000 + 65_000), TokenError::Expired);
}

#[test]
fn the_same_id_of_another_sender_is_another_token() {
    let verifier = verifier();
    let did = party(2).did().to_owned();
    verify(&verifier, &signed(&key(1), &header(&json!({})), &claims(&json!({}))), NOW).unwrap();
    let other = signed(&key(2), &header(&json!({"kid": kid(2)})), &claims(&json!({"iss": did, "sub": did})));
    verify(&verifier, &other, NOW).unwrap();
}

#[test]
fn a_full_memory_refuses_and_recovers() {
    let verifier = verifier().with_replay_capacity(3);
    let issuer = issuer(1);
    for _ in 0..3 {
        verify(&verifier, &issue(&issuer, NOW), NOW).unwrap();
    }
    let error = refusal(&verifier, &issue(&issuer, NOW), NOW);
    assert_eq!(error, TokenError::ReplayMemoryFull);
    assert!(error.is_transient());
    verify(&verifier, &issue(&issuer, NOW + 67_000), NOW + 67_000).unwrap();
}

#[test]
fn a_token_from_before_the_start_is_refused_and_one_from_after_is_not() {
    let issuer = issuer(1);
    let outcome = |issued| verify(&verifier(), &issue(&issuer, issued), START + 10);
    let error = outcome(START - 1).unwrap_err();
    assert_eq!(error, TokenError::BeforeStart);
    assert!(error.is_transient());
    assert!(error.to_string().contains("before this connector started"), "{error}");
    outcome(START).unwrap();
    outcome(START + 1).unwrap();
}

/// Of what a sender writes, a refusal repeats its DID and the name of a key, and both bounded.
#[test]
fn no_refusal_repeats_the_token() {
    let secret = "attacker-".repeat(200);
    let cases = [
        signed(&key(1), &header(&json!({"alg": secret, "typ": secret})), &claims(&json!({}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"aud": secret, "jti": secret}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"token": secret, "jti": ""}))),
        secret.clone(),
    ];
    for token in cases {
        let error = refusal(&verifier(), &token, NOW);
        assert!(!format!("{error} {error:?} {}", error.code()).contains("attacker"), "{error:?}");
    }
    let long = [
        signed(&key(1), &header(&json!({"kid": format!("#{secret}")})), &claims(&json!({}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"iss": secret, "sub": secret}))),
    ];
    for token in long {
        let error = refusal(&verifier(), &token, NOW).to_string();
        assert!(error.len() < 700, "{} bytes: {error}", error.len());
    }
}

#[test]
fn threads_share_a_verifier_and_each_token_counts_once() {
    let verifier = verifier();
    let token = issue(&issuer(1), NOW);
    // From here on nobody has to wait for the document.
    verify(&verifier, &issue(&issuer(1), NOW), NOW).unwrap();
    let accepted = || (0..20).filter(|_| verify(&verifier, &token, NOW).is_ok()).count();
    let accepted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(accepted)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(accepted, 1);
}

proptest! {
    #[test]
    fn any_string_is_answered(text in any::<String>(), parts in any::<[String; 3]>()) {
        let verifier = verifier();
        prop_assert!(done(verifier.verify(&text, at(NOW))).is_err());
        prop_assert!(verify(&verifier, &parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join("."), NOW).is_err());
    }

    #[test]
    fn any_times_are_answered(iat in any::<f64>(), exp in any::<i64>(), nbf in any::<u64>()) {
        let token = signed(&key(1), &header(&json!({})), &claims(&json!({"iat": iat, "exp": exp, "nbf": nbf})));
        prop_assert!(verify(&verifier(), &token, NOW).is_err());
    }

    #[test]
    fn any_issuer_and_key_name_is_answered(issuer in any::<String>(), name in any::<String>()) {
        let token = signed(&key(1), &header(&json!({"kid": name})), &claims(&json!({"iss": issuer, "sub": issuer})));
        prop_assert!(verify(&verifier(), &token, NOW).is_err());
    }
}
