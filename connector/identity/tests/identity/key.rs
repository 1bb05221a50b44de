use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use futures_util::future::ready;
use josekit::jws::{ES384, JwsSigner, PS256, PS384, RS256};
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_identity::{Algorithm, KeyError, KeyKind, PublicKey, SigningKey};

use crate::{done, key};

const KINDS: [KeyKind; 3] = [KeyKind::Ed25519, KeyKind::P256, KeyKind::Secp256k1];
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Es256K, Algorithm::Es384, Algorithm::Rs256, Algorithm::Ps256];

/// RFC 8032 §7.1, TEST 2: secret, public key, message, signature.
const RFC_8032: (&str, &str, &str, &str) = (
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
);

/// RFC 7638 §3.1.
const RFC_7638: (&str, &str, &str) = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "AQAB",
    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
);

/// RFC 7515 Appendix A.3: an ES256 key and a signature of it.
const RFC_7515: (&str, &str, &str, &str) = (
    "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
);

#[test]
fn signatures_are_those_of_rfc_8032() {
    let (secret, public, message, signature) = RFC_8032;
    let secret: [u8; 32] = hex::decode(secret).unwrap().try_into().unwrap();
    let message = hex::decode(message).unwrap();
    let key = SigningKey::from_secret(KeyKind::Ed25519, &secret).unwrap();
    assert_eq!(hex::encode(key.public().ed25519_bytes().unwrap()), public);
    let made = done(key.sign(&message)).unwrap();
    assert_eq!(hex::encode(&made), signature);
    key.public().verify(Algorithm::EdDsa, &message, &made).unwrap();
    key.public().verify(Algorithm::EdDsa, b"other", &made).unwrap_err();
}

#[test]
fn the_thumbprint_is_the_one_of_rfc_7638() {
    let (n, e, thumbprint) = RFC_7638;
    let jwk = json!({"kty": "RSA", "n": n, "e": e, "alg": "RS256", "kid": "2011-04-29"});
    let key = PublicKey::from_jwk(&jwk).unwrap();
    assert_eq!(key.thumbprint(), thumbprint);
    assert_eq!(key.jwk(), json!({"e": e, "kty": "RSA", "n": n}));
    assert_eq!(key.multikey(), None);
}

