mod documents;
mod form;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::{HS256, JwsSigner};
use serde_json::{Value, json};
use symbolon_identity::SigningKey;
use symbolon_identity::did::{Resolver, ResolverOptions};
use symbolon_identity::fetch::{Documents, Fetch};
use symbolon_identity::token::{CREDENTIAL_SERVICE_CLAIM, Extra, Issuer, TokenError, Verified, Verifier};

use crate::{at, done, key, party};

const START: i64 = 1_790_000_000_500;
const NOW: i64 = START + 100_000;
/// [`NOW`] in whole seconds.
const S: i64 = 1_790_000_100;

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
