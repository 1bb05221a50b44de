use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_identity::attestation::{
    AttestationError, Half, Presented, Role, Statement, StatusCheck, attest, digest, document_digest, read,
};
use symbolon_identity::credential::data_integrity::{self, Inline};
use symbolon_identity::did::{DidDocument, Relationship};
use symbolon_identity::{Held, KeyKind, Keyring, SigningKey, TokenSecret};

const WEB: &str = "did:web:oem.example";

fn at() -> Timestamp {
    "2026-09-21T14:13:20Z".parse().unwrap()
}

fn secret(number: u8) -> SigningKey {
    SigningKey::from_secret(KeyKind::Ed25519, &[number; 32]).unwrap()
}

fn keyring(number: u8) -> Keyring {
    Keyring::of_did_key(secret(number), TokenSecret::generate().unwrap(), at()).unwrap()
}

/// The keyring of a `did:web`, whose one key asserts.
fn web(number: u8) -> Keyring {
    let held = Held::new(WEB, secret(number), vec![Relationship::AssertionMethod], at());
    Keyring::new(WEB, vec![held], Vec::new(), TokenSecret::generate().unwrap()).unwrap()
}

fn held(keyring: &Keyring) -> &Held {
    keyring.data_integrity(at()).unwrap()
}

fn document(keyring: &Keyring) -> DidDocument {
    DidDocument::parse(keyring.document(&[], at()), keyring.did()).unwrap()
}

fn presented(name: &str) -> Presented {
    Presented {
        digest: digest(name.as_bytes()),
        id: Some(format!("urn:example:{name}")),
        types: vec!["VerifiableCredential".into(), "MembershipCredential".into()],
        issuer: "did:web:authority.example".into(),
        issuer_document: Some(digest(b"authority")),
        valid_from: Some(at()),
        valid_until: Some("2027-01-01T00:00:00Z".parse().unwrap()),
        checks: vec![StatusCheck {
            list: "https://authority.example/status/1".into(),
            index: name.len().to_string(),
            purpose: "revocation".into(),
            list_digest: digest(b"list"),
            checked_at: at(),
        }],
    }
}

fn statement(signer: &Keyring) -> Statement {
    Statement {
        agreement: "urn:uuid:6f0d7a52-9a0e-4a4b-8f0a-3f1c6f1f2d11".into(),
        digest: format!("sha-256:{}", "0123456789abcdef".repeat(4)),
        role: Role::Provider,
        signer: signer.did().into(),
        counterparty: "BPNL000000000OEM".into(),
        attested_at: at(),
        signer_document: None,
        counterparty_document: Some(digest(b"document")),
        presented: vec![presented("membership"), presented("bpn")],
    }
}

async fn half(signer: &Keyring, statement: &Statement) -> Half {
    attest(held(signer), statement).await.unwrap()
}

fn verified(half: &Half, signer: &Keyring) -> Result<Statement, AttestationError> {
    read(half)?.verify(&document(signer))
}

#[tokio::test]
async fn what_is_attested_verifies() {
    for signer in [keyring(1), web(1)] {
        for role in [Role::Consumer, Role::Provider] {
            let statement = Statement { role, presented: Vec::new(), ..statement(&signer) };
            assert_eq!(verified(&half(&signer, &statement).await, &signer).unwrap(), statement);
        }
        let statement = statement(&signer);
        assert_eq!(verified(&half(&signer, &statement).await, &signer).unwrap(), statement);
    }
}

