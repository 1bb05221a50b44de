//! Tokens and headers that are not what they should be.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;
use symbolon_identity::token::{MAX_HEADER, TokenError};

use super::{NOW, S, claims, header, kid, refusal, signed, them, us, verifier, verify};
use crate::{at, done, key};

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
