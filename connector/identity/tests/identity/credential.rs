use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use symbolon_identity::credential::{Credential, Draft, Model, Profile, SchemaReference};
use symbolon_identity::did::Relationship;
use symbolon_identity::fetch::FetchError;
use symbolon_identity::{Compatibility, Held, KeyKind, Keyring, TokenSecret, jws};

use crate::done;
use crate::world::{
    HOLDER, ISSUER, S, STRANGER, V1, V2, World, changed, claims11, held, jwt, keys, main_key, now, presentation_key,
    proof_key, second, vc11, vc20,
};

const NOTHING: Value = Value::Null;

fn none() -> Value {
    json!({})
}

/// A credential in a JWT with these changes to claims and content, by the issuer.
fn old(claims: Value, content: Value) -> Value {
    jwt(&main_key(ISSUER), "JWT", &claims11(&claims, &vc11(&content)))
}

fn new(change: Value) -> Value {
    jwt(&main_key(ISSUER), "vc+jwt", &vc20(&change))
}

/// A JWT with a header of our choice and a signature of `key` whatever it says.
fn forged(header: &Value, claims: &Value, key: &Held) -> Value {
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(key.key.sign_here(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}").into()
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let good = old(none(), none());
    let text = good.as_str().unwrap().to_owned();
    let (head, signature) = text.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(claims11(&json!({"exp": S + 501}), &vc11(&none())).to_string());
    let claims = claims11(&none(), &vc11(&none()));
    let mut unlisted = main_key(ISSUER);
    unlisted.id = format!("{ISSUER}#nowhere");
    let cases = [
        ("altered", json!(format!("{header}.{other}.{signature}")), "credential-signature"),
        ("unsigned", json!(format!("{head}.")), "credential-signature"),
        ("alg none", forged(&json!({"alg": "none"}), &claims, &main_key(ISSUER)), "credential-algorithm"),
        ("alg HMAC", forged(&json!({"alg": "HS256"}), &claims, &main_key(ISSUER)), "credential-algorithm"),
        (
            "an algorithm that the key is not of",
            forged(&json!({"alg": "EdDSA", "kid": main_key(ISSUER).id}), &claims, &proof_key(ISSUER)),
            "credential-algorithm",
        ),
        ("signed by another DID", jwt(&main_key(STRANGER), "JWT", &claims), "credential-foreign-key"),
        (
            "another key under the issuer's name",
            forged(&json!({"alg": "ES256", "kid": main_key(ISSUER).id}), &claims, &main_key(STRANGER)),
            "credential-signature",
        ),
        ("a key that is not for credentials", jwt(&presentation_key(ISSUER), "JWT", &claims), "credential-key"),
        ("a key that the document does not have", jwt(&unlisted, "JWT", &claims), "credential-key"),
        (
            "without kid, and several keys",
            forged(&json!({"alg": "ES256"}), &claims, &main_key(ISSUER)),
            "credential-key",
        ),
        ("expired by claim", old(json!({"exp": S - 6}), none()), "credential-expired"),
        ("expired by content", old(none(), json!({"expirationDate": second(S - 6).to_string()})), "credential-expired"),
        ("not yet valid by claim", old(json!({"nbf": S + 6}), none()), "credential-not-yet-valid"),
        (
            "not yet valid by content",
            old(none(), json!({"issuanceDate": second(S + 6).to_string()})),
            "credential-not-yet-valid",
        ),
        ("2.0 expired", new(json!({"validUntil": second(S - 6).to_string()})), "credential-expired"),
        ("2.0 expired by claim", new(json!({"exp": S - 6})), "credential-expired"),
        ("2.0 not yet valid", new(json!({"validFrom": second(S + 6).to_string()})), "credential-not-yet-valid"),
        ("about somebody else by claim", old(json!({"sub": STRANGER}), none()), "credential-holder"),
        (
            "about somebody else",
            old(json!({"sub": NOTHING}), json!({"credentialSubject": {"id": STRANGER}})),
            "credential-holder",
        ),
        ("about nobody", new(json!({"credentialSubject": {"name": "x"}})), "credential-holder"),
        (
            "about the holder and somebody else",
            new(json!({"credentialSubject": [{"id": HOLDER}, {"id": STRANGER}]})),
            "credential-holder",
        ),
        ("2.0 that contradicts itself", new(json!({"iss": STRANGER})), "credential-claim-mismatch"),
        ("the other's type of JWT", jwt(&main_key(ISSUER), "vp+jwt", &vc20(&none())), "credential-malformed"),
        ("a token", jwt(&main_key(ISSUER), "JWT", &json!({"iss": ISSUER})), "credential-malformed"),
        ("2.0 in the claim of 1.1", old(none(), json!({"@context": [V2]})), "credential-malformed"),
        ("1.1 as 2.0", jwt(&main_key(ISSUER), "vc+jwt", &vc11(&none())), "credential-malformed"),
        ("no base type", new(json!({"type": ["MembershipCredential"]})), "credential-base-type"),
        ("no issuer", jwt(&main_key(ISSUER), "vc+jwt", &vc20(&json!({"issuer": NOTHING}))), "credential-malformed"),
        ("an issuer that does not resolve", new(json!({"issuer": "did:web:nobody.example"})), "credential-foreign-key"),
        ("no proof", vc20(&none()), "credential-no-proof"),
        ("a number", json!(7), "credential-malformed"),
        ("not a JWT", json!("abc"), "credential-malformed"),
        ("a status of another kind", new(json!({"credentialStatus": {"type": "Other"}})), "credential-status-kind"),
        ("too deep", new(json!({"credentialSubject": nested(40)})), "credential-too-deep"),
        ("too large", json!("x".repeat(300_000)), "credential-too-large"),
        (
            "another envelope",
            json!({"type": "EnvelopedVerifiableCredential", "id": "data:application/vp+jwt,abc"}),
            "credential-malformed",
        ),
    ];
    let world = World::new();
    assert_eq!(world.check(&good).map(|verified| verified.key_id().to_owned()), Ok(main_key(ISSUER).id));
    for (name, raw, expected) in cases {
        let refusal = world.check(&raw).map(|_| ()).expect_err(name);
        assert_eq!(refusal.code(), expected, "{name}: {refusal}");
        assert!(!refusal.rule().is_empty(), "{name}");
        assert!(!refusal.to_string().contains("BPNL"), "{name}: content in {refusal}");
    }
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!({"id": HOLDER}), |inner, _| json!({"id": HOLDER, "more": inner}))
}

