use std::mem::discriminant;

use proptest::prelude::*;
use serde_json::json;
use symbolon_identity::did_key::{DidError, document, resolve};
use symbolon_identity::{KeyError, SigningKey, VerificationKey};

use crate::key;

/// RFC 8032 §7.1, TEST 2: secret, public key, message, signature.
const RFC_8032: (&str, &str, &str, &str) = (
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
);

#[test]
fn signatures_are_those_of_rfc_8032() {
    let (secret, public, message, signature) = RFC_8032;
    let secret: [u8; 32] = hex::decode(secret).unwrap().try_into().unwrap();
    let message = hex::decode(message).unwrap();
    let key = SigningKey::from_secret(&secret).unwrap();
    assert_eq!(hex::encode(key.verification_key().as_bytes()), public);
    let made = key.sign(&message).unwrap();
    assert_eq!(hex::encode(made), signature);
    key.verification_key().verify(&message, &made).unwrap();
    key.verification_key().verify(b"other", &made).unwrap_err();
}

#[test]
fn a_key_and_its_did_are_one() {
    for number in 0..50 {
        let key = key(number);
        assert!(key.did().starts_with("did:key:z6Mk"));
        let resolved = resolve(key.did()).unwrap();
        assert_eq!(&resolved, key.verification_key());
        assert_eq!(resolved.key_id(), key.key_id());
        let fragment = key.did().strip_prefix("did:key:").unwrap();
        assert_eq!(key.key_id(), format!("{}#{fragment}", key.did()));
    }
}

#[test]
fn what_is_not_a_canonical_ed25519_did_key_is_refused() {
    let did = key(1).did().to_owned();
    let encode = |bytes: &[u8]| format!("did:key:z{}", bs58::encode(bytes).into_string());
    let ed25519 = |rest: &[u8]| encode(&[&[0xed, 0x01], rest].concat());
    let mut not_on_the_curve = [0; 32];
    not_on_the_curve[0] = 2;
    let mut identity = [0; 32];
    identity[0] = 1;
    // Which reason it gives is not compared.
    let malformed = DidError::Malformed("");
    let cases = [
        (String::new(), DidError::NotADid),
        ("key:z6Mk".into(), DidError::NotADid),
        ("did:key".into(), DidError::NotADid),
        (did.to_uppercase(), DidError::NotADid),
        ("did:web:supplier.example".into(), DidError::UnknownMethod),
        ("did:keys:z6Mk".into(), DidError::UnknownMethod),
        ("did:key:".into(), malformed),
        ("did:key:z".into(), DidError::UnsupportedKey),
        ("did:key:z6".into(), DidError::UnsupportedKey),
        ("did:key:z0OIl".into(), malformed),
        (did.replace(":z", ":m"), malformed),
        (format!("{did}#{}", &did[8..]), malformed),
        (format!("{did}?signedIetfJsonPatch=e30.e30.e30"), malformed),
        (format!("{did}/path"), malformed),
        (format!("{did} "), malformed),
        (did[..did.len() - 1].to_owned(), DidError::UnsupportedKey),
        (format!("did:key:z{}", "6".repeat(100_000)), malformed),
        (encode(&[0xed]), DidError::UnsupportedKey),
        (ed25519(&[]), malformed),
        (ed25519(&[7; 31]), malformed),
        (ed25519(&[7; 33]), malformed),
        (ed25519(&not_on_the_curve), DidError::UnusableKey),
        (ed25519(&identity), DidError::UnusableKey),
        (ed25519(&[0xff; 32]), DidError::UnusableKey),
        // A P-256 and an X25519 key.
        ("did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv".into(), DidError::UnsupportedKey),
        (encode(&[&[0xec, 0x01], [9; 32].as_slice()].concat()), DidError::UnsupportedKey),
    ];
    for (did, expected) in cases {
        let error = resolve(&did).unwrap_err();
        assert_eq!(discriminant(&error), discriminant(&expected), "{did:.80}: {error:?}");
    }
}

#[test]
fn keys_under_which_anything_verifies_are_refused() {
    // The points of small order, canonically encoded (order 1, 2, 4, 4, 8, 8, 8, 8).
    let small = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for point in small {
        let bytes: [u8; 32] = hex::decode(point).unwrap().try_into().unwrap();
        assert_eq!(VerificationKey::from_bytes(bytes).unwrap_err(), KeyError::Refused, "{point}");
    }
}

#[test]
fn the_document_names_the_key_for_authentication_and_assertion() {
    let key = key(3);
    let document = document(key.verification_key());
    assert_eq!(document["id"], key.did());
    assert_eq!(document["authentication"], json!([key.key_id()]));
    assert_eq!(document["assertionMethod"], json!([key.key_id()]));
    let method = &document["verificationMethod"][0];
    assert_eq!(method["id"], key.key_id());
    assert_eq!(method["controller"], key.did());
    assert_eq!(method["type"], "JsonWebKey2020");
    assert_eq!(method["publicKeyJwk"]["kty"], "OKP");
    assert_eq!(method["publicKeyJwk"]["crv"], "Ed25519");
    assert!(!document.to_string().contains("\"d\":"), "no private key in it");
    assert_eq!(document["keyAgreement"][0], document["verificationMethod"][1]["id"]);
}

#[test]
fn debug_does_not_show_the_secret() {
    assert_eq!(format!("{:?}", key(3)), format!("SigningKey {{ did: {:?}, .. }}", key(3).did()));
}

proptest! {
    #[test]
    fn any_string_is_answered(text in any::<String>()) {
        let _ = resolve(&text);
        let _ = resolve(&format!("did:key:z{text}"));
    }

    #[test]
    fn any_32_bytes_are_answered(bytes in any::<[u8; 32]>()) {
        let did = format!("did:key:z{}", bs58::encode([&[0xed, 0x01], bytes.as_slice()].concat()).into_string());
        if let Ok(key) = resolve(&did) {
            prop_assert_eq!(key.as_bytes(), &bytes);
            let _ = document(&key);
        }
    }

    #[test]
    fn a_changed_did_is_never_the_same_key(position in 0_usize..56, replacement in "[1-9A-HJ-NP-Za-km-z:]") {
        let key = key(5);
        let did = key.did().to_owned();
        let mut changed = did.clone();
        changed.replace_range(position..=position, &replacement);
        if changed != did && let Ok(other) = resolve(&changed) {
            prop_assert_ne!(&other, key.verification_key());
        }
    }
}
