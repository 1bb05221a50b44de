//! Policies that speak of what the situations of `worlds` vary.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

pub(crate) const ACTIONS: [&str; 4] = ["use", "derive", "distribute", "transfer"];

/// A policy of a few rules.
pub(crate) fn policy() -> impl Strategy<Value = Value> {
    let conflict = select(&["", "prohibit", "perm", "invalid"][..]);
    let shared = prop::option::weighted(0.3, constraint());
    let profile = prop::bool::weighted(0.2);
    (vec(permission(), 0..3), vec(rule(), 0..2), conflict, shared, profile).prop_map(
        |(permissions, prohibitions, conflict, shared, profile)| {
            let mut policy = json!({"@type": "Set", "permission": permissions, "prohibition": prohibitions});
            if !conflict.is_empty() {
                policy["conflict"] = json!(conflict);
            }
            if let Some(constraint) = shared {
                policy["constraint"] = json!([constraint]);
            }
            if profile {
                policy["profile"] = json!("https://w3id.org/catenax/2025/9/policy/");
            }
            policy
        },
    )
}

/// As narrow as a permission that a party might grant.
pub(crate) fn permission() -> impl Strategy<Value = Value> {
    let duty =
        (select(&["compensate", "inform"][..]), prop::option::weighted(0.4, date())).prop_map(|(action, date)| {
            let constraint: Vec<Value> = date.into_iter().collect();
            json!({"action": action, "constraint": constraint})
        });
    (rule(), prop::option::weighted(0.3, duty)).prop_map(|(mut rule, duty)| {
        if let Some(duty) = duty {
            rule["duty"] = json!([duty]);
        }
        rule
    })
}

fn rule() -> impl Strategy<Value = Value> {
    let target = select(vec![
        json!(null),
        json!("urn:t1"),
        json!({"@type": "AssetCollection", "source": "urn:t"}),
        json!({"@type": "AssetCollection", "source": "urn:t", "refinement": [
            {"leftOperand": "spatial", "operator": "isPartOf", "rightOperand": "urn:germany"}]}),
    ]);
    let assignee = select(&["", "did:p1", "urn:group"][..]);
    let refinement = prop::option::weighted(0.2, constraint());
    (select(&ACTIONS[..]), refinement, target, assignee, vec(constraint(), 0..3)).prop_map(
        |(action, refinement, target, assignee, constraints)| {
            let mut rule = json!({"action": action, "constraint": constraints});
            if let Some(refinement) = refinement {
                rule["action"] = json!([{"rdf:value": {"@id": format!("odrl:{action}")}, "refinement": [refinement]}]);
            }
            if !target.is_null() {
                rule["target"] = target;
            }
            if !assignee.is_empty() {
                rule["assignee"] = json!(assignee);
            }
            rule
        },
    )
}

pub(crate) fn constraint() -> impl Strategy<Value = Value> {
    let atomic = prop_oneof![3 => purpose(), 2 => date(), 2 => count(), 2 => spatial(), 1 => other()];
    atomic.prop_recursive(2, 6, 3, |inner| {
        (select(&["and", "or", "xone", "andSequence"][..]), vec(inner, 1..3))
            .prop_map(|(name, operands)| json!({name: operands}))
    })
}

fn made(left: &str, operator: &str, right: &Value) -> Value {
    json!({"leftOperand": left, "operator": operator, "rightOperand": right})
}

fn purpose() -> impl Strategy<Value = Value> {
    let operators = &["eq", "neq", "isAnyOf", "isNoneOf", "isAllOf", "isA", "lt", "hasPart"][..];
    let rights = select(vec![json!("a"), json!("b"), json!("k"), json!(["a", "b"]), json!(5), json!([])]);
    (select(operators), rights).prop_map(|(operator, right)| made("purpose", operator, &right))
}

fn date() -> impl Strategy<Value = Value> {
    let plain = (
        select(&["dateTime", "edc:inForceDate"][..]),
        select(&["eq", "neq", "lt", "lteq", "gt", "gteq", "isNoneOf"][..]),
        select(&["2026-01-01", "2026-01-01T12:00:00Z", "2026-01-03"][..]),
    );
    let end = (Just("DataUsageEndDate"), Just("eq"), select(&["2026-01-01T12:00:00Z", "2026-01-03"][..]));
    prop_oneof![3 => plain, 1 => end].prop_map(|(left, operator, right)| made(left, operator, &json!(right)))
}

fn count() -> impl Strategy<Value = Value> {
    let operators = &["eq", "neq", "lt", "lteq", "gt", "gteq", "isAnyOf"][..];
    let rights = select(vec![json!({"@value": 4}), json!({"@value": 5}), json!({"@value": 4.5}), json!("a")]);
    (select(operators), rights).prop_map(|(operator, right)| made("count", operator, &right))
}

fn spatial() -> impl Strategy<Value = Value> {
    let operators = &["eq", "neq", "isPartOf", "hasPart", "isAnyOf"][..];
    (select(operators), select(&["urn:munich", "urn:germany", "urn:france"][..]))
        .prop_map(|(operator, right)| made("spatial", operator, &json!(right)))
}

fn other() -> impl Strategy<Value = Value> {
    select(vec![
        made("https://w3id.org/symbolon/1/participantId", "eq", &json!("did:p1")),
        made("https://w3id.org/symbolon/1/participantId", "isPartOf", &json!("urn:group")),
        made("Liability", "eq", &json!("cx.data.liability:1")),
        made("cx-policy:UsageRestriction", "isAnyOf", &json!(["cx.thirdParty.forbidden:1"])),
        made("cx-policy:AffiliatesRegion", "isAnyOf", &json!(["cx.region.europe:1"])),
        made("odrl:language", "isAnyOf", &json!(["a"])),
        json!({"leftOperand": "payAmount", "operator": "gteq", "rightOperand": "5", "unit": "urn:eur"}),
        made("elapsedTime", "lteq", &json!("P2D")),
        made("elapsedTime", "gt", &json!("P1M")),
    ])
}