#[test]
fn clocks_may_differ_a_little() {
    let world = World::new();
    for (exp, nbf, accepted) in
        [(S - 4, S - 100, true), (S - 5, S - 100, false), (S + 9, S + 5, true), (S + 9, S + 6, false)]
    {
        let raw = old(json!({"exp": exp, "nbf": nbf}), none());
        assert_eq!(world.check(&raw).is_ok(), accepted, "exp {exp}, nbf {nbf}");
    }
}

#[test]
fn the_registered_claims_win_and_only_narrow_the_validity() {
    let credential = |claims, content| Credential::parse(&old(claims, content), &Compatibility::default()).unwrap();
    let one = credential(json!({"jti": "urn:example:jti", "exp": S + 50}), json!({"issuer": STRANGER}));
    assert_eq!((one.id(), one.issuer()), (Some("urn:example:jti"), ISSUER));
    assert_eq!(one.json()["issuer"], ISSUER);
    assert_eq!(one.valid_until(), Some(second(S + 50)));
    let one = credential(json!({"exp": S + 5000, "nbf": S - 5000}), none());
    assert_eq!((one.valid_from(), one.valid_until()), (Some(second(S - 100)), Some(second(S + 600))));
}

#[test]
fn old_wallets_are_heard_only_by_switch() {
    let no_type =
        old(none(), json!({"@context": NOTHING, "type": ["MembershipCredential"], "expirationDate": NOTHING}));
    let id_as_subject = old(json!({"sub": "urn:example:credential"}), none());
    let mut world = World::new();
    assert!(world.check(&no_type).is_err());
    assert_eq!(world.check(&id_as_subject).unwrap_err().code(), "credential-holder");
    world.compatibility = Compatibility {
        credential_without_base_type: true,
        subject_is_credential_id: true,
        ..Compatibility::default()
    };
    assert!(world.check(&no_type).is_ok());
    assert!(world.check(&id_as_subject).is_ok());
    assert_eq!(world.check(&old(json!({"sub": STRANGER}), none())).unwrap_err().code(), "credential-holder");
    assert_eq!(Profile::from_name("VC1_0_JWT", &world.compatibility), None);
    world.compatibility.credential_format_vc1_0_jwt = true;
    assert_eq!(Profile::from_name("VC1_0_JWT", &world.compatibility), Some(Profile::Vc11Sl2021Jwt));
}

