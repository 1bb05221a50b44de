use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_identity::did::{self, Did, DidDocument, Leniency, Relationship};
use symbolon_identity::{KeyKind, PublicKey, SigningKey};

use crate::key;

type Coordinates = Option<(&'static str, &'static str)>;

/// Test vectors of the did:key specification: the DID, and the curve and coordinates of its key where they are given.
const DID_KEYS: [(&str, &str, Coordinates); 6] = [
    ("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", "Ed25519", None),
    ("did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH", "Ed25519", None),
    (
        "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
        "P-256",
        Some(("fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI", "hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU")),
    ),
    (
        "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
        "P-256",
        Some(("igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns", "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM")),
    ),
    (
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        "secp256k1",
        Some(("h0wVx_2iDlOcblulc8E5iEw1EYh5n1RYtLQfeSTyNc0", "O2EATIGbu6DezKFptj5scAIRntgfecanVNXxat1rnwE")),
    ),
    ("did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9", "P-384", None),
];

#[test]
fn a_did_key_is_its_key() {
    for (text, curve, coordinates) in DID_KEYS {
        let did = Did::parse(text).unwrap();
        let key = did::key::resolve(&did).unwrap();
        let jwk = key.jwk();
        assert_eq!(jwk["crv"], curve, "{text}");
        if let Some((x, y)) = coordinates {
            assert_eq!((jwk["x"].as_str(), jwk["y"].as_str()), (Some(x), Some(y)), "{text}");
        }
        assert_eq!(did::key::did(&key).as_deref(), Some(text));
        let document = DidDocument::parse(did::key::document(&key).unwrap(), text).unwrap();
        for relationship in Relationship::ALL {
            let id = did::key::key_id(text);
            for kid in [None, Some(id.as_str())] {
                assert_eq!(document.key(kid, relationship, Leniency::Strict).unwrap(), (id.clone(), key.clone()));
            }
        }
    }
}

#[test]
fn what_is_no_canonical_did_key_is_refused() {
    let did = did::key::did(key(1).public()).unwrap();
    let encode = |bytes: &[u8]| format!("did:key:z{}", bs58::encode(bytes).into_string());
    let ed25519 = |rest: &[u8]| encode(&[&[0xed, 0x01], rest].concat());
    let mut not_on_the_curve = [0; 32];
    not_on_the_curve[0] = 2;
    let mut identity = [0; 32];
    identity[0] = 1;
    let cases = [
        (String::new(), "did-malformed"),
        ("key:z6Mk".into(), "did-malformed"),
        ("did:key".into(), "did-malformed"),
        (did.to_uppercase(), "did-malformed"),
        ("did:web:supplier.example".into(), "did-method"),
        ("did:keys:z6Mk".into(), "did-method"),
        ("did:key:".into(), "did-malformed"),
        ("did:key:z".into(), "did-key"),
        ("did:key:z6".into(), "did-key"),
        ("did:key:z0OIl".into(), "did-key"),
        (did.replace(":z", ":m"), "did-key"),
        (format!("{did}#{}", &did[8..]), "did-malformed"),
        (format!("{did}?signedIetfJsonPatch=e30.e30.e30"), "did-malformed"),
        (format!("{did}/path"), "did-malformed"),
        (format!("{did} "), "did-malformed"),
        (did[..did.len() - 1].to_owned(), "did-key"),
        (format!("did:key:z{}", "6".repeat(1000)), "did-key"),
        (format!("did:key:z{}", "6".repeat(100_000)), "did-malformed"),
        (encode(&[0xed]), "did-key"),
        (ed25519(&[]), "did-key"),
        (ed25519(&[7; 31]), "did-key"),
        (ed25519(&[7; 33]), "did-key"),
        (ed25519(&not_on_the_curve), "did-key"),
        (ed25519(&identity), "did-key"),
        (ed25519(&[0xff; 32]), "did-key"),
        // An X25519 key, a P-256 key that is not compressed, and one that is not on the curve.
        (encode(&[&[0xec, 0x01], [9; 32].as_slice()].concat()), "did-key"),
        (encode(&[&[0x80, 0x24, 0x04], [9; 64].as_slice()].concat()), "did-key"),
        (encode(&[&[0x80, 0x24, 0x02], [0xff; 32].as_slice()].concat()), "did-key"),
    ];
    for (did, code) in cases {
        let error = Did::parse(&did).and_then(|did| did::key::resolve(&did)).unwrap_err();
        assert_eq!(error.code(), code, "{did:.80}: {error}");
        assert!(error.to_string().len() < 500, "{error}");
    }
}

