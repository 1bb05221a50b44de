//! Compact policies written out, and policies with what they inherit.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::model::Conflict;
use symbolon_policies_odrl::{Policy, PolicyDocument, PolicyError, Request, World, evaluate};

use crate::{generate, whole};

fn policy(json: &Value) -> Policy {
    PolicyDocument::parse(json.clone()).unwrap().policy().clone()
}

fn world() -> World {
    World::at("2025-12-31T12:00:00Z".parse().unwrap()).with("purpose", "a").with("count", 5)
}

fn request(action: &str, target: &str, assignee: &str) -> Request {
    Request { action: action.into(), target: target.into(), assignee: assignee.into(), assigner: None }
}

#[test]
fn a_compact_policy_becomes_one_rule_for_each_combination() {
    let compact = policy(&json!({
        "@id": "urn:p", "@type": "Set", "target": "urn:t", "assigner": "urn:us",
        "constraint": [{"leftOperand": "purpose", "operator": "eq", "rightOperand": "a"}],
        "permission": [
            {"@id": "urn:rule:1", "action": ["read", "print"], "assignee": ["urn:a", "urn:b", "urn:c"],
             "constraint": [{"leftOperand": "count", "operator": "lt", "rightOperand": "6"}],
             "duty": [{"@id": "urn:duty", "action": ["inform", "compensate"]}]},
            {"@id": "urn:rule:2", "action": "play", "target": "urn:other"},
        ],
        "obligation": [{"action": "delete"}],
    }));
    let atomic = compact.atomic().unwrap();
    assert_eq!((atomic.permissions.len(), atomic.obligations.len()), (7, 1));
    for permission in &atomic.permissions {
        let terms = &permission.terms;
        assert_eq!((terms.actions.len(), terms.targets.len(), terms.assigners.len()), (1, 1, 1));
        assert!(terms.assignees.len() <= 1);
    }
    assert_eq!(atomic.permissions[0].duties.len(), 2);
    assert_eq!(atomic.permissions[0].terms.constraints.len(), 2);
    assert_eq!(atomic.permissions[0].terms.id, None);
    assert_eq!(atomic.permissions[6].terms.id.as_deref(), Some("urn:rule:2"));
    assert_eq!(atomic.permissions[6].terms.targets[0].id.as_deref(), Some("urn:other"));
    assert_eq!(atomic.obligations[0].terms.targets[0].id.as_deref(), Some("urn:t"));
    assert!(atomic.shared.targets.is_empty() && atomic.shared.constraints.is_empty());
    assert_eq!(atomic.atomic().unwrap(), atomic);
}

#[test]
fn too_many_combinations_are_refused() {
    let names = |prefix: &str| (0..20).map(|number| format!("urn:{prefix}:{number}")).collect::<Vec<_>>();
    let compact = policy(&json!({"permission": [
        {"action": "use", "target": names("t"), "assignee": names("a"), "assigner": names("b")}]}));
    let error = compact.atomic().unwrap_err().to_string();
    assert_eq!(error, "written out, the policy would have more than 1000 rules and duties");
}

proptest! {
    #[test]
    fn atomic_rules_decide_as_compact_ones(
        json in prop_oneof![whole::policy(), generate::wire_policy(), generate::plain_policy()],
        action in prop::sample::select(&["use", "print", "read", "distribute"][..]),
        target in prop::sample::select(&["urn:a", "spindle", "urn:uuid:2"][..]),
        assignee in prop::sample::select(&["urn:a", "https://x.example/b", "did:web:partner"][..]),
    ) {
        let Ok(document) = PolicyDocument::parse(json) else { return Ok(()) };
        let Ok(atomic) = document.policy().atomic() else { return Ok(()) };
        let request = request(action, target, assignee);
        let (compact, written_out) = (evaluate(document.policy(), &request, &world()), evaluate(&atomic, &request, &world()));
        prop_assert_eq!(compact.permitted, written_out.permitted, "{:?}\n{:?}", compact.reasons, written_out.reasons);
    }
}

fn inherited(policies: &[Value]) -> Result<Policy, PolicyError> {
    let policies: Vec<_> = policies.iter().map(policy).collect();
    let by_name: HashMap<_, _> = policies.iter().map(|policy| (policy.id.clone().unwrap(), policy)).collect();
    policies[0].with_inherited(&|name| by_name.get(name).copied())
}