#[tokio::test]
async fn both_forms_are_as_documented() {
    let signer = web(1);
    let half = half(&signer, &statement(&signer)).await;
    let part = |number: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(half.jwt.split('.').nth(number).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({"alg": "EdDSA", "kid": held(&signer).id, "typ": "vc+jwt", "cty": "vc"}));
    let mut credential = half.credential.clone();
    let proof = credential.as_object_mut().unwrap().remove("proof").unwrap();
    assert_eq!(part(1), credential);
    let head = json!({
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-09-21T14:13:20Z",
        "verificationMethod": held(&signer).id, "proofPurpose": "assertionMethod",
    });
    for (name, value) in head.as_object().unwrap() {
        assert_eq!(proof[name], *value);
    }
    assert_eq!(credential["@context"][0], "https://www.w3.org/ns/credentials/v2");
    assert_eq!(credential["@context"][1]["digest"], "https://w3id.org/symbolon/1/digest");
    assert_eq!(credential["type"], json!(["VerifiableCredential", "AgreementAttestation"]));
    assert_eq!(credential["issuer"], WEB);
    assert_eq!(credential["credentialSubject"]["presented"][1]["statusCheck"][0]["statusIndex"], "3");
}

/// What a JSON-LD processor makes of the credential is what was signed without one, and the other way round.
#[tokio::test]
async fn the_signature_is_one_over_what_json_ld_says() {
    let signer = keyring(1);
    for presented in [Vec::new(), statement(&signer).presented] {
        let half = half(&signer, &Statement { presented, ..statement(&signer) }).await;
        data_integrity::check(&half.credential, held(&signer).key.public(), Inline::Accepted).unwrap();
        let mut unsecured = half.credential.clone();
        unsecured.as_object_mut().unwrap().shift_remove("proof");
        let purpose = Relationship::AssertionMethod;
        let signed = data_integrity::sign(&unsecured, held(&signer), purpose, Inline::Accepted, at()).await.unwrap();
        assert_eq!(signed, half.credential);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_signed_as_json_ld_reads_it(agreement in ".{1,40}", types in "[^\\p{Cc}]{1,20}", seconds in 0..4_000_000_000_i64, nanos in 0..1_000_000_000_i32) {
        let signer = keyring(1);
        let mut credential = presented("one");
        credential.types.push(types);
        let attested_at = Timestamp::new(seconds, nanos).unwrap();
        let statement = Statement { agreement, attested_at, presented: vec![credential], ..statement(&signer) };
        match futures_util::FutureExt::now_or_never(attest(held(&signer), &statement)).unwrap() {
            Ok(half) => {
                prop_assert_eq!(verified(&half, &signer).unwrap(), statement);
                data_integrity::check(&half.credential, held(&signer).key.public(), Inline::Accepted).unwrap();
            }
            Err(error) => {
                let escaped = |text: char| text.is_control() || matches!(text, '\u{FFFE}' | '\u{FFFF}');
                let texts = [&statement.agreement, &statement.presented[0].types[2]];
                prop_assert!(texts.iter().any(|text| text.contains(escaped)), "{}", error);
            }
        }
    }

    #[test]
    fn no_change_goes_unnoticed(place in 0..2_000_usize, letter in "[0-9A-Za-z]") {
        let signer = keyring(1);
        let half = futures_util::FutureExt::now_or_never(attest(held(&signer), &statement(&signer))).unwrap().unwrap();
        let mut text = half.credential.to_string();
        let place = place % text.len();
        if text.is_char_boundary(place) && text.is_char_boundary(place + 1) && text[place..=place] != letter {
            text.replace_range(place..=place, &letter);
            if let Ok(credential) = serde_json::from_str(&text) {
                prop_assert!(verified(&Half { credential, jwt: half.jwt.clone() }, &signer).is_err(), "{}", text);
            }
        }
    }
}

type Change = fn(&mut Value);

/// A credential that is signed as it stands, by somebody who knows the suite; the JWT says the same.
async fn resigned(signer: &Keyring, change: Change) -> Half {
    let half = half(signer, &statement(signer)).await;
    let mut unsecured = half.credential.clone();
    unsecured.as_object_mut().unwrap().shift_remove("proof");
    change(&mut unsecured);
    let purpose = Relationship::AssertionMethod;
    let credential = data_integrity::sign(&unsecured, held(signer), purpose, Inline::Accepted, at()).await.unwrap();
    let payload = unsecured.to_string();
    let jwt = symbolon_identity::jws::sign(held(signer), "vc+jwt", Some("vc"), payload.as_bytes()).await.unwrap();
    Half { credential, jwt }
}

/// Signed or not: what is not of the one shape is refused, so that the mapping to RDF leaves nothing out.
#[tokio::test]
async fn another_shape_is_refused() {
    let signer = keyring(1);
    let cases: [Change; 9] = [
        |c| c["name"] = json!("a name"),
        |c| c["credentialSubject"]["id"] = json!("urn:example:subject"),
        |c| c["validFrom"] = json!("2026-09-21T14:13:20+00:00"),
        |c| c["@context"][1]["role"] = json!("https://w3id.org/symbolon/1/counterparty"),
        |c| c["@context"][1]["more"] = json!("urn:example:more"),
        |c| c["type"] = json!(["AgreementAttestation", "VerifiableCredential"]),
        |c| c["credentialSubject"] = json!([c["credentialSubject"]]),
        |c| c["credentialSubject"]["presented"] = c["credentialSubject"]["presented"][0].take(),
        |c| c["credentialSubject"]["presented"][0]["credentialType"] = json!("MembershipCredential"),
    ];
    for (index, change) in cases.into_iter().enumerate() {
        let refused = verified(&resigned(&signer, change).await, &signer).unwrap_err();
        assert_eq!(refused.code(), "attestation-malformed", "case {index}: {refused}");
    }
    let same = resigned(&signer, |_| ()).await;
    assert!(verified(&same, &signer).is_ok());
}

#[tokio::test]
async fn each_fault_is_named() {
    let (ours, other) = (keyring(1), keyring(2));
    let good = half(&ours, &statement(&ours)).await;
    let foreign = half(&other, &statement(&other)).await;
    let changed = |change: &dyn Fn(&mut Half)| {
        let mut half = good.clone();
        change(&mut half);
        verified(&half, &ours).map_err(|error| error.code())
    };
    let of = |half: &Half, member: &str| half.credential[member].clone();
    type Change<'a> = &'a dyn Fn(&mut Half);
    let cases: [(&str, Change<'_>); 12] = [
        ("attestation-malformed", &|h| h.credential = json!([])),
        ("attestation-malformed", &|h| drop(h.credential.as_object_mut().unwrap().remove("proof"))),
        ("attestation-malformed", &|h| h.credential["proof"]["cryptosuite"] = json!("eddsa-jcs-2022")),
        ("attestation-malformed", &|h| h.credential["proof"]["proofPurpose"] = json!("authentication")),
        ("attestation-malformed", &|h| h.credential["proof"]["created"] = json!("2026-09-21T14:13:21Z")),
        ("attestation-malformed", &|h| h.credential["credentialSubject"]["digest"] = json!("sha-256:0")),
        ("attestation-signature", &|h| h.credential["credentialSubject"]["role"] = json!("consumer")),
        ("attestation-signature", &|h| h.credential["proof"]["proofValue"] = json!("z1")),
        ("attestation-signature", &|h| {
            h.credential["proof"]["proofValue"] = of(&foreign, "proof")["proofValue"].clone();
        }),
        ("attestation-foreign-key", &|h| h.credential["issuer"] = json!(other.did())),
        ("attestation-jwt", &|h| h.jwt = "a.b.c".into()),
        ("attestation-foreign-key", &|h| h.jwt = foreign.jwt.clone()),
    ];
    for (index, (code, change)) in cases.into_iter().enumerate() {
        assert_eq!(changed(change).unwrap_err(), code, "case {index}");
    }
    // The JWT alone: about something else, altered, of another type, without a signature.
    let elsewhere = half(&ours, &Statement { agreement: "urn:example:other".into(), ..statement(&ours) }).await;
    let plain = good.credential.as_object().unwrap().iter().filter(|(name, _)| *name != "proof");
    let payload = Value::Object(plain.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string();
    let typed = symbolon_identity::jws::sign(held(&ours), "JWT", Some("vc"), payload.as_bytes()).await.unwrap();
    let none = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(json!({"alg": "none", "kid": held(&ours).id, "typ": "vc+jwt", "cty": "vc"}).to_string()),
        URL_SAFE_NO_PAD.encode(&payload)
    );
    let (signed, _) = good.jwt.rsplit_once('.').unwrap();
    let (_, signature) = elsewhere.jwt.rsplit_once('.').unwrap();
    let swapped = format!("{signed}.{signature}");
    let long = format!("{}{}", good.jwt, "A".repeat(70_000));
    let jwts = [
        (elsewhere.jwt.clone(), "attestation-jwt"),
        (swapped, "attestation-jwt"),
        (typed, "attestation-jwt"),
        (none, "attestation-algorithm"),
        (long, "attestation-malformed"),
    ];
    for (jwt, code) in jwts {
        assert_eq!(changed(&|h| h.jwt = jwt.clone()).unwrap_err(), code, "{jwt}");
    }
}

/// A key counts if the signer's document names it for assertions.
#[tokio::test]
async fn the_key_is_one_of_the_signers_document() {
    let signer = web(1);
    let half = half(&signer, &statement(&signer)).await;
    let of = |json: Value| read(&half).unwrap().verify(&DidDocument::parse(json, WEB).unwrap()).unwrap_err();
    assert_eq!(read(&half).unwrap().verify(&document(&keyring(1))).unwrap_err(), AttestationError::ForeignKey);
    assert_eq!(of(web(2).document(&[], at())).code(), "attestation-signer");
    let mut exchanged = web(2).document(&[], at());
    exchanged["verificationMethod"][0]["id"] = json!(held(&signer).id);
    exchanged["assertionMethod"] = json!([held(&signer).id]);
    assert_eq!(of(exchanged).code(), "attestation-signature");
    let mut silent = signer.document(&[], at());
    silent["assertionMethod"] = json!([]);
    silent["authentication"] = json!([held(&signer).id]);
    assert_eq!(of(silent).code(), "attestation-signer");
}

#[tokio::test]
async fn what_cannot_be_checked_is_not_signed() {
    let ours = keyring(1);
    let of = async |statement: Statement| attest(held(&ours), &statement).await.unwrap_err().code();
    let base = || statement(&ours);
    let twice = vec![presented("one"), presented("one")];
    let mut same_status = vec![presented("one"), presented("two")];
    same_status[1].checks = same_status[0].checks.clone();
    let statements = [
        Statement { agreement: String::new(), ..base() },
        Statement { agreement: "a\nb".into(), ..base() },
        Statement { agreement: "a\u{FFFE}".into(), ..base() },
        Statement { counterparty: "x".repeat(3000), ..base() },
        Statement { digest: "sha-256:AB".into(), ..base() },
        Statement { signer_document: Some("no digest".into()), ..base() },
        Statement { presented: twice, ..base() },
        Statement { presented: same_status, ..base() },
        Statement { presented: (0..33).map(|n| presented(&n.to_string())).collect(), ..base() },
    ];
    for statement in statements {
        assert_eq!(of(statement).await, "attestation-malformed");
    }
    assert_eq!(of(statement(&keyring(2))).await, "attestation-foreign-key");
}

#[test]
fn the_digest_of_a_document_is_that_of_its_content() {
    let escaped = r#"{"id": "did:web:a", "service": [{"a": 1, "b": "\u20ac"}], "\ud83d\ude00": 2, "\ufb33": 3}"#;
    let one: Value = serde_json::from_str(escaped).unwrap();
    let other = json!({"\u{fb33}": 3, "\u{1f600}": 2, "service": [{"b": "€", "a": 1}], "id": "did:web:a"});
    assert_eq!(document_digest(&one), document_digest(&other));
    // RFC 8785 §3.2.3 orders by UTF-16 code units: the surrogates of the emoji come before U+FB33.
    let text = "{\"id\":\"did:web:a\",\"service\":[{\"a\":1,\"b\":\"€\"}],\"\u{1f600}\":2,\"\u{fb33}\":3}";
    assert_eq!(document_digest(&one), digest(text.as_bytes()));
    assert_ne!(document_digest(&json!({"id": "did:web:b"})), document_digest(&json!({"id": "did:web:a"})));
}
