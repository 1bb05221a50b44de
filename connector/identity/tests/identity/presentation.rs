use jiff::SignedDuration;
use serde_json::{Value, json};
use symbolon_identity::credential::data_integrity::{self, Inline};
use symbolon_identity::credential::{Credential, Issuers};
use symbolon_identity::did::Relationship;
use symbolon_identity::presentation::{
    DEFAULT_LIFETIME, PresentationError, Presented, Presenter, Scope, ScopeAliases, verify_response,
};
use symbolon_identity::trust::{Trust, TrustedIssuer, Types};
use symbolon_identity::{Compatibility, Held};

use crate::done;
use crate::world::{
    HOLDER, ISSUER, S, STRANGER, V1, V2, VERIFIER, World, changed, claims11, jwt, main_key, now, presentation_key,
    proof_key, second, vc11, vc20,
};

fn response(presentations: Value) -> Value {
    json!({
        "@context": ["https://w3id.org/dspace-dcp/v1.0/dcp.jsonld"],
        "type": "PresentationResponseMessage",
        "presentation": presentations,
    })
}

fn membership() -> Value {
    jwt(&main_key(ISSUER), "JWT", &claims11(&json!({}), &vc11(&json!({}))))
}

fn membership20() -> Value {
    jwt(&main_key(ISSUER), "vc+jwt", &vc20(&json!({})))
}

/// A presentation of data model 1.1 with these credentials.
fn vp(claims: &Value, content: &Value, credentials: Value, key: &Held) -> Value {
    let content = json!({
        "@context": [V1],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER,
        "verifiableCredential": credentials,
    })
    .as_object()
    .map(|members| changed(Value::Object(members.clone()), content))
    .unwrap();
    let whole = json!({
        "iss": HOLDER, "sub": HOLDER, "aud": VERIFIER, "jti": "one",
        "iat": S, "nbf": S, "exp": S + 60, "vp": content,
    });
    jwt(key, "JWT", &changed(whole, claims))
}

fn simple(claims: Value) -> Value {
    vp(&claims, &json!({}), json!([membership()]), &main_key(HOLDER))
}

fn verify(world: &World, message: &Value) -> Result<Presented, PresentationError> {
    done(verify_response(message, HOLDER, VERIFIER, &world.checker(), now()))
}

