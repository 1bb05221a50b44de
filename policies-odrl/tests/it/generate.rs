//! Strategies for policies.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

const OPERATORS: &[&str] = &[
    "eq",
    "neq",
    "lt",
    "lteq",
    "gt",
    "gteq",
    "isA",
    "hasPart",
    "isPartOf",
    "isAllOf",
    "isAnyOf",
    "isNoneOf",
    "term-lteq",
];
const LEFT_OPERANDS: &[&str] = &[
    "dateTime",
    "purpose",
    "count",
    "Membership",
    "partner",
    "https://w3id.org/catenax/2025/9/policy/UsagePurpose",
    "https://w3id.org/edc/v0.0.1/ns/inForceDate",
    "odrl:elapsedTime",
    "https://w3id.org/symbolon/1/participantId",
    "DataUsageEndDate",
    "DataUsageEndDurationDays",
    "odrl:timeInterval",
    "Liability",
    "UsageRestriction",
];
const VALUES: &[&str] = &[
    "a",
    "b",
    "active",
    "urn:example:a",
    "5",
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "2025-12-31T06:00Z",
    "P1D",
    "contractAgreement+30d",
    "did:web:partner",
    "",
];
const ACTIONS: &[&str] = &["use", "read", "distribute", "odrl:print", "http://www.w3.org/ns/odrl/2/play"];

/// A policy as the Dataspace Protocol writes it: an offer of a message, an offer of a catalogue, or an agreement.
pub(crate) fn wire_policy() -> impl Strategy<Value = Value> {
    let rules = |least| vec(rule(), least..3);
    let id = select(&["urn:uuid:1", "https://example.org/policy", "ACN0101", ""][..]);
    let profile =
        select(vec![json!(null), json!("http://www.w3.org/ns/odrl/2/core"), json!(["urn:p", "urn:q"]), json!([])]);
    (id, 0..3_usize, rules(1), rules(0), rules(0), profile).prop_map(
        |(id, shape, permissions, prohibitions, obligations, profile)| {
            let mut policy = json!({"@id": id, "@type": if shape == 2 { "Agreement" } else { "Offer" }});
            if shape > 0 {
                policy["target"] = json!("urn:uuid:2");
            }
            if shape == 2 {
                policy["assigner"] = json!("did:web:us");
                policy["assignee"] = json!("did:web:partner");
                policy["timestamp"] = json!("2025-12-01T10:00:00Z");
            }
            for (name, rules) in
                [("permission", permissions), ("prohibition", prohibitions), ("obligation", obligations)]
            {
                if !rules.is_empty() {
                    policy[name] = json!(rules);
                }
            }
            if !profile.is_null() {
                policy["profile"] = profile;
            }
            policy
        },
    )
}

/// A rule; now and then with a duty, which the wire tolerates.
pub(crate) fn rule() -> impl Strategy<Value = Value> {
    let duty = prop::option::weighted(0.2, select(&["compensate", "inform"][..]));
    (select(ACTIONS), prop::option::of(vec(constraint(), 0..4)), duty).prop_map(|(action, constraints, duty)| {
        let mut rule = json!({"action": action});
        if let Some(constraints) = constraints {
            rule["constraint"] = json!(constraints);
        }
        if let Some(duty) = duty {
            rule["duty"] = json!([{"action": duty}]);
        }
        rule
    })
}

pub(crate) fn constraint() -> impl Strategy<Value = Value> {
    let atomic = (select(LEFT_OPERANDS), select(OPERATORS), right_operand())
        .prop_map(|(left, operator, right)| json!({"leftOperand": left, "operator": operator, "rightOperand": right}));
    atomic.prop_recursive(4, 12, 3, |inner| {
        (select(&["and", "or", "xone", "andSequence"][..]), vec(inner, 0..3))
            .prop_map(|(name, operands)| json!({name: operands}))
    })
}

/// An agreement whose constraints are all understood and mostly decided, so that many requests are permitted.
pub(crate) fn plain_policy() -> impl Strategy<Value = Value> {
    let rule = |action: &'static str, least| {
        vec(plain_constraint(), least..3)
            .prop_map(move |constraints| json!({"action": action, "constraint": constraints}))
    };
    (vec(rule("use", 0), 1..3), vec(rule("read", 1), 0..2)).prop_map(|(permissions, prohibitions)| {
        json!({"@id": "urn:uuid:1", "@type": "Agreement", "target": "urn:uuid:2", "assigner": "did:web:us", "assignee": "did:web:partner",
            "timestamp": "2025-12-01T10:00:00Z", "permission": permissions, "prohibition": prohibitions})
    })
}