#[test]
fn a_did_web_is_an_address() {
    let cases = [
        ("did:web:oem.example", "https://oem.example/.well-known/did.json"),
        ("did:web:oem.example%3A8443", "https://oem.example:8443/.well-known/did.json"),
        ("did:web:oem.example%3a8443", "https://oem.example:8443/.well-known/did.json"),
        ("did:web:oem.example:plants:one", "https://oem.example/plants/one/did.json"),
        ("did:web:localhost%3A1:a_b-c.d", "https://localhost:1/a_b-c.d/did.json"),
        ("did:web:127.0.0.1%3A65535", "https://127.0.0.1:65535/.well-known/did.json"),
        ("did:web:oem.example:w%C3%BCrzburg", "https://oem.example/w%C3%BCrzburg/did.json"),
    ];
    for (text, url) in cases {
        let did = Did::parse(text).unwrap();
        assert_eq!(did::web::url(&did, false).unwrap(), url);
        assert_eq!(did::web::url(&did, true).unwrap(), url.replacen("https", "http", 1));
    }
}

#[test]
fn a_did_web_that_could_lead_elsewhere_is_refused() {
    let cases = [
        "did:web:",
        "did:web:oem.example/path",
        "did:web:oem.example?x=1",
        "did:web:oem.example#key",
        "did:web:user@oem.example",
        "did:web:user%40oem.example",
        "did:web:oem.example%2Fpath",
        "did:web:oem.example%2F..%2F",
        "did:web:OEM.example",
        "did:web:oem.example%3A",
        "did:web:oem.example%3A0",
        "did:web:oem.example%3A080",
        "did:web:oem.example%3A65536",
        "did:web:oem.example%3A80%3A81",
        "did:web:oem.example%3A-1",
        "did:web:oem.example:",
        "did:web:oem.example::a",
        "did:web:oem.example:..:a",
        "did:web:oem.example:.:a",
        "did:web:oem.example:%2e%2e:a",
        "did:web:oem.example:a%2fb",
        "did:web:oem.example:a%5Cb",
        "did:web:oem.example:a%3Fb",
        "did:web:oem.example:a%23b",
        "did:web:oem.example:a%0Db",
        "did:web:oem.example:a%zzb",
        "did:web:oem.example:a%2",
        "did:web:2130706433",
        "did:web:0x7f.1",
        "did:web:127.1",
        "did:web:%5B::1%5D",
        "did:web:o\u{e9}m.example",
        "did:web:xn--a",
        "did:web:-",
    ];
    for text in cases {
        let outcome = Did::parse(text).and_then(|did| did::web::url(&did, false));
        // What a browser would take as a host is left to the guard of addresses.
        if !["did:web:-"].contains(&text) {
            assert_eq!(outcome.unwrap_err().code(), "did-malformed", "{text}");
        }
    }
    let other = Did::parse("did:ion:abc").unwrap();
    assert_eq!(did::web::url(&other, false).unwrap_err().code(), "did-method");
}

#[test]
fn dids_are_compared_with_one_spelling_of_percent_encodings() {
    assert!(did::same("did:web:oem.example%3a8080", "did:web:oem.example%3A8080"));
    assert!(did::same("did:web:oem.example%3a8080#k", "did:web:oem.example%3A8080#k"));
    assert!(!did::same("did:web:oem.example", "did:web:OEM.example"));
    assert!(!did::same("did:web:oem.example%3A8080", "did:web:oem.example:8080"));
    assert_eq!(Did::parse("did:web:oem.example%3a8080").unwrap().as_str(), "did:web:oem.example%3A8080");
    assert_eq!(did::split("did:web:a#b"), ("did:web:a", Some("b")));
    assert_eq!(did::split("did:web:a"), ("did:web:a", None));
}

const DID: &str = "did:web:oem.example%3A8443";

fn jwk(number: u8) -> Value {
    p256(number).jwk()
}

fn p256(number: u8) -> PublicKey {
    SigningKey::from_secret(KeyKind::P256, &[number; 32]).unwrap().public().clone()
}

