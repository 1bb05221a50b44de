use serde_json::{Value, json};
use symbolon_policies_odrl::PolicyDocument;
use symbolon_policies_odrl::model::{Conflict, Constraint, Operator, PolicyKind};

use crate::shared;

/// One policy in the spellings that peers use.
fn spellings() -> Vec<(&'static str, Value)> {
    vec![
        (
            "DSP",
            json!({"@id": "urn:p", "@type": "Offer", "profile": "http://www.w3.org/ns/odrl/2/core", "permission": [{
                "action": "use",
                "constraint": [{"and": [
                    {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["a", "b"]},
                    {"leftOperand": "https://w3id.org/edc/v0.0.1/ns/inForceDate", "operator": "lt", "rightOperand": "2026-01-01"}
                ]}]
            }]}),
        ),
        (
            "EDC, expanded names",
            json!({"@context": {"@vocab": "https://w3id.org/edc/v0.0.1/ns/", "odrl": "http://www.w3.org/ns/odrl/2/"},
            "@id": "urn:p", "@type": "odrl:Set", "odrl:profile": {"@id": "odrl:core"}, "odrl:prohibition": [], "odrl:obligation": [],
            "odrl:permission": {
                "odrl:action": {"@id": "odrl:use"},
                "odrl:constraint": {"odrl:and": [
                    {"odrl:leftOperand": {"@id": "odrl:purpose"}, "odrl:operator": {"@id": "odrl:isAnyOf"},
                     "odrl:rightOperand": [{"@value": "b"}, {"@value": "a", "@type": "xsd:string"}]},
                    {"odrl:leftOperand": {"@id": "edc:inForceDate"}, "odrl:operator": {"@id": "odrl:lt"},
                     "odrl:rightOperand": {"@value": "2026-01-01", "@type": "xsd:date"}}
                ]}
            }}),
        ),
        (
            "fully expanded",
            json!({"@id": "urn:p", "@type": ["http://www.w3.org/ns/odrl/2/Offer"],
            "http://www.w3.org/ns/odrl/2/profile": [{"@id": "http://www.w3.org/ns/odrl/2/core"}],
            "http://www.w3.org/ns/odrl/2/permission": [{
                "http://www.w3.org/ns/odrl/2/action": [{"@id": "http://www.w3.org/ns/odrl/2/use"}],
                "http://www.w3.org/ns/odrl/2/constraint": [{"http://www.w3.org/ns/odrl/2/and": [{"@list": [
                    {"http://www.w3.org/ns/odrl/2/leftOperand": [{"@id": "http://www.w3.org/ns/odrl/2/purpose"}],
                     "http://www.w3.org/ns/odrl/2/operator": [{"@id": "http://www.w3.org/ns/odrl/2/isAnyOf"}],
                     "http://www.w3.org/ns/odrl/2/rightOperand": [{"@value": "a"}, {"@value": "b"}]},
                    {"http://www.w3.org/ns/odrl/2/leftOperand": [{"@id": "https://w3id.org/edc/v0.0.1/ns/inForceDate"}],
                     "http://www.w3.org/ns/odrl/2/operator": [{"@id": "http://www.w3.org/ns/odrl/2/lt"}],
                     "http://www.w3.org/ns/odrl/2/rightOperand": [{"@value": "2026-01-01"}]}
                ]}]}]
            }]}),
        ),
        (
            "W3C, compact, with rdf:value and uid",
            json!({"@context": "http://www.w3.org/ns/odrl.jsonld", "uid": "urn:p", "@type": "Policy", "profile": "odrl:core",
            "permission": {
                "@type": "Permission", "uid": "urn:rule", "dct:description": "said for people",
                "action": [{"rdf:value": {"@id": "odrl:use"}}],
                "constraint": [{"@type": "LogicalConstraint", "and": {"@list": [
                    {"uid": "urn:c", "leftOperand": "purpose", "operator": "odrl:isAnyOf", "rightOperand": ["b", "a"]},
                    {"leftOperand": "edc:inForceDate", "operator": "lt", "rightOperand": "2026-01-01"}
                ]}}]
            }}),
        ),
        (
            "EDC, older, with its own prefix for ODRL",
            json!({"@context": {"@vocab": "https://w3id.org/edc/v0.0.1/ns/", "o": "http://www.w3.org/ns/odrl/2/"},
            "@id": "urn:p", "@type": "o:Set", "o:profile": "o:core", "o:permission": [{
                "o:action": {"o:type": "USE"},
                "o:constraint": {"@type": "LogicalConstraint", "o:and": [
                    {"@type": "Constraint", "o:leftOperand": "o:purpose", "o:operator": {"@id": "o:isAnyOf"}, "o:rightOperand": ["a", "b"]},
                    {"o:leftOperand": "edc:inForceDate", "o:operator": {"@id": "odrl:lt"}, "o:rightOperand": "2026-01-01"}
                ]}
            }]}),
        ),
        (
            "its own prefix",
            json!({"@context": [{"connector": "https://w3id.org/edc/v0.0.1/ns/"}], "@id": "urn:other", "profile": ["odrl:core"],
            "permission": [{"action": "odrl:use", "constraint": [{"and": [
                {"leftOperand": "connector:inForceDate", "operator": "lt", "rightOperand": "2026-01-01"},
                {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["a", "b"]}
            ]}]}]}),
        ),
    ]
}

