use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use symbolon_identity::did::Relationship;
use symbolon_identity::jws::{Compact, sign, sign_here};
use symbolon_identity::{Algorithm, Held, KeyKind, SigningKey};

use crate::{at, done, key};

const DID: &str = "did:web:oem.example";

fn held(kind: KeyKind) -> Held {
    Held::new(DID, SigningKey::generate(kind).unwrap(), Relationship::ALL.to_vec(), at(0))
}

#[test]
fn what_is_signed_says_how_and_by_whom() {
    for (kind, alg) in [(KeyKind::Ed25519, "EdDSA"), (KeyKind::P256, "ES256"), (KeyKind::Secp256k1, "ES256K")] {
        let held = held(kind);
        let payload = json!({"a": 1}).to_string();
        for (cty, header) in [
            (None, json!({"alg": alg, "kid": held.id, "typ": "JWT"})),
            (Some("vc"), json!({"alg": alg, "kid": held.id, "typ": "JWT", "cty": "vc"})),
        ] {
            let signed = done(sign(&held, "JWT", cty, payload.as_bytes())).unwrap();
            let first = URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&first).unwrap(), header);
            let compact = Compact::parse(&signed).unwrap();
            assert_eq!((compact.kid(), compact.typ(), compact.cty()), (Some(held.id.as_str()), Some("JWT"), cty));
            assert_eq!(compact.algorithm().map(Algorithm::name), Some(alg));
            assert_eq!(compact.payload(), payload.as_bytes());
            assert_eq!(compact.claims::<Value>().unwrap(), json!({"a": 1}));
            compact.verify(held.key.public()).unwrap();
            compact.verify(key(1).public()).unwrap_err();
        }
        let here = sign_here(&held, "JWT", None, payload.as_bytes()).unwrap();
        Compact::parse(&here).unwrap().verify(held.key.public()).unwrap();
    }
}

/// The header says one algorithm, the key is one for another: the signature may be right, and is refused.
#[test]
fn the_header_must_name_the_algorithm_of_the_key() {
    let held = held(KeyKind::P256);
    for alg in ["EdDSA", "ES256K", "ES384", "RS256", "PS256", "HS256", "none", "es256", ""] {
        let header = json!({"alg": alg, "kid": held.id}).to_string();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
        let signature = URL_SAFE_NO_PAD.encode(held.key.sign_here(signed.as_bytes()).unwrap());
        let jws = format!("{signed}.{signature}");
        Compact::parse(&jws).unwrap().verify(held.key.public()).unwrap_err();
    }
}

#[test]
fn what_is_no_compact_jws_is_refused() {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let cases = [
        "".to_owned(),
        "a".into(),
        "..".into(),
        "a.b.c.d".into(),
        format!("{}.e30=.", encode("{\"alg\":\"EdDSA\"}")),
        format!("{}.e30.", encode("{\"alg\":\"none\",\"alg\":\"EdDSA\"}")),
        format!("{}.e30.", encode("{\"alg\":\"EdDSA\",\"kid\":\"a\",\"kid\":\"b\"}")),
        format!("{}.e30.", encode("{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false}")),
        format!("{}.e30.", encode("{\"alg\":\"EdDSA\",\"crit\":null}")),
        format!("{}.e30.", encode("[\"EdDSA\",null,null,null,null]")),
        format!("{}.e30.", encode("{\"kid\":\"a\"}")),
    ];
    for jws in cases {
        // `null` is not an extension that could be misunderstood.
        let lenient = jws.starts_with(&encode("{\"alg\":\"EdDSA\",\"crit\":null}"));
        assert_eq!(Compact::parse(&jws).is_ok(), lenient, "{jws}");
    }
}