#[test]
fn the_signature_of_rfc_7515_verifies() {
    let (x, y, message, signature) = RFC_7515;
    let key = PublicKey::from_jwk(&json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify(Algorithm::Es256, message.as_bytes(), &signature).unwrap();
    key.verify(Algorithm::Es256, b"other", &signature).unwrap_err();
}

#[test]
fn what_a_key_signs_its_public_half_verifies_and_no_other() {
    for kind in KINDS {
        let key = SigningKey::generate(kind).unwrap();
        let signature = done(key.sign(b"message")).unwrap();
        assert_eq!(signature.len(), 64, "{kind}");
        for algorithm in ALGORITHMS {
            let verified = key.public().verify(algorithm, b"message", &signature).is_ok();
            assert_eq!(verified, algorithm == kind.algorithm(), "{kind} {algorithm}");
            assert_eq!(key.public().accepts(algorithm), algorithm == kind.algorithm(), "{kind} {algorithm}");
        }
        let verify = |message: &[u8], signature: &[u8]| key.public().verify(kind.algorithm(), message, signature);
        verify(b"Message", &signature).unwrap_err();
        verify(b"message", &signature[..63]).unwrap_err();
        verify(b"message", &[signature.as_slice(), &[0]].concat()).unwrap_err();
        verify(b"message", &[0; 64]).unwrap_err();
        verify(b"message", &[]).unwrap_err();
        for position in 0..64 {
            let mut changed = signature.clone();
            changed[position] ^= 1;
            verify(b"message", &changed).unwrap_err();
        }
        let other = SigningKey::generate(kind).unwrap();
        other.public().verify(kind.algorithm(), b"message", &signature).unwrap_err();
        assert_ne!(other.public(), key.public());
    }
}

#[test]
fn the_longer_algorithms_are_verified() {
    let pair = ES384.generate_key_pair().unwrap();
    let signature = ES384.signer_from_der(pair.to_der_private_key()).unwrap().sign(b"message").unwrap();
    let key = PublicKey::from_jwk(&json!(pair.to_jwk_public_key().as_ref())).unwrap();
    key.verify(Algorithm::Es384, b"message", &signature).unwrap();
    key.verify(Algorithm::Es384, b"other", &signature).unwrap_err();
    assert_eq!(PublicKey::from_multikey(&key.multikey().unwrap()).unwrap(), key);

    let pair = RS256.generate_key_pair(2048).unwrap();
    let pkcs1 = RS256.signer_from_der(pair.to_der_private_key()).unwrap().sign(b"message").unwrap();
    let pss = PS256.signer_from_jwk(&unrestricted(&pair.to_jwk_private_key())).unwrap().sign(b"message").unwrap();
    let long = PS384.signer_from_jwk(&unrestricted(&pair.to_jwk_private_key())).unwrap().sign(b"message").unwrap();
    let mut jwk = json!(pair.to_jwk_public_key().as_ref());
    jwk.as_object_mut().unwrap().remove("alg");
    let both = PublicKey::from_jwk(&jwk).unwrap();
    both.verify(Algorithm::Rs256, b"message", &pkcs1).unwrap();
    both.verify(Algorithm::Ps256, b"message", &pss).unwrap();
    both.verify(Algorithm::Ps256, b"message", &long).unwrap_err();
    both.verify(Algorithm::Rs256, b"message", &pss).unwrap_err();
    both.verify(Algorithm::Ps256, b"message", &pkcs1).unwrap_err();
    assert_eq!(both.algorithm(), Algorithm::Rs256);

    jwk["alg"] = json!("PS256");
    let only = PublicKey::from_jwk(&jwk).unwrap();
    only.verify(Algorithm::Ps256, b"message", &pss).unwrap();
    only.verify(Algorithm::Rs256, b"message", &pkcs1).unwrap_err();
    assert_eq!(only, both, "what it is called does not make it another key");
}

#[test]
fn a_jwk_and_a_multikey_stand_for_the_same_key() {
    for kind in KINDS {
        for _ in 0..20 {
            let key = SigningKey::generate(kind).unwrap();
            let public = key.public();
            assert_eq!(&PublicKey::from_jwk(&public.jwk()).unwrap(), public);
            assert_eq!(&PublicKey::from_multikey(&public.multikey().unwrap()).unwrap(), public);
            assert_eq!(public.thumbprint().len(), 43);
        }
    }
}

#[test]
fn what_is_no_key_for_signatures_is_refused() {
    let p256 = SigningKey::from_secret(KeyKind::P256, &[7; 32]).unwrap().public().jwk();
    let ed25519 = key(1).public().jwk();
    let with = |base: &Value, change: Value| {
        let mut jwk = base.clone();
        jwk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        jwk
    };
    let bytes = |value: u8, length: usize| URL_SAFE_NO_PAD.encode(vec![value; length]);
    let rsa = |bits: usize, e: &str| json!({"kty": "RSA", "n": bytes(0xff, bits / 8), "e": e});
    let cases = [
        (json!(null), "key-refused"),
        (json!("JWK"), "key-refused"),
        (json!({}), "key-refused"),
        (json!({"kty": "oct", "k": bytes(1, 32)}), "key-unsupported"),
        (json!({"kty": "OKP", "crv": "X25519", "x": bytes(9, 32)}), "key-unsupported"),
        (json!({"kty": "OKP", "crv": "Ed448", "x": bytes(9, 57)}), "key-unsupported"),
        (json!({"kty": "OKP", "x": bytes(9, 32)}), "key-unsupported"),
        (with(&ed25519, json!({"x": bytes(9, 31)})), "key-refused"),
        (with(&ed25519, json!({"x": "?"})), "key-refused"),
        (with(&ed25519, json!({"x": 7})), "key-refused"),
        (with(&ed25519, json!({"alg": "ES256"})), "key-refused"),
        (with(&ed25519, json!({"use": "enc"})), "key-refused"),
        (with(&ed25519, json!({"key_ops": ["sign"]})), "key-refused"),
        (with(&ed25519, json!({"key_ops": "verify"})), "key-refused"),
        (with(&p256, json!({"crv": "P-521"})), "key-unsupported"),
        (with(&p256, json!({"crv": "secp256k1"})), "key-refused"),
        (with(&p256, json!({"crv": "P-384"})), "key-refused"),
        (with(&p256, json!({"y": bytes(1, 32)})), "key-refused"),
        (with(&p256, json!({"y": null})), "key-refused"),
        (with(&p256, json!({"y": "A".repeat(100_000)})), "key-refused"),
        (with(&p256, json!({"alg": "HS256"})), "key-unsupported"),
        (with(&p256, json!({"alg": "none"})), "key-unsupported"),
        (with(&p256, json!({"alg": "ES256K"})), "key-refused"),
        (with(&p256, json!({"alg": ["ES256"]})), "key-refused"),
        (rsa(1024, "AQAB"), "key-refused"),
        (rsa(2040, "AQAB"), "key-refused"),
        (rsa(8200, "AQAB"), "key-refused"),
        (rsa(2048, "AQ"), "key-refused"),
        (rsa(2048, "Ag"), "key-refused"),
        (rsa(2048, &bytes(0xff, 200)), "key-refused"),
        (json!({"kty": "RSA", "n": "", "e": "AQAB"}), "key-refused"),
    ];
    for (jwk, code) in cases {
        let error = PublicKey::from_jwk(&jwk).unwrap_err();
        assert_eq!(error.code(), code, "{jwk:.120}: {error}");
    }
    PublicKey::from_jwk(&with(&p256, json!({"alg": "ES256", "use": "sig", "key_ops": ["verify"]}))).unwrap();
    PublicKey::from_jwk(&with(&ed25519, json!({"alg": "Ed25519", "kid": "a", "d": "secret"}))).unwrap();
    PublicKey::from_jwk(&rsa(8192, "Aw")).unwrap();
}

#[test]
fn keys_under_which_anything_verifies_are_refused() {
    // The points of small order, canonically encoded (order 1, 2, 4, 4, 8, 8, 8, 8), and one that is not canonical.
    let small = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for point in small {
        let bytes: [u8; 32] = hex::decode(point).unwrap().try_into().unwrap();
        assert_eq!(PublicKey::from_ed25519(bytes).unwrap_err().code(), "key-refused", "{point}");
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(bytes)});
        assert_eq!(PublicKey::from_jwk(&jwk).unwrap_err().code(), "key-refused", "{point}");
    }
}

