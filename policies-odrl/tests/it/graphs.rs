//! Policies as graphs: Turtle, and JSON-LD with arrays and `@graph`.

use serde_json::json;
use symbolon_policies_odrl::model::Constraint;
use symbolon_policies_odrl::{PolicyDocument, PolicyError, ReasonCode, Request, World, evaluate};

const PREFIXES: &str = "@prefix odrl: <http://www.w3.org/ns/odrl/2/> . @prefix ex: <https://x.example/> . \
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix dct: <http://purl.org/dc/terms/> . ";

fn turtle(text: &str) -> Result<PolicyDocument, PolicyError> {
    PolicyDocument::parse_turtle(&format!("{PREFIXES}{text}"))
}

#[test]
fn a_graph_says_what_the_tree_says() {
    let tree = json!({
        "@id": "https://x.example/p", "@type": "Set", "conflict": "perm", "target": "https://x.example/t",
        "assigner": {"@id": "https://x.example/us", "@type": "Party"},
        "permission": [{
            "@id": "https://x.example/rule", "assignee": {"@type": "PartyCollection", "source": "https://x.example/partners",
                "refinement": [{"leftOperand": "industry", "operator": "eq", "rightOperand": "metal"}]},
            "action": [{"rdf:value": {"@id": "odrl:print"}, "refinement": [
                {"leftOperand": "resolution", "operator": "lteq", "rightOperand": {"@value": "1200", "@type": "xsd:integer"}}]}],
            "constraint": [{"andSequence": [
                {"leftOperand": "event", "operator": "gt", "rightOperand": {"@id": "odrl:policyUsage"}},
                {"or": [{"leftOperand": "count", "operator": "lt", "rightOperand": {"@value": "5", "@type": "xsd:integer"}},
                    {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["a", "b"]}]}
            ]}],
            "duty": [{"action": "inform", "informedParty": "https://x.example/us"}],
        }],
    });
    let tree = PolicyDocument::parse(tree).unwrap();
    let graph = turtle(
        "ex:p a odrl:Set ; odrl:uid ex:p ; dct:description \"for people\"@en ; odrl:conflict odrl:perm ; odrl:assigner ex:us ;
            odrl:permission ex:rule .
        ex:t odrl:hasPolicy ex:p .
        ex:us a odrl:Party ; ex:knows ex:them .
        ex:rule a odrl:Permission ; odrl:assignee [ a odrl:PartyCollection ; odrl:source ex:partners ; odrl:refinement [
                odrl:leftOperand odrl:industry ; odrl:operator odrl:eq ; odrl:rightOperand \"metal\" ] ] ;
            odrl:action ex:action ; odrl:constraint ex:c ; odrl:duty [ odrl:action odrl:inform ; odrl:informedParty ex:us ] .
        ex:action <http://www.w3.org/1999/02/22-rdf-syntax-ns#value> odrl:print ; odrl:refinement [
            odrl:leftOperand odrl:resolution ; odrl:operator odrl:lteq ; odrl:rightOperand 1200 ] .
        ex:c a odrl:LogicalConstraint ; odrl:andSequence ( _:first _:second ) .
        _:first odrl:leftOperand odrl:event ; odrl:operator odrl:gt ; odrl:rightOperand odrl:policyUsage .
        _:second odrl:or [ odrl:leftOperand odrl:purpose ; odrl:operator odrl:isAnyOf ; odrl:rightOperand \"b\", \"a\" ],
            [ odrl:leftOperand odrl:count ; odrl:operator odrl:lt ; odrl:rightOperand 5 ] .",
    )
    .unwrap();
    assert!(tree.same_terms(&graph), "{:#}\n{:#}", tree.policy().canonical_json(), graph.json());
    let Constraint::Logical(sequence) = &graph.policy().permissions[0].terms.constraints[0] else { panic!("logical") };
    assert!(matches!(sequence.operands[0], Constraint::Atomic(_)), "the order of a sequence is kept");
}

#[test]
fn one_policy_may_have_arrays_and_graphs_around_it() {
    let policy = json!({"@id": "urn:p", "@type": "Offer", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "purpose", "operator": "eq", "rightOperand": "a"}]}]});
    let plain = PolicyDocument::parse(policy.clone()).unwrap();
    for wrapped in [
        json!([policy]),
        json!([[policy]]),
        json!({"@graph": [policy]}),
        json!({"@context": "http://www.w3.org/ns/odrl.jsonld", "@graph": policy}),
        json!({"@context": {"o": "http://www.w3.org/ns/odrl/2/"}, "@graph": [
            {"@id": "urn:p", "@type": "o:Offer", "o:permission": {"@id": "_:r"}},
            {"@id": "_:r", "o:action": {"@id": "o:use"}, "o:constraint": {"@id": "urn:c"}},
            {"@id": "urn:c", "o:leftOperand": {"@id": "o:purpose"}, "o:operator": {"@id": "o:eq"}, "o:rightOperand": "a"},
        ]}),
        json!([{"@id": "urn:r", "action": "use", "constraint": ["urn:c"]},
            {"@id": "urn:c", "leftOperand": "purpose", "operator": "eq", "rightOperand": "a"},
            {"@id": "urn:p", "@type": "Offer", "permission": ["urn:r"]}]),
    ] {
        let document = PolicyDocument::parse(wrapped.clone()).unwrap_or_else(|error| panic!("{error}: {wrapped}"));
        assert!(document.same_terms(&plain), "{:#?}", document.policy());
        assert_eq!(document.policy().id.as_deref(), Some("urn:p"));
        assert!(document.json().is_object());
        assert_eq!(PolicyDocument::parse(document.json().clone()).unwrap().policy(), document.policy());
    }
    assert_eq!(PolicyDocument::parse(json!([policy])).unwrap().json(), &policy);
}