fn draft() -> Draft {
    Draft {
        id: Some("urn:example:credential".into()),
        types: vec!["MembershipCredential".into()],
        contexts: vec!["https://w3id.org/catenax/credentials/v1.0.0".into()],
        subject: json!({"id": HOLDER, "holderIdentifier": "BPNL000000000001", "memberOf": "Example"}),
        valid_from: second(S - 100),
        valid_until: Some(second(S + 100)),
        statuses: Vec::new(),
        schemas: Vec::new(),
    }
}

#[test]
fn what_is_issued_verifies_with_every_kind_of_key() {
    let world = World::new();
    for profile in Profile::ALL {
        for kind in [KeyKind::P256, KeyKind::Ed25519, KeyKind::Secp256k1] {
            let key = keys(ISSUER).into_iter().find(|held| held.key.kind() == kind).unwrap();
            let raw = done(draft().sign(profile, &key, now())).unwrap();
            let verified =
                world.check(&raw.clone().into()).unwrap_or_else(|error| panic!("{profile} {kind:?}: {error}"));
            assert_eq!(verified.profile(), Some(profile));
            assert_eq!((verified.id(), verified.issuer()), (Some("urn:example:credential"), ISSUER));
            assert_eq!((verified.kind(), verified.key_id()), ("MembershipCredential", key.id.as_str()));
            assert_eq!(verified.subjects(), [draft().subject]);
            assert_eq!((verified.valid_from(), verified.valid_until()), (Some(second(S - 100)), Some(second(S + 100))));
            let again = Credential::from_text(&verified.raw().to_text(), &Compatibility::default()).unwrap();
            assert_eq!((&again, again.digest()), (verified.credential(), verified.digest()));
        }
    }
}

#[test]
fn enveloped_credentials_are_opened_whatever_divides_the_data_url() {
    let world = World::new();
    let raw = done(draft().sign(Profile::Vc20BsslJwt, &main_key(ISSUER), now())).unwrap();
    for divider in [',', ';'] {
        let enveloped = json!({
            "@context": V2,
            "type": "EnvelopedVerifiableCredential",
            "id": format!("data:application/vc+jwt{divider}{raw}"),
        });
        assert!(world.check(&enveloped).is_ok());
    }
    // The older draft's name of the type.
    assert!(world.check(&jwt(&main_key(ISSUER), "vc-ld+jwt", &vc20(&none()))).is_ok());
    assert!(world.check(&jwt(&main_key(ISSUER), "application/vc+jwt", &vc20(&none()))).is_ok());
}

#[test]
fn a_rotated_key_is_found_and_a_withdrawn_one_is_not() {
    let world = World::new();
    assert!(world.check(&old(none(), none())).is_ok());
    let mut fresh = main_key(ISSUER);
    fresh.id = format!("{ISSUER}#fresh");
    let keyring = Keyring::new(ISSUER, vec![fresh.clone()], Vec::new(), TokenSecret::from_bytes([1; 32])).unwrap();
    world.peers.publish("https://issuer.example/.well-known/did.json", &keyring.document(&[], now()));
    let raw = jwt(&fresh, "JWT", &claims11(&none(), &vc11(&none())));
    assert!(world.check(&raw).is_ok());
    assert_eq!(world.check(&old(none(), none())).unwrap_err().code(), "credential-key");
}