#[test]
fn a_secret_out_of_range_is_no_key() {
    // The orders of P-256 and secp256k1.
    let p256 = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let secp256k1 = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    for (kind, order) in [(KeyKind::P256, p256), (KeyKind::Secp256k1, secp256k1)] {
        let order: [u8; 32] = hex::decode(order).unwrap().try_into().unwrap();
        let mut below = order;
        below[31] -= 1;
        SigningKey::from_secret(kind, &below).unwrap();
        for secret in [[0; 32], [0xff; 32], order] {
            assert_eq!(SigningKey::from_secret(kind, &secret).unwrap_err().code(), "key-refused", "{kind}");
        }
    }
}

#[test]
fn a_remote_key_signs_and_its_answer_is_checked() {
    for kind in KINDS {
        let inside = SigningKey::generate(kind).unwrap();
        let keeper = inside.clone();
        let remote = SigningKey::remote(
            inside.public().clone(),
            Arc::new(move |message| ready(keeper.sign_here(&message)).boxed()),
        );
        let remote = remote.unwrap();
        assert!(remote.is_remote());
        assert_eq!((remote.kind(), remote.public()), (kind, inside.public()));
        let signature = done(remote.sign(b"message")).unwrap();
        inside.public().verify(kind.algorithm(), b"message", &signature).unwrap();
        assert_eq!(remote.sign_here(b"message").unwrap_err().code(), "key-remote");

        let answers = [Ok(vec![0; 64]), Ok(Vec::new()), Err(KeyError::Remote("the vault is sealed".into()))];
        for answer in answers {
            let sign = Arc::new(move |_| ready(answer.clone()).boxed());
            let remote = SigningKey::remote(inside.public().clone(), sign).unwrap();
            assert_eq!(done(remote.sign(b"message")).unwrap_err().code(), "key-remote");
        }
    }
    let rsa = PublicKey::from_jwk(&json!({"kty": "RSA", "n": RFC_7638.0, "e": RFC_7638.1})).unwrap();
    let refused = SigningKey::remote(rsa, Arc::new(|_| ready(Ok(Vec::new())).boxed())).unwrap_err();
    assert_eq!(refused.code(), "key-unsupported");
}

#[test]
fn names_are_those_of_jose() {
    for algorithm in ALGORITHMS {
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(Algorithm::from_name(&algorithm.name().to_lowercase()), None);
    }
    for name in ["none", "None", "HS256", "ES512", "RS512", "Ed25519", "", "EdDSA "] {
        assert_eq!(Algorithm::from_name(name), None, "{name}");
    }
    for kind in KINDS {
        assert_eq!(KeyKind::from_name(kind.name()), Some(kind));
    }
}

#[test]
fn debug_does_not_show_the_secret() {
    let key = key(3);
    let shown = format!("{key:?}");
    assert_eq!(shown, format!("SigningKey {{ public: PublicKey(EdDSA, {}), .. }}", key.public().thumbprint()));
}

proptest! {
    #[test]
    fn any_string_is_no_multikey_or_a_key(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = PublicKey::from_multikey(&text);
        let multikey = format!("z{}", bs58::encode(bytes).into_string());
        if let Ok(key) = PublicKey::from_multikey(&multikey) {
            prop_assert_eq!(key.multikey(), Some(multikey));
        }
    }

    #[test]
    fn any_coordinates_are_answered(x in any::<[u8; 32]>(), y in any::<[u8; 32]>(), signature in any::<[u8; 32]>()) {
        for crv in ["P-256", "secp256k1"] {
            let jwk = json!({"kty": "EC", "crv": crv, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)});
            prop_assert!(PublicKey::from_jwk(&jwk).is_err(), "a random pair lies on the curve once in 2^256");
        }
        if let Ok(key) = PublicKey::from_ed25519(x) {
            prop_assert!(key.verify(Algorithm::EdDsa, &y, &[signature, x].concat()).is_err());
        }
    }
}

fn unrestricted(jwk: &josekit::jwk::Jwk) -> josekit::jwk::Jwk {
    let mut members = jwk.as_ref().clone();
    members.remove("alg");
    josekit::jwk::Jwk::from_map(members).unwrap()
}