#[test]
fn what_is_wrong_refuses_the_whole_response() {
    let good = simple(json!({}));
    let text = good.as_str().unwrap();
    let (head, signature) = text.rsplit_once('.').unwrap();
    let other = simple(json!({"exp": S + 61}));
    let (other_head, _) = other.as_str().unwrap().rsplit_once('.').unwrap();
    let foreign = jwt(&main_key(ISSUER), "JWT", &claims11(&json!({"sub": STRANGER}), &vc11(&json!({}))));
    let altered = {
        let (head, _) =
            membership().as_str().unwrap().rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        json!(format!("{head}.AAAA"))
    };
    let with = |credentials: Value| vp(&json!({}), &json!({}), credentials, &main_key(HOLDER));
    let content = |change: Value| vp(&json!({}), &change, json!([membership()]), &main_key(HOLDER));
    let cases = [
        ("altered", json!(format!("{other_head}.{signature}")), "presentation-signature"),
        ("unsigned", json!(format!("{head}.")), "presentation-signature"),
        ("wrong audience", simple(json!({"aud": STRANGER})), "presentation-audience"),
        ("several audiences", simple(json!({"aud": [VERIFIER, STRANGER]})), "presentation-audience"),
        ("no audience", simple(json!({"aud": null})), "presentation-audience"),
        ("expired", simple(json!({"exp": S - 5})), "presentation-expired"),
        ("no expiry", simple(json!({"exp": null})), "presentation-no-expiry"),
        ("not yet valid", simple(json!({"nbf": S + 6})), "presentation-not-yet-valid"),
        ("issued in the future", simple(json!({"iat": S + 60})), "presentation-not-yet-valid"),
        ("another holder by claim", simple(json!({"iss": STRANGER})), "presentation-holder"),
        ("another holder", content(json!({"holder": STRANGER})), "presentation-holder"),
        (
            "a key of somebody else",
            vp(&json!({}), &json!({}), json!([]), &main_key(STRANGER)),
            "presentation-foreign-key",
        ),
        (
            "a key that is for credentials",
            vp(&json!({}), &json!({}), json!([]), &proof_key(HOLDER)),
            "presentation-key",
        ),
        ("not a presentation", membership(), "presentation-malformed"),
        ("no context", content(json!({"@context": null, "context": [V1]})), "presentation-malformed"),
        ("no type", content(json!({"type": "Other"})), "presentation-malformed"),
        ("an altered credential", with(json!([membership(), altered])), "credential-signature"),
        ("somebody else's credential", with(json!([membership(), foreign])), "credential-holder"),
        ("something that is no credential", with(json!([membership(), 7])), "credential-malformed"),
        ("too many credentials", with(json!(vec![membership20(); 65])), "presentation-too-many-credentials"),
        ("too large", json!("x".repeat(300_000)), "presentation-too-large"),
        ("a number", json!(7), "presentation-malformed"),
    ];
    let world = World::new();
    for (name, presentation, expected) in cases {
        let refusal = verify(&world, &response(json!([good, presentation]))).map(|_| ()).expect_err(name);
        assert_eq!(refusal.code(), expected, "{name}: {refusal}");
        assert!(!refusal.rule().is_empty());
        assert!(!refusal.to_string().contains("BPNL"), "{name}: content in {refusal}");
    }
    for (name, message, expected) in [
        ("empty", response(json!([])), "presentation-empty"),
        ("absent", response(Value::Null), "presentation-empty"),
        ("too many", response(json!(vec![good.clone(); 17])), "presentation-too-many"),
        (
            "another message",
            json!({"type": "PresentationQueryMessage", "presentation": [good]}),
            "presentation-malformed",
        ),
        ("no message", json!([good]), "presentation-malformed"),
    ] {
        assert_eq!(verify(&world, &message).map(|_| ()).expect_err(name).code(), expected, "{name}");
    }
}

#[test]
fn the_shortest_life_is_how_long_it_counts() {
    let world = World::new();
    for (claims, expected) in [(json!({"exp": S + 60}), S + 60), (json!({"exp": S + 9000}), S + 500)] {
        let presented = verify(&world, &response(simple(claims))).unwrap();
        assert_eq!((presented.credentials.len(), presented.expires), (1, second(expected)));
    }
    assert!(verify(&world, &response(json!([simple(json!({"aud": [VERIFIER]}))]))).is_ok());
    let nothing = vp(&json!({}), &json!({}), json!([]), &main_key(HOLDER));
    assert_eq!(verify(&world, &response(json!([nothing]))).unwrap().credentials, []);
}

#[test]
fn what_is_built_verifies_whatever_the_models_and_keys() {
    let world = World::new();
    let proved = {
        let unsigned = vc20(&json!({"@context": [V2, "https://w3id.org/catenax/credentials/v1.0.0"]}));
        let held = proof_key(ISSUER);
        done(data_integrity::sign(&unsigned, &held, Relationship::AssertionMethod, Inline::Refused, now())).unwrap()
    };
    let raw = [membership(), membership20(), proved];
    let credentials: Vec<Credential> =
        raw.iter().map(|raw| Credential::parse(raw, &Compatibility::default()).unwrap()).collect();
    for held in [main_key(HOLDER), presentation_key(HOLDER)] {
        let presenter = Presenter { held: &held, audience: VERIFIER, lifetime: DEFAULT_LIFETIME };
        for (chosen, count) in [(&credentials[..], 2), (&credentials[..1], 1), (&credentials[1..], 1), (&[][..], 1)] {
            let presentations = done(presenter.present(chosen, now())).unwrap();
            assert_eq!(presentations.len(), count);
            let presented = verify(&world, &response(presentations.into())).unwrap();
            let found: Vec<_> = presented.credentials.iter().map(|one| one.credential().clone()).collect();
            assert_eq!(found, chosen);
            assert_eq!(presented.expires, second(S + 60));
        }
    }
    let held = main_key(HOLDER);
    let presenter = Presenter { held: &held, audience: VERIFIER, lifetime: SignedDuration::from_secs(60) };
    let [presentation] = done(presenter.present(&credentials[1..2], now())).unwrap().try_into().unwrap();
    for divider in [',', ';'] {
        let id = format!("data:application/vp+jwt{divider}{}", presentation.as_str().unwrap());
        let enveloped = json!({"@context": V2, "type": "EnvelopedVerifiablePresentation", "id": id});
        assert_eq!(verify(&world, &response(json!([enveloped]))).unwrap().credentials.len(), 1);
    }
}