#[test]
fn an_issuer_out_of_reach_is_a_reason_to_come_back() {
    let world = World::new();
    world.peers.answer("https://issuer.example/.well-known/did.json", Err(FetchError::Unreachable("down".into())));
    let refusal = world.check(&old(none(), none())).unwrap_err();
    assert_eq!((refusal.code(), refusal.is_transient()), ("credential-issuer", true));
    let expected = format!("the MembershipCredential of {ISSUER} has an issuer that cannot be resolved");
    assert!(refusal.to_string().starts_with(&expected), "{refusal}");
}

#[test]
fn documents_without_relationships_are_taken_only_by_switch() {
    let mut world = World::new();
    let keyring = Keyring::new(ISSUER, vec![main_key(ISSUER)], Vec::new(), TokenSecret::from_bytes([1; 32])).unwrap();
    let mut document = keyring.document(&[], now());
    for relationship in Relationship::ALL {
        document.as_object_mut().unwrap().shift_remove(relationship.name());
    }
    world.peers.publish("https://issuer.example/.well-known/did.json", &document);
    assert_eq!(world.check(&old(none(), none())).unwrap_err().code(), "credential-key");
    world.compatibility.dids_without_relationships = true;
    assert!(world.check(&old(none(), none())).is_ok());
}

const SCHEMA: &str = "https://issuer.example/schema.json";

fn with_schema(kind: &str, schema: &Value, content: Value) -> Result<(), String> {
    let world = World::new();
    world.peers.publish(SCHEMA, schema);
    let content = changed(content, &json!({"credentialSchema": {"id": SCHEMA, "type": kind}}));
    world.check(&new(content)).map(|_| ()).map_err(|error| error.code().to_owned())
}

#[test]
fn schemas_are_followed() {
    let draft_04 = json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"id": {"type": "string"}, "foo": {"type": "string"}},
        "required": ["id", "foo"],
    });
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {"credentialSubject": {"$ref": "#/$defs/subject"}},
        "$defs": {"subject": {"required": ["foo"]}},
    });
    let foo = json!({"credentialSubject": {"id": HOLDER, "foo": "bar"}});
    let violated = Err("schema-violated".to_owned());
    let cases = [
        ("JsonSchemaValidator2018", &draft_04, foo.clone(), Ok(())),
        ("JsonSchemaValidator2018", &draft_04, none(), violated.clone()),
        ("JsonSchemaValidator2018", &whole, foo.clone(), Ok(())),
        ("JsonSchemaValidator2018", &whole, none(), violated.clone()),
        ("JsonSchema", &whole, foo.clone(), Ok(())),
        ("JsonSchema", &whole, none(), violated.clone()),
        // Of the whole credential only.
        ("JsonSchema", &draft_04, foo.clone(), violated),
        ("JsonSchemaCredential", &whole, foo, Err("schema-kind".to_owned())),
    ];
    for (kind, schema, content, expected) in cases {
        assert_eq!(with_schema(kind, schema, content.clone()), expected, "{kind} {schema} {content}");
    }
}

#[test]
fn schemas_that_would_keep_us_busy_are_no_schemas() {
    let doubling = (0..40).fold(json!({"a40": {}}), |mut definitions, level| {
        let next = format!("#/definitions/a{}", level + 1);
        definitions[format!("a{level}")] = json!({"allOf": [{"$ref": next}, {"$ref": next}]});
        definitions
    });
    let malformed = Err("schema-malformed".to_owned());
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#/definitions/a"}], "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}}),
        json!({"$ref": "#/definitions/a0", "definitions": doubling}),
        json!({"$ref": "https://elsewhere.example/schema.json"}),
        json!({"$ref": "other.json"}),
        json!({"properties": {"a": {"$id": "https://issuer.example/b", "$ref": "#/properties/a"}}}),
        json!({"$dynamicRef": "#node"}),
        json!({"type": 7}),
        json!("nothing"),
    ] {
        assert_eq!(with_schema("JsonSchema", &schema, none()), malformed, "{schema}");
    }
    // A pattern that backtracking engines choke on.
    let slow = json!({"properties": {"id": {"pattern": "^(a+)+$"}}});
    let long = format!("urn:{}!", "a".repeat(5_000));
    assert_eq!(with_schema("JsonSchema", &slow, json!({"id": long})), Err("schema-violated".to_owned()));
}