fn method(id: &str, number: u8) -> Value {
    json!({"id": id, "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": jwk(number)})
}

fn parse(json: Value) -> DidDocument {
    DidDocument::parse(json, DID).unwrap()
}

/// Absolute and relative ids, embedded methods, one method in two forms, a relationship that is not a list.
#[test]
fn a_document_names_its_keys_in_many_ways() {
    let document = parse(json!({
        "@context": ["https://nowhere.example/does-not-exist"],
        "id": "did:web:oem.example%3a8443",
        "verificationMethod": [
            method("did:web:oem.example%3a8443#absolute", 1),
            method("#relative", 2),
            {"id": "#multikey", "type": "Multikey", "controller": DID, "publicKeyMultibase": p256(3).multikey(),
                "publicKeyJwk": null},
            {"id": "#x25519", "type": "JsonWebKey2020", "publicKeyJwk": {"kty": "OKP", "crv": "X25519", "x": "AA"}},
            {"id": "#pem", "type": "Other", "publicKeyPem": "…"},
        ],
        "authentication": ["#absolute", format!("{DID}#relative"), method("#embedded", 4), "#x25519", "#pem", "#gone"],
        "assertionMethod": "#multikey",
        "capabilityInvocation": [],
    }));
    use Relationship::{AssertionMethod, Authentication, CapabilityInvocation};
    let cases = [
        (Some("#absolute"), Authentication, Ok(1)),
        (Some("absolute"), Authentication, Ok(1)),
        (Some("did:web:oem.example%3A8443#relative"), Authentication, Ok(2)),
        (Some("did:web:oem.example%3a8443#relative"), Authentication, Ok(2)),
        (Some("#embedded"), Authentication, Ok(4)),
        (Some("#multikey"), AssertionMethod, Ok(3)),
        (None, AssertionMethod, Ok(3)),
        (Some("#x25519"), Authentication, Err("did-unusable-key")),
        (Some("#pem"), Authentication, Err("did-unusable-key")),
        (Some("#gone"), Authentication, Err("did-unknown-key")),
        (Some(""), Authentication, Err("did-unknown-key")),
        (Some(DID), Authentication, Err("did-unknown-key")),
        (Some("did:web:other.example#absolute"), Authentication, Err("did-foreign-key")),
        (Some("did:web:oem.example#absolute"), Authentication, Err("did-foreign-key")),
        (Some("#multikey"), Authentication, Err("did-relationship")),
        (Some("#embedded"), AssertionMethod, Err("did-relationship")),
        (Some("#absolute"), CapabilityInvocation, Err("did-relationship")),
        (None, CapabilityInvocation, Err("did-ambiguous-key")),
        (None, Authentication, Err("did-ambiguous-key")),
    ];
    for (kid, relationship, expected) in cases {
        for leniency in [Leniency::Strict, Leniency::WithoutRelationships] {
            let found = document.key(kid, relationship, leniency);
            match expected {
                Ok(number) => {
                    let (id, key) = found.unwrap();
                    assert_eq!(key, p256(number), "{kid:?} {relationship}");
                    assert!(id.starts_with("did:web:oem.example%3A8443#"), "{id}");
                }
                Err(code) => {
                    let error = found.unwrap_err();
                    assert_eq!(error.code(), code, "{kid:?} {relationship}: {error}");
                    assert!(error.to_string().starts_with(DID), "{error}");
                }
            }
        }
    }
}

#[test]
fn a_document_without_relationships_is_trusted_only_if_told() {
    let silent = parse(json!({"id": DID, "verificationMethod": [method("#one", 1)]}));
    let key = |document: &DidDocument, kid, leniency| document.key(kid, Relationship::CapabilityInvocation, leniency);
    assert_eq!(key(&silent, Some("#one"), Leniency::Strict).unwrap_err().code(), "did-relationship");
    for kid in [None, Some("#one")] {
        assert_eq!(key(&silent, kid, Leniency::WithoutRelationships).unwrap().1, p256(1));
    }
    let two = parse(json!({"id": DID, "verificationMethod": [method("#one", 1), method("#two", 2)]}));
    assert_eq!(key(&two, None, Leniency::WithoutRelationships).unwrap_err().code(), "did-ambiguous-key");
    assert_eq!(key(&two, Some("#two"), Leniency::WithoutRelationships).unwrap().1, p256(2));
    let some = parse(json!({"id": DID, "verificationMethod": [method("#one", 1)], "assertionMethod": ["#one"]}));
    assert_eq!(key(&some, Some("#one"), Leniency::WithoutRelationships).unwrap_err().code(), "did-relationship");
}