#[test]
fn a_presentation_with_a_proof_is_for_its_domain() {
    let world = World::new();
    let signed = |domain: &str, credential: Value| {
        let unsigned = json!({
            "@context": [V2, "https://w3id.org/catenax/credentials/v1.0.0"],
            "type": ["VerifiablePresentation"],
            "holder": HOLDER,
            "verifiableCredential": [credential],
        });
        proved(&unsigned, domain)
    };
    let inner = {
        let unsigned = vc20(&json!({"@context": [V2, "https://w3id.org/catenax/credentials/v1.0.0"]}));
        let held = proof_key(ISSUER);
        done(data_integrity::sign(&unsigned, &held, Relationship::AssertionMethod, Inline::Refused, now())).unwrap()
    };
    let presented = verify(&world, &response(json!([signed(VERIFIER, inner.clone())]))).unwrap();
    assert_eq!((presented.credentials.len(), presented.expires), (1, second(S + 300)));
    let refusal = verify(&world, &response(json!([signed(STRANGER, inner.clone())]))).unwrap_err();
    assert_eq!(refusal.code(), "presentation-audience");
    let altered = changed(signed(VERIFIER, inner), &json!({"id": "urn:example:other"}));
    assert_eq!(verify(&world, &response(json!([altered]))).unwrap_err().code(), "presentation-signature");
}

/// A proof for a domain, made of its pieces.
fn proved(unsigned: &Value, domain: &str) -> Value {
    let held = presentation_key(HOLDER);
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": now().to_string(),
        "verificationMethod": held.id,
        "proofPurpose": "authentication",
        "domain": domain,
    });
    let canonical = data_integrity::canonical(unsigned, &proof).unwrap();
    let value = data_integrity::prove(&held.key, &canonical.configuration, &canonical.document);
    proof["proofValue"] = done(value).unwrap().into();
    changed(unsigned.clone(), &json!({"proof": proof}))
}

#[test]
fn credentials_of_unknown_issuers_are_not_looked_at() {
    let mut world = World::new();
    world.issuers = Issuers::only([STRANGER]);
    // Its issuer's document would not even come.
    world.peers.asked();
    let presented = verify(&world, &response(json!([simple(json!({}))]))).unwrap();
    assert!(presented.credentials.is_empty());
    assert_eq!(
        (presented.unknown[0].kind.as_str(), presented.unknown[0].issuer.as_str()),
        ("MembershipCredential", ISSUER)
    );
    assert_eq!(world.peers.asked(), ["https://holder.example/.well-known/did.json"]);
}

#[test]
fn old_wallets_are_heard_only_by_switch() {
    let mut world = World::new();
    let old = vp(
        &json!({}),
        &json!({"@context": null, "context": [V1], "type": "VerifiablePresentation"}),
        json!([membership()]),
        &main_key(HOLDER),
    );
    assert_eq!(verify(&world, &response(json!([old]))).unwrap_err().code(), "presentation-malformed");
    world.compatibility.presentation_context_without_at = true;
    assert!(verify(&world, &response(json!([old]))).is_ok());
}

fn trust(did: &str, types: Types) -> Trust {
    Trust::new(vec![TrustedIssuer { did: did.to_owned(), types }])
}

