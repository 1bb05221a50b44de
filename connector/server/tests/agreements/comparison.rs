use serde_json::{Value, json};
use symbolon::attestation::{Comparison, Evidence, Seen, compare, export};
use symbolon_contract_negotiation::Role;

use super::evidence::{PROVIDER, Scene, digest_of};
use super::fixtures::{agreement, at, half, key, web};

const ID: &str = "urn:uuid:8f1f5a1e-0000-4000-8000-000000000003";

fn file() -> Value {
    export(&agreement(ID), key(2).did(), &Evidence::default(), at())
}

fn compared(a: &Value, b: &Value) -> Comparison {
    compare(a.to_string().as_bytes(), b.to_string().as_bytes())
}

fn without(mut file: Value, place: usize) -> Value {
    file["attestations"].as_array_mut().unwrap().remove(place);
    file
}

#[test]
fn two_halves_of_one_agreement_fit() {
    let (whole, web) = (file(), Scene::new().file());
    let pairs = [
        (whole.clone(), whole.clone()),
        (without(whole.clone(), 0), without(whole.clone(), 1)),
        (without(whole.clone(), 0), whole.clone()),
        (web.clone(), without(web, 1)),
    ];
    for (a, b) in pairs {
        let comparison = compared(&a, &b);
        assert!(comparison.fits && comparison.difference.is_none(), "{comparison:#?}");
    }
    let mut respelled = whole.clone();
    respelled["agreement"]["permission"][0]["action"] = "odrl:use".into();
    respelled["agreement"]["permission"][0]["constraint"][0]["operator"] = json!({"@id": "odrl:isAnyOf"});
    assert!(compared(&whole, &respelled).fits, "{:#?}", compared(&whole, &respelled));
}

type Tamper = fn(&mut Value);

/// What is done to the second file, and the first difference: what, where, and a part of its sentence.
#[test]
fn the_first_difference_is_named() {
    let cases: &[(Tamper, &str, &str, &str)] = &[
        (
            |f| f["agreement"]["permission"][0]["constraint"][1]["rightOperand"] = "DataExchangeGovernance:2.0".into(),
            "agreement",
            "agreement.permission[0].constraint[1].rightOperand",
            "\"DataExchangeGovernance:1.0\" in the first, \"DataExchangeGovernance:2.0\" in the second",
        ),
        (
            // Another spelling comes before the change, and is none.
            |f| {
                f["agreement"]["permission"][0]["action"] = "odrl:use".into();
                f["agreement"]["prohibition"][0]["action"] = "play".into();
            },
            "agreement",
            "agreement.prohibition[0].action",
            "\"distribute\" in the first",
        ),
        (
            |f| drop(f["agreement"].as_object_mut().unwrap().remove("prohibition")),
            "agreement",
            "agreement.prohibition",
            "nothing in the second",
        ),
        (|f| f["agreement"] = Value::Null, "agreement", "agreement", "an agreement has no digest"),
        (|f| f["parties"]["consumer"] = key(3).did().into(), "party", "parties.consumer", "is \"did:key"),
        (
            |f| f["attestations"][0]["credential"]["validFrom"] = "2026-01-01T00:00:00Z".into(),
            "half",
            "attestations.consumer.credential.validFrom",
            "the half of the consumer differs",
        ),
        (
            |f| {
                let half = half(&key(3), &agreement(ID).document, Role::Consumer, key(2).did(), Seen::default());
                f["attestations"][0] = serde_json::to_value(half).unwrap();
            },
            "key",
            "attestations.consumer.signer",
            "is signed with",
        ),
        (|f| f["format"] = "symbolon-agreement/1".into(), "file", "", "the second file cannot be compared"),
    ];
    for (index, (tamper, what, path, part)) in cases.iter().enumerate() {
        let mut changed = file();
        tamper(&mut changed);
        let comparison = compared(&file(), &changed);
        let difference = comparison.difference.unwrap_or_else(|| panic!("case {index} fits"));
        assert_eq!((difference.what, difference.path.as_str()), (*what, *path), "case {index}: {difference:#?}");
        assert!(difference.sentence.contains(part), "case {index}: {}", difference.sentence);
        assert!(!comparison.fits);
    }
    assert_eq!(compare(b"{", b"{}").difference.unwrap().what, "file");
}

/// Files that agree with one another may still not hold.
#[test]
fn halves_that_do_not_fit_are_named() {
    let same = |tamper: &dyn Fn(&mut Value)| {
        let mut file = file();
        tamper(&mut file);
        let comparison = compared(&file, &file);
        assert!(!comparison.fits);
        comparison.difference.unwrap()
    };
    let altered = same(&|f| f["agreement"]["target"] = "other".into());
    assert_eq!((altered.what, altered.path.as_str()), ("digest", "digest"));
    let one = same(&|f| drop(f["attestations"].as_array_mut().unwrap().remove(1)));
    assert_eq!((one.what, one.sentence.as_str()), ("half", "the provider's half is in neither file"));
    // A half made with keys that the other party never saw.
    let (scene, forged) = (Scene::new(), web("did:web:mill.example", 9));
    let seen = Seen {
        own_document: Some(digest_of(&forged)),
        partner_document: Some(digest_of(&scene.provider)),
        presented: Vec::new(),
    };
    let mut theirs = without(scene.file(), 1);
    theirs["attestations"][0] =
        serde_json::to_value(half(&forged, &scene.stored.document, Role::Consumer, PROVIDER, seen)).unwrap();
    theirs["evidence"]["documents"].as_array_mut().unwrap().push(forged.document(&[], at()));
    let comparison = compared(&without(scene.file(), 0), &theirs);
    assert_eq!(comparison.difference.unwrap().what, "key");
}