#[test]
fn services_are_found_by_their_type() {
    let document = parse(json!({"id": DID, "service": [
        {"id": "#map", "type": "CredentialService", "serviceEndpoint": {"uri": "https://oem.example/map"}},
        {"id": "#cs", "type": ["Other", "CredentialService"], "serviceEndpoint": "https://oem.example/cs/"},
        {"id": "#cs2", "type": "CredentialService", "serviceEndpoint": "https://oem.example/second"},
        {"type": "DataService", "serviceEndpoint": "https://oem.example/.well-known/dspace-version"},
        "nonsense",
    ]}));
    assert_eq!(document.service("CredentialService"), Some("https://oem.example/cs"));
    assert_eq!(document.service("DataService"), Some("https://oem.example/.well-known/dspace-version"));
    assert_eq!(document.service("IssuerService"), None);
    assert_eq!(document.services().len(), 3);
    assert_eq!(document.services()[0].id, format!("{DID}#cs"));
}

#[test]
fn what_is_no_document_of_this_did_is_refused() {
    let many = |name: &str| {
        let methods: Vec<Value> = (0..65).map(|number| method(&format!("#{number}"), 1)).collect();
        json!({"id": DID, name: methods})
    };
    let cases = [
        (json!(null), "did-document"),
        (json!([]), "did-document"),
        (json!({}), "did-document"),
        (json!({"id": 7}), "did-document"),
        (json!({"id": "did:web:other.example"}), "did-other-id"),
        (json!({"id": "did:web:oem.example"}), "did-other-id"),
        (json!({"id": format!("{DID}#x")}), "did-other-id"),
        (json!({"id": DID, "verificationMethod": ["#x"]}), "did-document"),
        (json!({"id": DID, "verificationMethod": [{"publicKeyJwk": jwk(1)}]}), "did-document"),
        (json!({"id": DID, "verificationMethod": [method("#a", 1), method("#a", 2)]}), "did-document"),
        (
            json!({"id": DID, "verificationMethod": [method("#a", 1)], "authentication": [method("#a", 2)]}),
            "did-document",
        ),
        (json!({"id": DID, "verificationMethod": [method(&"x".repeat(5000), 1)]}), "did-document"),
        (json!({"id": DID, "authentication": [7]}), "did-document"),
        (many("verificationMethod"), "did-document"),
        (many("authentication"), "did-document"),
        (many("service"), "did-document"),
    ];
    for (json, code) in cases {
        let error = DidDocument::parse(json.clone(), DID).unwrap_err();
        assert_eq!(error.code(), code, "{json:.100}: {error}");
    }
}

proptest! {
    #[test]
    fn any_string_is_answered(text in any::<String>(), id in "[a-z0-9.:%A-F-]{1,40}") {
        for did in [text, format!("did:web:{id}"), format!("did:key:z{id}")] {
            let Ok(did) = Did::parse(&did) else { continue };
            if let Ok(url) = did::web::url(&did, false) {
                let url = url::Url::parse(&url).unwrap();
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!(url.path().ends_with("/did.json"), "{}", url);
                prop_assert!(url.username().is_empty() && url.query().is_none() && url.fragment().is_none());
            }
            let _ = did::key::resolve(&did);
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(text in "\\PC{0,40}|(%[0-9a-fA-F]{0,2}){0,9}") {
        let once = did::normalise(&text).into_owned();
        prop_assert_eq!(did::normalise(&once).into_owned(), once.clone());
        prop_assert!(once.eq_ignore_ascii_case(&text));
    }

    #[test]
    fn a_changed_did_is_never_the_same_key(position in 0_usize..56, replacement in "[1-9A-HJ-NP-Za-km-z:]") {
        let did = did::key::did(key(5).public()).unwrap();
        let mut changed = did.clone();
        changed.replace_range(position..=position, &replacement);
        if changed != did && let Ok(other) = Did::parse(&changed).and_then(|did| did::key::resolve(&did)) {
            prop_assert_ne!(other, key(5).public().clone());
        }
    }
}