#[test]
fn a_dataspace_believes_its_issuers_on_their_types() {
    let world = World::new();
    let presented = verify(&world, &response(json!([simple(json!({}))]))).unwrap();
    let only = |kind: &str| Types::Only(vec![kind.to_owned()]);
    let required = [Scope::of_type("MembershipCredential")];
    let cases = [
        (trust(ISSUER, Types::Any), Ok(1)),
        (trust(ISSUER, only("MembershipCredential")), Ok(1)),
        (trust(ISSUER, only("BpnCredential")), Err("issuer-other-type")),
        (trust(STRANGER, Types::Any), Err("issuer-unknown")),
        (Trust::default(), Err("issuer-unknown")),
    ];
    for (trust, expected) in cases {
        let satisfied = trust.satisfied(&presented, &required);
        let outcome = satisfied.map(|credentials| credentials.len()).map_err(|error| error.code());
        assert_eq!(outcome, expected, "{trust:?}");
        assert_eq!(trust.credentials(&presented).len(), usize::from(expected.is_ok()), "{trust:?}");
    }
    let missing = trust(ISSUER, Types::Any).satisfied(&presented, &[Scope::of_type("BpnCredential")]).map(|_| ());
    assert_eq!(missing.unwrap_err().code(), "credential-missing");
    assert!(Trust::known([&trust(ISSUER, Types::Any)]).includes(ISSUER));
    assert!(!Trust::known([&trust(ISSUER, Types::Any)]).includes(STRANGER));
}

#[test]
fn every_type_of_a_credential_has_to_be_the_issuers() {
    let world = World::new();
    let both = json!({"type": ["VerifiableCredential", "MembershipCredential", "BpnCredential"]});
    let raw = jwt(&main_key(ISSUER), "vc+jwt", &vc20(&both));
    let verified = world.check(&raw).unwrap();
    let only = |kinds: &[&str]| Types::Only(kinds.iter().map(|kind| (*kind).to_owned()).collect());
    assert!(trust(ISSUER, only(&["MembershipCredential"])).believes(&verified).is_err());
    assert!(trust(ISSUER, only(&["MembershipCredential", "BpnCredential"])).believes(&verified).is_ok());
}

#[test]
fn scopes_are_read_in_every_spelling() {
    let aliases = ScopeAliases::default();
    let credential = Credential::parse(&membership(), &Compatibility::default()).unwrap();
    let id = "urn:example:credential";
    let cases = [
        ("org.eclipse.dspace.dcp.vc.type:MembershipCredential:read", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.type:MembershipCredential", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.type:MembershipCredential:*", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.type:MembershipCredential:all", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.type:MembershipCredential:write", Ok(false)),
        ("org.eclipse.tractusx.vc.type:MembershipCredential:read", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.type:BpnCredential:read", Ok(false)),
        ("org.eclipse.dspace.dcp.vc.type:https://www.w3.org/2018/credentials/v1#MembershipCredential:read", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.type:https://example.org/v1#MembershipCredential", Ok(false)),
        ("org.eclipse.dspace.dcp.vc.id:urn:example:credential", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.id:urn:example:credential:read", Ok(true)),
        ("org.eclipse.dspace.dcp.vc.id:urn:example:other", Ok(false)),
        ("org.example.vc.type:MembershipCredential:read", Err("scope-unknown-alias")),
        ("org.eclipse.dspace.dcp.vc.type", Err("scope-malformed")),
        ("org.eclipse.dspace.dcp.vc.type::read", Err("scope-malformed")),
        ("org.eclipse.dspace.dcp.vc.type:https://example.org/v1#", Err("scope-malformed")),
        ("", Err("scope-malformed")),
    ];
    for (text, expected) in cases {
        let scope = Scope::parse(text, &aliases);
        let outcome = scope.as_ref().map(|scope| scope.matches(&credential)).map_err(|error| error.code());
        assert_eq!(outcome, expected, "{text}");
        if let Ok(scope) = scope {
            assert_eq!(Scope::parse(&scope.to_string(), &aliases).as_ref(), Ok(&scope), "{text}");
        }
    }
    assert_eq!(credential.id(), Some(id));
    assert_eq!(Scope::parse(&"x".repeat(600), &aliases).unwrap_err().code(), "scope-too-long");
    let scope = |text| Scope::parse(text, &aliases).unwrap();
    let all = scope("org.eclipse.tractusx.vc.type:MembershipCredential:*");
    let read = scope("org.eclipse.dspace.dcp.vc.type:MembershipCredential:read");
    assert!(all.covers(&read) && !read.covers(&all) && read.covers(&read));
    assert!(!read.covers(&scope("org.eclipse.dspace.dcp.vc.type:BpnCredential:read")));
    assert_eq!(Scope::of_type("MembershipCredential"), read);
}