#[test]
fn all_spellings_of_a_policy_are_the_same_policy() {
    let documents: Vec<_> = spellings()
        .into_iter()
        .map(|(name, json)| (name, PolicyDocument::parse(json).map_err(|error| error.to_string())))
        .collect();
    let (_, first) = &documents[0];
    let first = first.as_ref().unwrap();
    assert_eq!(first.policy().permissions.len(), 1);
    for (name, document) in &documents {
        let document = document.as_ref().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(first.same_terms(document), "{name}: {:#?}\n{:#?}", first.policy(), document.policy());
        assert!(document.same_terms(first), "{name}");
    }
}

#[test]
fn a_difference_in_a_rule_is_a_difference_in_terms() {
    let base = json!({"@id": "urn:p", "permission": [
        {"action": "use", "constraint": [{"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["a"]}]}]});
    let document = PolicyDocument::parse(base.clone()).unwrap();
    for (pointer, value) in [
        ("/permission/0/action", json!("read")),
        ("/permission/0/constraint/0/leftOperand", json!("industry")),
        ("/permission/0/constraint/0/operator", json!("isNoneOf")),
        ("/permission/0/constraint/0/rightOperand", json!(["a", "b"])),
        ("/permission/0/constraint/0/rightOperand", json!([{"@id": "urn:a"}])),
        ("/permission/0/constraint", json!([])),
        ("/permission", json!([])),
    ] {
        let mut other = base.clone();
        *other.pointer_mut(pointer).unwrap() = value.clone();
        let other = PolicyDocument::parse(other).unwrap();
        assert!(!document.same_terms(&other), "{pointer} = {value}");
    }
    for (member, value) in [
        ("prohibition", json!([{"action": "distribute"}])),
        ("obligation", json!([{"action": "delete"}])),
        ("profile", json!("urn:profile")),
        ("conflict", json!("perm")),
        ("inheritFrom", json!("urn:parent")),
        ("urn:example:extension", json!("x")),
    ] {
        let mut other = base.clone();
        other[member] = value;
        let other = PolicyDocument::parse(other).unwrap();
        assert!(!document.same_terms(&other), "{member}");
    }
}

#[test]
fn the_model_is_complete() {
    let document = PolicyDocument::parse(json!({
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Agreement", "uid": "urn:policy", "profile": ["urn:profile:1", "urn:profile:2"], "inheritFrom": "urn:parent",
        "conflict": "perm", "assigner": "urn:us", "assignee": {"@type": "PartyCollection", "source": "urn:partners",
            "refinement": {"leftOperand": "industry", "operator": "eq", "rightOperand": "automotive"}},
        "target": {"@type": "AssetCollection", "@id": "urn:album", "partOf": "urn:archive"}, "timestamp": "2026-01-01T00:00:00Z",
        "permission": [{
            "action": {"rdf:value": {"@id": "odrl:print"}, "refinement": [
                {"leftOperand": "resolution", "operator": "lteq", "rightOperand": {"@value": "1200", "@type": "xsd:integer"},
                 "unit": "http://dbpedia.org/resource/Dots_per_inch", "dataType": "xsd:integer", "status": 300}]},
            "constraint": [{"xone": [
                {"leftOperand": "count", "operator": "lt", "rightOperandReference": {"@id": "urn:limit"}},
                {"andSequence": [{"or": [{"leftOperand": "event", "operator": "gt", "rightOperand": {"@id": "odrl:policyUsage"}}]}]}
            ]}],
            "duty": [{"action": "compensate", "compensatedParty": "urn:us", "consequence": [{"action": "inform", "informedParty": "urn:us"}]}]
        }],
        "prohibition": [{"action": "distribute", "remedy": [{"action": "anonymize", "output": "urn:copy"}]}],
        "obligation": [{"action": "delete", "constraint": [{"leftOperand": "delayPeriod", "operator": "eq", "rightOperand": "P30D"}]}]
    }))
    .unwrap();
    let policy = document.policy();
    assert!(policy.unknown.is_empty());
    assert_eq!((policy.kind, &policy.conflict), (PolicyKind::Agreement, &Conflict::Permit));
    assert_eq!(policy.profiles, ["urn:profile:1", "urn:profile:2"]);
    assert_eq!(policy.inherit_from, ["urn:parent"]);
    let (target, assignee) = (&policy.shared.targets[0], &policy.shared.assignees[0]);
    assert!(target.collection && assignee.collection && assignee.refinements.len() == 1);
    assert_eq!((target.part_of[0].as_str(), assignee.source.as_deref()), ("urn:archive", Some("urn:partners")));
    let permission = &policy.permissions[0];
    let Constraint::Atomic(refinement) = &permission.terms.actions[0].refinements[0] else { panic!("atomic") };
    assert_eq!((refinement.operator.clone(), refinement.right_operands[0].lexical()), (Operator::Lteq, "1200"));
    assert_eq!(refinement.status.as_ref().map(|status| status.lexical()), Some("300"));
    let Constraint::Logical(xone) = &permission.terms.constraints[0] else { panic!("logical") };
    assert_eq!(xone.operands.len(), 2);
    assert_eq!(permission.duties[0].consequences[0].terms.functions[0].0, "http://www.w3.org/ns/odrl/2/informedParty");
    assert_eq!(policy.prohibitions[0].remedies[0].terms.relations[0].0, "http://www.w3.org/ns/odrl/2/output");
    assert_eq!(policy.obligations[0].terms.constraints.len(), 1);
}

#[test]
fn what_is_malformed_is_refused_with_its_path() {
    let with = |constraint: Value| json!({"permission": [{"action": "use", "constraint": [constraint]}]});
    let nested = |depth: usize| {
        (0..depth).fold(
            json!({"leftOperand": "event", "operator": "eq", "rightOperand": "x"}),
            |inner, _| json!({"and": [inner]}),
        )
    };
    let many = |count: usize| json!({"permission": vec![json!({"action": "use"}); count]});
    let deep = (0..200).fold(json!("x"), |inner, _| json!([inner]));
    insta::assert_snapshot!(
        [
            json!("use"),
            json!([]),
            json!({"permission": "urn:elsewhere"}),
            json!({"permission": [{"constraint": []}]}),
            json!({"permission": [{"action": 5}]}),
            json!({"permission": [{"action": {"refinement": []}}]}),
            json!({"permission": [{"action": "use", "duty": [{"constraint": []}]}]}),
            json!({"permission": [{"action": "use", "target": {"@type": "Asset"}}]}),
            with(json!("x")),
            with(json!({"operator": "eq", "rightOperand": "x"})),
            with(json!({"leftOperand": "purpose", "rightOperand": "x"})),
            with(json!({"leftOperand": "purpose", "operator": "eq"})),
            with(json!({"leftOperand": ["purpose", "event"], "operator": "eq", "rightOperand": "x"})),
            with(json!({"and": [], "or": []})),
            with(json!({"and": [], "leftOperand": "purpose"})),
            with(json!({"or": [{"and": [{"leftOperand": "purpose", "operator": {"x": 1}, "rightOperand": "x"}]}]})),
            with(nested(33)),
            many(1_001),
            with(deep),
            json!({"profile": 5}),
            (0..200).map(|number| (format!("urn:x:{number}"), json!(number))).collect(),
            json!({"conflict": ["perm", "prohibit"]}),
            json!({"@id": "x".repeat(1 << 20)}),
        ]
        .into_iter()
        .map(|json| PolicyDocument::parse(json).unwrap_err().to_string())
        .collect::<Vec<_>>()
        .join("\n")
    );
    assert!(PolicyDocument::parse(with(nested(31))).is_ok());
    assert!(PolicyDocument::parse(many(1_000)).is_ok());
}

#[test]
fn restating_changes_the_header_and_nothing_else() {
    let document = PolicyDocument::parse(json!({
        "@context": {"ex": "https://example.org/"}, "@id": "urn:stored", "@type": "Set", "target": "urn:any", "odrl:assigner": {"@id": "urn:old"},
        "permission": [{"action": "use", "constraint": [{"leftOperand": "ex:day", "operator": "eq", "rightOperand": "Sunday"}]}]
    }))
    .unwrap();
    let agreement = document.as_agreement("urn:a", "urn:t", "urn:us", "urn:them", "2026-01-01T00:00:00Z");
    insta::assert_json_snapshot!([
        document.as_message_offer("urn:o", "urn:t"),
        document.as_catalog_offer("urn:o"),
        agreement.clone()
    ]);
    assert!(agreement.same_terms(&document) && document.same_terms(&agreement.as_catalog_offer("urn:x")));
    assert_eq!(&PolicyDocument::parse(agreement.json().clone()).unwrap().policy().shared, &agreement.policy().shared);
    assert_eq!(agreement.policy().kind, PolicyKind::Agreement);
}

#[test]
fn published_catena_x_samples_are_read_in_full() {
    for (name, sample) in shared::folder("suites/cx-odrl-profile/schema/samples") {
        let policy = if sample.get("permission").is_some() {
            sample
        } else {
            json!({"permission": [{"action": "use", "constraint": [sample]}]})
        };
        let document = PolicyDocument::parse(policy.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(document.policy().unknown.is_empty(), "{name}");
        assert_eq!(document.json(), &policy, "{name}");
    }
}
