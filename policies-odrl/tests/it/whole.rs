//! A strategy for policies with everything that the information model has, and things that it has not.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::generate;

const IDS: &[&str] = &["urn:a", "https://x.example/b", "spindle", "ex:c", "odrl:All", "_:b0", "two words", ""];
const NAMES: &[&str] =
    &["use", "odrl:print", "ex:drive", "USE", "access", "unheard of", "https://w3id.org/catenax/2025/9/policy/access"];

pub(crate) fn policy() -> impl Strategy<Value = Value> {
    let header = members(&[
        ("@id", one(IDS)),
        ("@type", one(&["Set", "odrl:Offer", "Agreement", "Policy", "Voucher"])),
        ("profile", one(&["odrl:core", "urn:profile"])),
        ("inheritFrom", one(IDS)),
        ("odrl:conflict", one(&["perm", "odrl:prohibit", "invalid", "toss a coin"])),
        ("timestamp", one(&["2026-01-01T00:00:00Z"])),
        ("dct:isReplacedBy", one(&["urn:next"])),
        ("dct:title", one(&["a \"title\"\nof two lines"])),
        ("@context", contexts()),
        ("urn:example:extension", foreign()),
        ("extra", foreign()),
    ]);
    let shared = terms();
    (header, shared, rules("duty"), rules("remedy"), rules("consequence"), any::<bool>()).prop_map(
        |(mut policy, shared, permissions, prohibitions, obligations, has_shared)| {
            if has_shared {
                policy.extend(shared);
            }
            for (member, rules) in
                [("permission", permissions), ("prohibition", prohibitions), ("obligation", obligations)]
            {
                if !rules.is_empty() {
                    policy.insert(member.to_owned(), rules.into());
                }
            }
            policy.into()
        },
    )
}

fn rules(member: &'static str) -> impl Strategy<Value = Vec<Value>> {
    let rule = (terms(), members(&[("@id", one(IDS)), ("strange", foreign())]), name_action());
    let rule = rule.prop_map(|(mut terms, more, action)| {
        terms.extend(more);
        terms.entry("action").or_insert(action);
        Value::Object(terms)
    });
    let rule = rule.boxed();
    let within = (rule.clone(), vec(rule, 0..2)).prop_map(move |(mut rule, inner)| {
        if !inner.is_empty() {
            rule[member] = inner.into();
        }
        rule
    });
    vec(within, 0..3)
}

fn terms() -> impl Strategy<Value = Map<String, Value>> {
    members(&[
        ("target", entity("AssetCollection")),
        ("assigner", entity("PartyCollection")),
        ("odrl:assignee", entity("PartyCollection")),
        ("informedParty", entity("PartyCollection")),
        ("output", entity("AssetCollection")),
        ("action", action()),
        ("constraint", vec(constraint(), 0..3).prop_map(Value::from).boxed()),
    ])
}

fn name_action() -> impl Strategy<Value = Value> {
    select(NAMES).prop_map(Value::from)
}

fn action() -> BoxedStrategy<Value> {
    let refined = (select(NAMES), constraint(), prop::option::of(foreign())).prop_map(|(name, constraint, foreign)| {
        let mut action = json!({"rdf:value": {"@id": name}, "refinement": [constraint]});
        if let Some(foreign) = foreign {
            action["ex:how"] = foreign;
        }
        action
    });
    let refined = refined.boxed();
    prop_oneof![3 => name_action(), 1 => refined.clone(), 1 => vec(prop_oneof![name_action(), refined], 0..3).prop_map(Value::from)]
        .boxed()
}

fn entity(collection: &'static str) -> BoxedStrategy<Value> {
    let name = one(IDS);
    let whole = members(&[
        ("source", one(IDS)),
        ("partOf", one(IDS)),
        (
            "@type",
            select(vec!["Asset", "Party", collection, "http://xmlns.com/foaf/0.1/Person"])
                .prop_map(Value::from)
                .boxed(),
        ),
        ("refinement", constraint().boxed()),
        ("extra", foreign()),
    ]);
    let whole = (select(IDS), whole).prop_map(|(id, mut members)| {
        members.insert("@id".to_owned(), id.into());
        Value::Object(members)
    });
    let whole = whole.boxed();
    prop_oneof![2 => name.clone(), 1 => whole.clone(), 1 => vec(prop_oneof![name, whole], 0..3).prop_map(Value::from)]
        .boxed()
}

fn constraint() -> impl Strategy<Value = Value> {
    let more = members(&[
        ("@id", one(IDS)),
        ("unit", one(IDS)),
        ("dataType", one(&["xsd:date", "xsd:integer", "xsd:duration", "urn:type"])),
        ("status", prop_oneof![Just(json!(5)), Just(json!("P1D")), Just(json!({"x": [1]}))].boxed()),
        ("rightOperandReference", one(IDS)),
        ("extra", foreign()),
    ]);
    (generate::constraint(), more, odd_value()).prop_map(|(mut constraint, more, odd)| {
        if let Some(members) = constraint.as_object_mut().filter(|members| members.contains_key("leftOperand")) {
            members.extend(more);
            if let Some(odd) = odd {
                members.insert("rightOperand".to_owned(), odd);
            }
        }
        constraint
    })
}

fn odd_value() -> impl Strategy<Value = Option<Value>> {
    prop::option::weighted(
        0.4,
        select(vec![
            json!([]),
            json!({"@value": "x", "@type": "urn:type"}),
            json!({"@value": "x", "@type": "no iri"}),
            json!({"@value": "x", "@language": "no language!"}),
            json!({"@value": "abc", "@type": "xsd:integer"}),
            json!({"@value": "2026-01-01T10:00:00+02:00", "@type": "xsd:dateTime"}),
            json!({"@value": "contractAgreement+3d"}),
            json!({"@value": "1200", "@type": "xsd:boolean"}),
            json!({"@value": "true", "@type": "xsd:duration"}),
            json!({"strange": ["value", {"target": "urn:a"}]}),
            json!([5, 5.0, -0.0, 1e300, true, "true"]),
            json!("quote \" backslash \\ and \u{1F600} line\nend"),
            json!({"@id": "no iri <at> all"}),
        ]),
    )
}

fn contexts() -> BoxedStrategy<Value> {
    select(vec![
        json!("http://www.w3.org/ns/odrl.jsonld"),
        json!({"ex": "https://ex.example/ns#"}),
        json!([{"ex": "https://ex.example/ns#", "o": "http://www.w3.org/ns/odrl/2/"}, "https://unknown.example/context"]),
        json!({"ex": {"@id": "urn:x"}, "@base": "urn:base:"}),
        json!({"ex": "odrl:"}),
    ])
    .boxed()
}

/// Values that mean nothing here.
fn foreign() -> BoxedStrategy<Value> {
    select(vec![
        json!("x"),
        json!(["x", "y"]),
        json!({"@id": "urn:a"}),
        json!({"permission": [{"action": "use"}]}),
        json!(5),
        json!([[1, [2]]]),
        json!({"b": 1, "a": [null, true]}),
    ])
    .boxed()
}

fn one(names: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(names).prop_map(Value::from).boxed()
}

/// Each member is there now and then.
fn members(of: &[(&'static str, BoxedStrategy<Value>)]) -> impl Strategy<Value = Map<String, Value>> + Clone + use<> {
    let each: Vec<_> = of
        .iter()
        .map(|(name, value)| {
            let name = *name;
            prop::option::weighted(0.25, value.clone())
                .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
                .boxed()
        })
        .collect();
    each.prop_map(|members| members.into_iter().flatten().collect())
}