#[test]
fn rules_are_inherited_with_what_qualifies_them() {
    let child = json!({"@id": "urn:child", "@type": "Agreement", "inheritFrom": ["urn:parent", "urn:other"], "profile": "odrl:core",
        "target": "urn:t", "assigner": "urn:us", "assignee": "urn:them", "constraint": [
            {"leftOperand": "purpose", "operator": "eq", "rightOperand": "b"}],
        "permission": [{"action": "print"}]});
    let parent = json!({"@id": "urn:parent", "assignee": "urn:everybody", "inheritFrom": "urn:grandparent", "profile": "odrl:core",
        "constraint": [{"leftOperand": "purpose", "operator": "eq", "rightOperand": "a"}], "permission": [{"action": "read"}]});
    let other = json!({"@id": "urn:other", "inheritFrom": "urn:grandparent", "action": "delete", "obligation": [{"@type": "Duty"}]});
    let grandparent = json!({"@id": "urn:grandparent", "prohibition": [{"action": "distribute", "target": "urn:t"}]});
    let heir = inherited(&[child, parent, other, grandparent]).unwrap();
    assert_eq!((heir.permissions.len(), heir.prohibitions.len(), heir.obligations.len()), (2, 1, 1));
    assert!(heir.inherit_from.is_empty());
    assert_eq!(heir.profiles, ["http://www.w3.org/ns/odrl/2/core"]);
    // What the parent says for its rules stays with them, and the child's purpose does not reach them.
    for (action, assignee, expected) in [
        ("read", "urn:everybody", true),
        ("read", "urn:them", false),
        ("print", "urn:them", false),
        ("print", "urn:everybody", false),
    ] {
        let decision = evaluate(&heir, &request(action, "urn:t", assignee), &world());
        assert_eq!(decision.permitted, expected, "{action} {assignee} {:?}", decision.reasons);
    }
}

#[test]
fn what_cannot_be_inherited_is_refused() {
    let with = |id: &str, from: &str| json!({"@id": id, "inheritFrom": from, "permission": [{"action": "use"}]});
    let long: Vec<_> = (0..40).map(|number| with(&format!("urn:{number}"), &format!("urn:{}", number + 1))).collect();
    let many = json!({"@id": "urn:b", "permission": vec![json!({"action": "use"}); 1_000]});
    for (policies, expected) in [
        (
            vec![with("urn:a", "urn:a")],
            "inheritFrom[0]: the policy inherits from urn:a, which inherits from itself; leave one of the links out",
        ),
        (
            vec![with("urn:a", "urn:b"), with("urn:b", "urn:c"), with("urn:c", "urn:b")],
            "inheritFrom: the policy inherits from urn:b, which inherits from itself; leave one of the links out",
        ),
        (
            vec![with("urn:a", "urn:b")],
            "inheritFrom[0]: the policy inherits from urn:b, which is not at hand; hand it in as well",
        ),
        (long, "inheritFrom: policies may inherit through at most 32 others"),
        (
            vec![with("urn:a", "urn:b"), many],
            "inheritFrom[0]: with what it inherits, the policy has more than 1000 rules",
        ),
    ] {
        assert_eq!(inherited(&policies).unwrap_err().to_string(), expected);
    }
}

#[test]
fn strategies_that_differ_make_a_conflict_void() {
    let with = |id: &str, from: Value, conflict: Value| json!({"@id": id, "inheritFrom": from, "conflict": conflict, "permission": [{"action": "use"}]});
    for (child, parent, expected) in [
        ("perm", "perm", Conflict::Permit),
        ("perm", "prohibit", Conflict::Invalid),
        ("prohibit", "invalid", Conflict::Invalid),
        ("perm", "dice", Conflict::Unknown("dice".to_owned())),
    ] {
        let heir =
            inherited(&[with("urn:a", json!("urn:b"), json!(child)), with("urn:b", json!([]), json!(parent))]).unwrap();
        assert_eq!(heir.conflict, expected, "{child} and {parent}");
        let permitted = evaluate(&heir, &request("use", "urn:t", "urn:them"), &world()).permitted;
        assert_eq!(permitted, !matches!(expected, Conflict::Unknown(_)));
    }
    // A policy that inherits is refused as long as the parents are not at hand, and so is one that inherits from a void policy.
    let child = json!({"@id": "urn:a", "inheritFrom": "urn:b", "permission": [{"action": "use"}]});
    assert!(!evaluate(&policy(&child), &request("use", "urn:t", "urn:them"), &world()).permitted);
    let void = json!({"@id": "urn:b", "dct:isReplacedBy": "urn:c", "permission": [{"action": "use"}]});
    let heir = inherited(&[child, void]).unwrap();
    let decision = evaluate(&heir, &request("use", "urn:t", "urn:them"), &world());
    assert_eq!(decision.reasons[0].sentence, "refused: the policy is void, because `urn:c` replaces it");
}
