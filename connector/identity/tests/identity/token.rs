use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::{HS256, JwsSigner};
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_identity::SigningKey;
use symbolon_identity::did_key::DidError;
use symbolon_identity::token::{DEFAULT_MAX_LIFETIME, Issuer, MAX_HEADER, TokenError, Verifier};

use crate::{at, key};

const START: i64 = 1_790_000_000_500;
const NOW: i64 = START + 100_000;
/// [`NOW`] in whole seconds.
const S: i64 = 1_790_000_100;
const SKEW: Duration = Duration::from_secs(5);

fn verifier() -> Verifier {
    Verifier::new(key(9).did(), at(START), DEFAULT_MAX_LIFETIME, SKEW)
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn header(change: &Value) -> Value {
    changed(json!({"alg": "EdDSA", "kid": key(1).key_id(), "typ": "JWT"}), change)
}

fn claims(change: &Value) -> Value {
    let did = key(1).did().to_owned();
    changed(json!({"iss": did, "sub": did, "aud": key(9).did(), "iat": S, "exp": S + 60, "jti": "one"}), change)
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
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}")
}

#[test]
fn an_issued_token_names_its_sender_once() {
    let verifier = verifier();
    let issuer = Issuer::new(key(1));
    for _ in 0..3 {
        let token = issuer.issue(key(9).did(), at(NOW)).unwrap();
        assert_eq!(verifier.verify(&bearer(&token), at(NOW)).unwrap().id(), key(1).did());
        assert_eq!(verifier.verify(&bearer(&token), at(NOW)).unwrap_err(), TokenError::Replayed);
    }
}

#[test]
fn an_issued_token_is_as_documented() {
    let token = Issuer::new(key(1)).with_lifetime(Duration::from_secs(30)).issue("did:key:zX", at(NOW + 123)).unwrap();
    let part = |number: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(0), header(&json!({})));
    let mut claims = part(1);
    let id = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 22, "128 random bits");
    let did = key(1).did().to_owned();
    let times = json!({"iat": 1_790_000_100.623, "exp": 1_790_000_130.623});
    assert_eq!(claims, changed(json!({"iss": did, "sub": did, "aud": "did:key:zX"}), &times));
}

#[test]
fn each_attack_is_refused_for_its_own_reason() {
    let did = key(9).did().to_owned();
    // What changes in the header, what changes in the claims, and the refusal.
    let cases = [
        (json!({"alg": "none"}), json!({}), TokenError::Algorithm),
        (json!({"alg": "None"}), json!({}), TokenError::Algorithm),
        (json!({"alg": "HS256"}), json!({}), TokenError::Algorithm),
        (json!({"alg": "ES256"}), json!({}), TokenError::Algorithm),
        (json!({"alg": "Ed25519 "}), json!({}), TokenError::Algorithm),
        (json!({"typ": "symbolon-attestation+jws"}), json!({}), TokenError::Type),
        (json!({"kid": null}), json!({}), TokenError::ForeignKey),
        (json!({"kid": key(2).key_id()}), json!({}), TokenError::ForeignKey),
        (json!({"kid": key(1).did()}), json!({}), TokenError::ForeignKey),
        (json!({}), json!({"iss": key(2).did(), "sub": key(2).did()}), TokenError::ForeignKey),
        (json!({"kid": key(2).key_id()}), json!({"iss": key(2).did(), "sub": key(2).did()}), TokenError::Signature),
        (json!({}), json!({"sub": key(2).did()}), TokenError::NotSelfIssued),
        (json!({}), json!({"iss": null}), TokenError::ClaimMissing("iss")),
        (json!({}), json!({"sub": null}), TokenError::ClaimMissing("sub")),
        (json!({}), json!({"iss": "", "sub": ""}), TokenError::ClaimMissing("iss")),
        (json!({}), json!({"aud": null}), TokenError::ClaimMissing("aud")),
        (json!({}), json!({"iat": null}), TokenError::ClaimMissing("iat")),
        (json!({}), json!({"exp": null}), TokenError::ClaimMissing("exp")),
        (json!({}), json!({"jti": null}), TokenError::ClaimMissing("jti")),
        (json!({}), json!({"jti": ""}), TokenError::ClaimMissing("jti")),
        (
            json!({"kid": "did:web:x.example#1"}),
            json!({"iss": "did:web:x.example", "sub": "did:web:x.example"}),
            TokenError::Issuer(DidError::UnknownMethod),
        ),
        (json!({}), json!({"iss": "me", "sub": "me"}), TokenError::Issuer(DidError::NotADid)),
        (json!({}), json!({"aud": key(8).did()}), TokenError::Audience),
        (json!({}), json!({"aud": ""}), TokenError::Audience),
        (json!({}), json!({"aud": []}), TokenError::Audience),
        (json!({}), json!({"aud": [did, key(8).did()]}), TokenError::Audience),
        (json!({}), json!({"exp": S}), TokenError::NeverValid),
        (json!({}), json!({"exp": S - 1}), TokenError::NeverValid),
        (json!({}), json!({"exp": S + 301}), TokenError::Lifetime { max_seconds: 300 }),
        (json!({}), json!({"exp": 99_999_999_999_i64}), TokenError::Lifetime { max_seconds: 300 }),
        (json!({}), json!({"iat": S - 60, "exp": S - 5}), TokenError::Expired),
        (json!({}), json!({"iat": S + 7, "exp": S + 60}), TokenError::NotYetValid),
        (json!({}), json!({"nbf": S + 7}), TokenError::NotYetValid),
        (json!({}), json!({"iat": START / 1000, "exp": S + 60}), TokenError::BeforeStart),
    ];
    let verifier = verifier();
    for (number, (header_change, claims_change, expected)) in cases.into_iter().enumerate() {
        let token = signed(&key(1), &header(&header_change), &claims(&claims_change));
        let error = verifier.verify(&bearer(&token), at(NOW)).unwrap_err();
        assert_eq!(error, expected, "case {number}: {header_change} {claims_change}");
    }
    // None of them used up the jti.
    let token = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    verifier.verify(&bearer(&token), at(NOW)).unwrap();
}