#[test]
fn graphs_that_are_no_policy_are_refused() {
    let sharing: String = (0..40).map(|n| format!("_:n{n} odrl:and _:n{0}, _:n{0} . ", n + 1)).collect();
    let deep = format!("ex:p odrl:permission {} 5 {} .", "[ odrl:duty ".repeat(5_000), "]".repeat(5_000));
    let lists = format!("ex:p odrl:permission {}{} .", "(".repeat(5_000), ")".repeat(5_000));
    for (text, expected) in [
        ("", "expected one policy, found none"),
        ("ex:a ex:b ex:c .", "expected one policy, found none"),
        (
            "ex:p a odrl:Set . ex:q a odrl:Offer .",
            "expected one policy, found 2: https://x.example/p and https://x.example/q; send one at a time",
        ),
        ("ex:p a odrl:Set", "not valid Turtle"),
        ("ex:p a odrl:Set ; odrl:target <http://x.example/\\> .", "not valid Turtle"),
        (
            "ex:p a odrl:Set ; odrl:permission ex:gone .",
            "permission[0]: expected a rule, found the name of one that is not here",
        ),
        ("ex:p a odrl:Set ; odrl:permission [] .", "permission[0].action: a rule needs an action"),
        (
            "ex:p a odrl:Set ; odrl:permission _:r . _:r odrl:action odrl:use ; odrl:duty _:r .",
            "a node without a name contains itself",
        ),
        (
            "ex:p a odrl:Set ; odrl:permission ex:r . ex:r odrl:action odrl:use ; odrl:duty ex:r .",
            "permission[0].duty[0]",
        ),
        ("ex:p a odrl:Set ; odrl:constraint ( ex:c . ", "not valid Turtle"),
        (
            "ex:p a odrl:Set ; odrl:constraint _:l . _:l <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l .",
            "lists may hold at most",
        ),
        (&format!("ex:p a odrl:Set ; odrl:constraint _:n0 . {sharing}"), "a policy may hold at most"),
        (&deep, "a policy may hold at most 120 values within each other"),
        (&lists, "lists may hold at most 32 lists within each other"),
        (&format!("ex:p a odrl:Set ; dct:title \"{}\" .", "x".repeat(5 << 20)), "a Turtle text may have at most"),
    ] {
        let error = turtle(text).map(|document| document.json().to_string()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}: {}", text.get(..200).unwrap_or(text));
    }
    let two = json!([{"@id": "urn:p", "@type": "Set"}, {"@id": "urn:q", "permission": []}]);
    let error = PolicyDocument::parse(two).unwrap_err().to_string();
    assert_eq!(error, "expected one policy, found 2: urn:p and urn:q; send one at a time");
}

#[test]
fn what_a_graph_says_beside_the_policy_refuses_only_where_it_is_part_of_it() {
    let beside = "ex:t ex:weighs 5 . ex:them a ex:Person ; ex:name \"x\" . odrl:purpose ex:means ex:something . ";
    let policy = "ex:p a odrl:Set ; odrl:permission [ odrl:action odrl:use ; odrl:target ex:t ; odrl:assignee ex:them ; \
        odrl:constraint [ odrl:leftOperand odrl:purpose ; odrl:operator odrl:eq ; odrl:rightOperand ex:t ] ] .";
    let plain = turtle(policy).unwrap();
    assert!(plain.same_terms(&turtle(&format!("{beside}{policy}")).unwrap()));
    let inverse = turtle(&format!("{policy} ex:p odrl:hasPolicy 5 .")).unwrap();
    assert_eq!(inverse.policy().unknown[0].member, "hasPolicy");
    let within = policy.replace("odrl:action odrl:use", "odrl:action odrl:use ; ex:unless ex:rain");
    let within = turtle(&within).unwrap();
    assert_eq!(within.policy().permissions[0].terms.unknown[0].member, "https://x.example/unless");
}

#[test]
fn rules_without_an_action_are_read_from_several_policies_and_permit_nothing() {
    let text =
        format!("{PREFIXES} ex:p a odrl:Set ; odrl:permission [ odrl:action odrl:use ], [ a odrl:Permission ] .");
    assert!(PolicyDocument::parse_turtle(&text).unwrap_err().to_string().ends_with("a rule needs an action"));
    let policies = PolicyDocument::policies_in_turtle(&text).unwrap();
    let request = Request { action: "use".into(), target: "urn:t".into(), assignee: "urn:them".into(), assigner: None };
    let world = World::at("2026-01-01T00:00:00Z".parse().unwrap());
    let decision = evaluate(policies[0].policy(), &request, &world);
    assert!(!decision.permitted);
    assert_eq!(decision.reasons[0].code, ReasonCode::UnknownAction);
}

#[test]
fn parties_may_be_described() {
    let party = json!({"@type": ["Party", "vcard:Individual"], "@id": "urn:us", "vcard:fn": "Us", "foaf:nick": "us"});
    let policy = |party| PolicyDocument::parse(json!({"assigner": party, "permission": [{"action": "use"}]})).unwrap();
    assert!(policy(party).same_terms(&policy(json!("urn:us"))));
    assert_eq!(policy(json!({"@id": "urn:us", "ex:unless": 1})).policy().shared.assigners[0].unknown.len(), 1);
}
