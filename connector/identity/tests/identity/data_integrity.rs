use std::time::Instant;

use serde_json::{Value, json};
use symbolon_identity::credential::data_integrity::{
    self, Cryptosuite, DataIntegrityError, Inline, Proof, check, check_value, hash_data, prove,
};
use symbolon_identity::did::{DidDocument, Leniency, Relationship};
use symbolon_identity::{KeyKind, PublicKey, SigningKey};

use crate::done;
use crate::world::{HOLDER, ISSUER, V2, World, changed, main_key, now, proof_key, vc20};

const CATENA_X: &str = "https://w3id.org/catenax/credentials/v1.0.0";

fn document() -> Value {
    vc20(&json!({"@context": [V2, CATENA_X]}))
}

fn signed(document: &Value, inline: Inline) -> Result<Value, DataIntegrityError> {
    done(data_integrity::sign(document, &proof_key(ISSUER), Relationship::AssertionMethod, inline, now()))
}

#[test]
fn the_pieces_of_a_proof_are_what_the_library_verifies() {
    let key = proof_key(ISSUER);
    let signed = signed(&document(), Inline::Refused).unwrap();
    // The library verifies what we put together.
    assert_eq!(check(&signed, key.key.public(), Inline::Refused), Ok(()));
    let mut options = signed["proof"].clone();
    options.as_object_mut().unwrap().shift_remove("proofValue");
    let canonical = data_integrity::canonical(&document(), &options).unwrap();
    let value = signed["proof"]["proofValue"].as_str().unwrap();
    assert_eq!(check_value(key.key.public(), &canonical.configuration, &canonical.document, value), Ok(()));
    assert_eq!(done(prove(&key.key, &canonical.configuration, &canonical.document)).unwrap(), value);
    assert!(check_value(key.key.public(), &canonical.document, &canonical.configuration, value).is_err());
    assert!(check_value(proof_key(HOLDER).key.public(), &canonical.configuration, &canonical.document, value).is_err());
    assert!(canonical.document.lines().all(|line| line.ends_with(" .")), "{}", canonical.document);
    assert_eq!(hash_data("", "")[..2], [0xe3, 0xb0]);
    let proof = Proof::of(&signed).unwrap();
    assert_eq!((proof.key_id, proof.purpose), (key.id, Relationship::AssertionMethod));
}

/// W3C Data Integrity EdDSA Cryptosuites v1.0, appendix B.1: the key pair, and the proof value over its credential.
#[test]
fn the_vector_of_the_standard_is_reproduced() {
    let public = PublicKey::from_multikey("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2").unwrap();
    let secret = hex::decode("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6").unwrap();
    let key = SigningKey::from_secret(KeyKind::Ed25519, &secret.try_into().unwrap()).unwrap();
    assert_eq!(key.public(), &public);
    let hashes = concat!(
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0",
        "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017",
    );
    let signature = done(key.sign(&hex::decode(hashes).unwrap())).unwrap();
    let value = format!("z{}", bs58::encode(signature).into_string());
    assert_eq!(value, "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme");
}

/// Proofs that other libraries made hold by the pieces, too.
#[test]
fn the_pieces_verify_what_others_signed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/vectors/others.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let signed = file["vectors"].as_array().unwrap().iter().filter_map(|vector| vector.get("credential"));
    let mut verified = 0;
    for credential in signed.filter(|credential| credential["issuer"] == ISSUER) {
        let Ok(proof) = Proof::of(credential) else { continue };
        let document = DidDocument::parse(file["documents"][ISSUER].clone(), ISSUER).unwrap();
        let Ok((_, key)) = document.key(Some(&proof.key_id), proof.purpose, Leniency::Strict) else { continue };
        let mut options = credential["proof"].clone();
        options.as_object_mut().unwrap().shift_remove("proofValue");
        let unsigned = changed(credential.clone(), &json!({"proof": null}));
        let Ok(canonical) = data_integrity::canonical(&unsigned, &options) else { continue };
        let value = credential["proof"]["proofValue"].as_str().unwrap();
        let by_pieces = check_value(&key, &canonical.configuration, &canonical.document, value).is_ok();
        assert_eq!(by_pieces, check(credential, &key, Inline::Accepted).is_ok(), "{credential}");
        verified += usize::from(by_pieces);
    }
    assert!(verified > 0);
}

#[test]
fn ecdsa_proofs_are_verified() {
    let held = main_key(ISSUER);
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": "ecdsa-rdfc-2019",
        "created": now().to_string(),
        "verificationMethod": held.id,
        "proofPurpose": "assertionMethod",
    });
    let canonical = data_integrity::canonical(&document(), &proof).unwrap();
    proof["proofValue"] = done(prove(&held.key, &canonical.configuration, &canonical.document)).unwrap().into();
    let signed = changed(document(), &json!({"proof": proof}));
    assert_eq!(World::new().check(&signed).map(|verified| verified.key_id().to_owned()), Ok(held.id));
    let altered = changed(signed.clone(), &json!({"id": "urn:example:other"}));
    assert_eq!(World::new().check(&altered).unwrap_err().code(), "credential-signature");
    assert_eq!(
        check(&signed, proof_key(ISSUER).key.public(), Inline::Refused),
        Err(DataIntegrityError::KeyKind(Cryptosuite::EcdsaRdfc2019))
    );
}