#[test]
fn what_lies_within_the_allowances_is_accepted() {
    let did = key(9).did().to_owned();
    let cases = [
        (json!({"typ": null}), json!({})),
        (json!({"typ": "jwt"}), json!({})),
        (json!({"x-other": {"a": [1]}}), json!({"more": {"deep": [1, 2]}})),
        (json!({}), json!({"aud": [did]})),
        (json!({}), json!({"exp": S + 300})),
        (json!({}), json!({"iat": S - 60, "exp": S - 4})),
        (json!({}), json!({"iat": S + 5})),
        (json!({}), json!({"nbf": S + 5})),
        (json!({}), json!({"nbf": 0})),
        (json!({}), json!({"iat": 1_790_000_000.5})),
    ];
    let verifier = verifier();
    for (number, (header_change, claims_change)) in cases.into_iter().enumerate() {
        let claims = claims(&changed(claims_change, &json!({"jti": number.to_string()})));
        let token = signed(&key(1), &header(&header_change), &claims);
        let participant =
            verifier.verify(&bearer(&token), at(NOW)).unwrap_or_else(|error| panic!("case {number}: {error}"));
        assert_eq!(participant.id(), key(1).did());
    }
}

#[test]
fn a_malformed_token_is_refused() {
    let good = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    let [protected, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let array = json!([key(1).did(), key(1).did(), key(9).did(), S, S + 60, null, "one"]);
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
        signed(&key(1), &json!(["EdDSA", key(1).key_id(), "JWT", null]), &claims(&json!({}))),
        signed(&key(1), &header(&json!({})), &array),
        signed(&key(1), &header(&json!({})), &json!("text")),
        signed(&key(1), &header(&json!({})), &claims(&json!({"exp": "soon"}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"exp": 1e300}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"iat": -1e18}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"jti": "j".repeat(513)}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"aud": {"did": 1}}))),
    ];
    let verifier = verifier();
    for (number, token) in cases.iter().enumerate() {
        let error = verifier.verify(&bearer(token), at(NOW)).unwrap_err();
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
        (bearer(&"a".repeat(1_000_000)), TokenError::TooLarge),
        (" ".repeat(MAX_HEADER + 1), TokenError::TooLarge),
    ];
    let verifier = verifier();
    for (header, expected) in cases {
        assert_eq!(verifier.verify(&header, at(NOW)).unwrap_err(), expected, "{header:.40}");
    }
    verifier.verify(&format!("bearer  {token} "), at(NOW)).unwrap();
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let protected = header(&json!({"alg": "HS256"}));
    let public = key(1).verification_key().as_bytes().to_vec();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(protected.to_string()),
        URL_SAFE_NO_PAD.encode(claims(&json!({})).to_string())
    );
    let signature = HS256.signer_from_bytes(&public).unwrap().sign(signed.as_bytes()).unwrap();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert_eq!(verifier().verify(&bearer(&token), at(NOW)).unwrap_err(), TokenError::Algorithm);
    let claiming_eddsa = token.replacen(
        &URL_SAFE_NO_PAD.encode(protected.to_string()),
        &URL_SAFE_NO_PAD.encode(header(&json!({})).to_string()),
        1,
    );
    assert_eq!(verifier().verify(&bearer(&claiming_eddsa), at(NOW)).unwrap_err(), TokenError::Signature);
}