pub(crate) fn plain_constraint() -> impl Strategy<Value = Value> {
    let dates = &["2025-12-20T00:00:00Z", "2026-01-01", "2026-01-10T06:00Z", "2025-12-31", "2026-02-01"][..];
    let date = (select(&["dateTime", "odrl:dateTime"][..]), select(&OPERATORS[..6]), select(dates));
    let relative = (
        Just("edc:inForceDate"),
        select(&OPERATORS[2..6]),
        select(&["contractAgreement+20d", "contractAgreement+60d"][..]),
    );
    let end = (Just("DataUsageEndDate"), Just("eq"), select(dates));
    let days = (Just("DataUsageEndDurationDays"), Just("eq"), select(&["10", "31", "60"][..]));
    let purpose = (Just("purpose"), select(&["eq", "neq", "isAnyOf", "isNoneOf"][..]), select(&["a", "b"][..]));
    let count = (Just("count"), select(&OPERATORS[..6]), select(&["4", "5", "6"][..]));
    let atomic = prop_oneof![3 => date, 1 => relative, 1 => end, 1 => days, 1 => purpose, 1 => count]
        .prop_map(|(left, operator, right)| json!({"leftOperand": left, "operator": operator, "rightOperand": right}));
    atomic.prop_recursive(3, 8, 3, |inner| {
        (select(&["and", "or", "xone", "andSequence"][..]), vec(inner, 1..3))
            .prop_map(|(name, operands)| json!({name: operands}))
    })
}

fn right_operand() -> impl Strategy<Value = Value> {
    let text = || select(VALUES).prop_map(Value::from);
    let typed = select(vec![
        json!({"@value": "5", "@type": "xsd:integer"}),
        json!({"@value": 5, "@type": "http://www.w3.org/2001/XMLSchema#integer"}),
        json!({"@value": 1.5}),
        json!({"@value": -120_000, "@type": "xsd:double"}),
        json!({"@value": true}),
        json!({"@value": "2026-01-01", "@type": "xsd:date"}),
        json!({"@value": "nein", "@language": "DE"}),
        json!({"@id": "urn:example:a"}),
        json!({"@id": "odrl:policyUsage"}),
        json!({"@list": ["a", {"@id": "urn:b"}]}),
        json!({"@set": ["a", 5]}),
    ]);
    let single = prop_oneof![3 => text(), 1 => typed];
    prop_oneof![3 => single.clone(), 1 => vec(single, 0..4).prop_map(Value::from)]
}

/// Any JSON whatever, with the words of policies in it.
pub(crate) fn anything() -> impl Strategy<Value = Value> {
    let words = || {
        prop_oneof![
            select(
                &[
                    "@id",
                    "@type",
                    "@value",
                    "@list",
                    "@set",
                    "@context",
                    "permission",
                    "prohibition",
                    "obligation",
                    "duty",
                    "action",
                    "constraint",
                    "and",
                    "xone",
                    "leftOperand",
                    "operator",
                    "rightOperand",
                    "target",
                    "assignee",
                    "refinement",
                    "profile",
                    "odrl:permission",
                    "rdf:value",
                    "uid",
                    "eq",
                    "use",
                    "dateTime",
                ][..]
            )
            .prop_map(str::to_owned),
            "\\PC{0,6}",
        ]
    };
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((words(), inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// One change somewhere in a JSON document.
#[derive(Clone, Debug)]
pub(crate) struct Breakage {
    place: Index,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Remove,
    Replace(Value),
    Insert(&'static str, Value),
}

pub(crate) fn breakages() -> impl Strategy<Value = Vec<Breakage>> {
    let value = || {
        select(vec![
            json!(null),
            json!(5),
            json!(true),
            json!("x"),
            json!([]),
            json!({}),
            json!(["x"]),
            json!({"@id": "x"}),
            json!("odrl:eq"),
            json!({"leftOperand": "a", "operator": "eq", "rightOperand": "b"}),
            json!({"and": []}),
            json!([{"action": "use"}]),
        ])
    };
    let names = select(
        &["and", "or", "target", "@type", "operator", "rightOperand", "permission", "profile", "timestamp", "extra"][..],
    );
    let change = prop_oneof![
        Just(Change::Remove),
        value().prop_map(Change::Replace),
        (names, value()).prop_map(|(name, value)| Change::Insert(name, value))
    ];
    vec((any::<Index>(), change).prop_map(|(place, change)| Breakage { place, change }), 1..4)
}

impl Breakage {
    pub(crate) fn apply(&self, json: &mut Value) {
        let mut places = Vec::new();
        pointers(json, String::new(), &mut places);
        let place = &places[self.place.index(places.len())];
        match &self.change {
            Change::Remove => {
                let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
                match json.pointer_mut(parent) {
                    Some(Value::Object(members)) => drop(members.remove(name)),
                    Some(Value::Array(items)) => drop(name.parse().map(|index: usize| items.remove(index))),
                    _ => {}
                }
            }
            Change::Replace(value) => *json.pointer_mut(place).unwrap() = value.clone(),
            Change::Insert(name, value) => {
                if let Some(members) = json.pointer_mut(place).and_then(Value::as_object_mut) {
                    members.insert((*name).to_owned(), value.clone());
                }
            }
        }
    }
}

fn pointers(json: &Value, at: String, found: &mut Vec<String>) {
    match json {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(item, format!("{at}/{index}"), found))
        }
        // Pointers cannot be written for these names without escaping.
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !name.contains(['/', '~']))
            .for_each(|(name, value)| pointers(value, format!("{at}/{name}"), found)),
        _ => {}
    }
    found.push(at);
}