#[test]
fn a_schema_is_fetched_once_and_fails_closed() {
    let world = World::new();
    let mut with = draft();
    with.schemas = vec![SchemaReference { id: SCHEMA.into(), kind: "JsonSchema".into() }];
    let raw: Value = done(with.sign(Profile::Vc20BsslJwt, &main_key(ISSUER), now())).unwrap().into();
    let refusal = world.check(&raw).unwrap_err();
    assert_eq!((refusal.code(), refusal.is_transient()), ("schema-unreachable", false));
    world.peers.answer(SCHEMA, Ok(vec![b' '; 300_000]));
    let other = World::new();
    other.peers.answer(SCHEMA, Ok(vec![b' '; 300_000]));
    assert_eq!(other.check(&raw).unwrap_err().code(), "schema-unreachable");
    let good = World::new();
    good.peers.publish(SCHEMA, &json!({}));
    for _ in 0..3 {
        assert!(good.check(&raw).is_ok());
    }
    assert_eq!(good.peers.asked().iter().filter(|url| *url == SCHEMA).count(), 1);
}

#[test]
fn json_with_a_proof_verifies_and_its_members_have_one_name() {
    let world = World::new();
    for model in [Model::V1_1, Model::V2_0] {
        let signed = done(draft().sign_data_integrity(model, &proof_key(ISSUER), now())).unwrap();
        let verified = world.check(&signed).unwrap_or_else(|error| panic!("{model:?}: {error}"));
        assert_eq!((verified.model(), verified.profile()), (model, None));
        let from = if model == Model::V1_1 { "expirationDate" } else { "validUntil" };
        let iri = format!("https://www.w3.org/2018/credentials#{from}");
        let xsd = "http://www.w3.org/2001/XMLSchema#dateTime";
        let hidden = json!({from: NOTHING, iri: {"@value": signed[from], "@type": xsd}});
        let nested = json!({from: NOTHING, "@nest": {from: signed[from]}});
        let cases = [
            (json!({from: second(S + 5000).to_string()}), "credential-signature"),
            (json!({"credentialSubject": {"id": HOLDER, "memberOf": "Another"}}), "credential-signature"),
            (json!({from: NOTHING}), "credential-signature"),
            (hidden, "credential-malformed"),
            (nested, "credential-malformed"),
            (json!({"extra": 1}), "proof-json-ld"),
            (json!({"@context": [signed["@context"][0], "https://example.org/unknown"]}), "proof-unknown-context"),
            (json!({"@context": [signed["@context"][0], {"a": "urn:a"}]}), "proof-inline-context"),
            (json!({"issuer": STRANGER}), "credential-foreign-key"),
        ];
        for (change, expected) in cases {
            let refusal = world.check(&changed(signed.clone(), &change)).unwrap_err();
            assert_eq!(refusal.code(), expected, "{model:?} {change}: {refusal}");
        }
        let mut foreign = signed;
        foreign["proof"]["proofPurpose"] = "authentication".into();
        assert_eq!(world.check(&foreign).unwrap_err().code(), "proof-purpose");
    }
    let key = held(ISSUER, KeyKind::P256, &Relationship::ALL);
    assert!(done(draft().sign_data_integrity(Model::V2_0, &key, now())).is_err());
}

#[test]
fn claims_that_are_not_of_their_type_are_refused() {
    let world = World::new();
    for claims in [json!({"exp": "soon"}), json!({"nbf": true}), json!({"iss": 7}), json!({"exp": 1e300})] {
        assert_eq!(world.check(&old(claims.clone(), none())).unwrap_err().code(), "credential-malformed", "{claims}");
    }
    // A NumericDate may have a fraction.
    assert!(world.check(&old(json!({"exp": 1_790_000_500.5}), none())).is_ok());
    let array = done(jws::sign(&main_key(ISSUER), "JWT", None, b"[1]")).unwrap();
    assert_eq!(world.check(&array.into()).unwrap_err().code(), "credential-malformed");
    assert!(V1 != V2);
}