#[test]
fn what_is_wrong_with_a_proof_is_named() {
    let good = signed(&document(), Inline::Refused).unwrap();
    let with = |change: Value| {
        let proof = changed(good["proof"].clone(), &change);
        changed(good.clone(), &json!({"proof": proof}))
    };
    let cases = [
        ("another value", with(json!({"proofValue": "z2YwC8z3"})), "proof-signature"),
        ("no multibase", with(json!({"proofValue": "!"})), "proof-signature"),
        ("no value", with(json!({"proofValue": null})), "proof-malformed"),
        ("another time", with(json!({"created": "2020-01-01T00:00:00Z"})), "proof-signature"),
        ("another key id", with(json!({"verificationMethod": "did:web:other.example#key"})), "proof-signature"),
        (
            "an embedded key",
            with(json!({"verificationMethod": {"id": "did:web:issuer.example#key"}})),
            "proof-malformed",
        ),
        ("another suite", with(json!({"cryptosuite": "eddsa-jcs-2022"})), "proof-cryptosuite"),
        ("a suite for other keys", with(json!({"cryptosuite": "ecdsa-rdfc-2019"})), "proof-key-kind"),
        ("an older type", with(json!({"type": "Ed25519Signature2020"})), "proof-cryptosuite"),
        ("an odd purpose", with(json!({"proofPurpose": "keyAgreement"})), "proof-purpose"),
        ("nodes in it", with(json!({"previousProof": [{}, {}, {}, {}, {}, {}, {}, {}]})), "proof-malformed"),
        ("an odd time", with(json!({"expires": "never"})), "proof-malformed"),
        ("two proofs", changed(good.clone(), &json!({"proof": [good["proof"], good["proof"]]})), "proof-several"),
        ("none", document(), "proof-missing"),
        ("an altered claim", changed(good.clone(), &json!({"id": "urn:example:other"})), "proof-signature"),
        ("an undefined term", changed(good.clone(), &json!({"shoeSize": 44})), "proof-json-ld"),
        (
            "an unknown context",
            changed(good.clone(), &json!({"@context": [V2, "https://example.org/x"]})),
            "proof-unknown-context",
        ),
        (
            "terms of its own",
            changed(good.clone(), &json!({"@context": [V2, CATENA_X, {"a": "urn:a"}]})),
            "proof-inline-context",
        ),
    ];
    let key = proof_key(ISSUER);
    for (name, document, code) in cases {
        let refusal = check(&document, key.key.public(), Inline::Refused).expect_err(name);
        assert_eq!(refusal.code(), code, "{name}: {refusal}");
    }
    let unknown = changed(document(), &json!({"@context": [V2, "https://example.org/x"]}));
    let refusal = signed(&unknown, Inline::Accepted).unwrap_err();
    assert!(refusal.to_string().contains("https://example.org/x"), "{refusal}");
}

#[test]
fn one_proof_in_an_array_is_one_proof() {
    let good = signed(&document(), Inline::Refused).unwrap();
    let wrapped = changed(good.clone(), &json!({"proof": [good["proof"]]}));
    assert_eq!(check(&wrapped, proof_key(ISSUER).key.public(), Inline::Refused), Ok(()));
}

#[test]
fn terms_in_the_document_are_taken_where_the_caller_compares_its_shape() {
    let document = vc20(&json!({
        "@context": [V2, {"shoeSize": "https://example.org/shoeSize"}],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": HOLDER, "shoeSize": 44},
    }));
    assert_eq!(signed(&document, Inline::Refused), Err(DataIntegrityError::InlineContext));
    let signed = signed(&document, Inline::Accepted).unwrap();
    assert_eq!(check(&signed, proof_key(ISSUER).key.public(), Inline::Accepted), Ok(()));
    assert!(check(&signed, proof_key(ISSUER).key.public(), Inline::Refused).is_err());
}

/// RDFC-1.0 §7.1: the canonical order of nodes that look alike is found by trying.
#[test]
fn poisoned_graphs_are_refused_in_no_time() {
    let terms = json!([V2, {"knows": "https://example.org/knows", "label": "https://example.org/label"}]);
    let alike = |count: usize| {
        let crowd = vec![json!({"knows": {"label": "x"}}); count];
        let subject = json!({"id": HOLDER, "knows": crowd});
        json!({"@context": terms, "type": ["VerifiableCredential"], "credentialSubject": subject})
    };
    let started = Instant::now();
    assert!(signed(&vc20(&alike(3)), Inline::Accepted).is_ok());
    assert_eq!(signed(&vc20(&alike(30)), Inline::Accepted), Err(DataIntegrityError::Anonymous));
    // What they say names them apart only if one reads it as something that it is not.
    let labels: String = (0..60).map(|number| format!(" _:b{number} _:{number} ")).collect();
    let crowd = vec![json!({"label": labels}); 30];
    let subject = json!({"id": HOLDER, "knows": crowd});
    let told = json!({"@context": terms, "type": ["VerifiableCredential"], "credentialSubject": subject});
    assert_eq!(signed(&vc20(&told), Inline::Accepted), Err(DataIntegrityError::Anonymous));
    let distinct: Vec<Value> = (0..30).map(|number| json!({"label": format!("{number}")})).collect();
    let subject = json!({"id": HOLDER, "knows": distinct});
    let distinct = json!({"@context": terms, "type": ["VerifiableCredential"], "credentialSubject": subject});
    assert!(signed(&vc20(&distinct), Inline::Accepted).is_ok());
    assert!(started.elapsed().as_secs() < 10);
}