#[test]
fn a_changed_character_is_refused() {
    let token = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    let verifier = verifier();
    for position in 0..token.len() {
        for replacement in ["A", "z", "-", "."] {
            let mut changed = token.clone();
            changed.replace_range(position..=position, replacement);
            assert!(
                changed == token || verifier.verify(&bearer(&changed), at(NOW)).is_err(),
                "{position} {replacement}"
            );
        }
    }
    verifier.verify(&bearer(&token), at(NOW)).unwrap();
}

#[test]
fn an_unsigned_token_is_refused() {
    let token = signed(&key(1), &header(&json!({})), &claims(&json!({})));
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    assert_eq!(verifier().verify(&bearer(&format!("{unsigned}.")), at(NOW)).unwrap_err(), TokenError::Signature);
}

#[test]
fn a_token_cannot_be_replayed_while_it_lives_nor_after() {
    let verifier = verifier();
    let token = bearer(&signed(&key(1), &header(&json!({})), &claims(&json!({}))));
    verifier.verify(&token, at(NOW)).unwrap();
    for second in 0..65 {
        let error = verifier.verify(&token, at(S * 1000 + second * 1000)).unwrap_err();
        assert_eq!(error, TokenError::Replayed, "{second}");
    }
    assert_eq!(verifier.verify(&token, at(S * 1000 + 65_000)).unwrap_err(), TokenError::Expired);
}

#[test]
fn the_same_id_of_another_sender_is_another_token() {
    let verifier = verifier();
    let did = key(2).did().to_owned();
    verifier.verify(&bearer(&signed(&key(1), &header(&json!({})), &claims(&json!({})))), at(NOW)).unwrap();
    let other =
        signed(&key(2), &header(&json!({"kid": key(2).key_id()})), &claims(&json!({"iss": did.clone(), "sub": did})));
    verifier.verify(&bearer(&other), at(NOW)).unwrap();
}

#[test]
fn a_full_memory_refuses_and_recovers() {
    let verifier = verifier().with_replay_capacity(3);
    let issuer = Issuer::new(key(1));
    let token = |now| bearer(&issuer.issue(key(9).did(), at(now)).unwrap());
    for _ in 0..3 {
        verifier.verify(&token(NOW), at(NOW)).unwrap();
    }
    let error = verifier.verify(&token(NOW), at(NOW)).unwrap_err();
    assert_eq!(error, TokenError::ReplayMemoryFull);
    assert!(error.is_transient());
    verifier.verify(&token(NOW + 67_000), at(NOW + 67_000)).unwrap();
}

#[test]
fn a_token_from_before_the_start_is_refused_and_one_from_after_is_not() {
    let issuer = Issuer::new(key(1));
    let verify = |issued| verifier().verify(&bearer(&issuer.issue(key(9).did(), at(issued)).unwrap()), at(START + 10));
    let error = verify(START - 1).unwrap_err();
    assert_eq!(error, TokenError::BeforeStart);
    assert!(error.is_transient());
    assert!(error.to_string().contains("before this connector started"), "{error}");
    verify(START).unwrap();
    verify(START + 1).unwrap();
}

#[test]
fn no_refusal_repeats_the_token() {
    let secret = "did:web:attacker.example";
    let cases = [
        signed(&key(1), &header(&json!({"kid": secret})), &claims(&json!({"iss": secret, "sub": secret}))),
        signed(&key(1), &header(&json!({"alg": secret, "typ": secret})), &claims(&json!({}))),
        signed(&key(1), &header(&json!({})), &claims(&json!({"aud": secret, "jti": secret}))),
        secret.to_owned(),
    ];
    for token in cases {
        let error = verifier().verify(&bearer(&token), at(NOW)).unwrap_err();
        assert!(!format!("{error} {error:?} {}", error.code()).contains("attacker"), "{error:?}");
    }
}

#[test]
fn threads_share_a_verifier_and_each_token_counts_once() {
    let verifier = verifier();
    let token = bearer(&Issuer::new(key(1)).issue(key(9).did(), at(NOW)).unwrap());
    let accepted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..20).filter(|_| verifier.verify(&token, at(NOW)).is_ok()).count()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(accepted, 1);
}

proptest! {
    #[test]
    fn any_string_is_answered(text in any::<String>(), parts in any::<[String; 3]>()) {
        let verifier = verifier();
        prop_assert!(verifier.verify(&text, at(NOW)).is_err());
        let encoded = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        prop_assert!(verifier.verify(&bearer(&encoded), at(NOW)).is_err());
    }

    #[test]
    fn any_times_are_answered(iat in any::<f64>(), exp in any::<i64>(), nbf in any::<u64>()) {
        let token = signed(&key(1), &header(&json!({})), &claims(&json!({"iat": iat, "exp": exp, "nbf": nbf})));
        prop_assert!(verifier().verify(&bearer(&token), at(NOW)).is_err());
    }
}
