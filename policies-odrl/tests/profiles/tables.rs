use std::collections::BTreeSet;

use serde_json::json;
use symbolon_policies_odrl::profile::{
    Enforcement, VOCABULARIES, actions, check, included_in, is_onward, operand, operands, written_action,
};
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate};
use symbolon_vocab::catenax;

#[test]
fn every_operand_is_found_and_described_once() {
    let mut iris = BTreeSet::new();
    for known in operands() {
        let iri = known.iri();
        assert!(std::ptr::eq(operand(&iri).unwrap(), known), "{iri}");
        for words in [known.label, known.definition] {
            assert!(!words.is_empty() && words.trim() == words, "{iri}: {words:?}");
        }
        assert!(known.definition.ends_with('.'), "{iri}");
        assert!(!known.operators.is_empty() && !known.places.is_empty(), "{iri}");
        if let Some(newer) = known.same_as {
            assert!(operand(newer).is_some(), "{iri} is the same as {newer}");
        }
        assert!(iris.insert(iri.clone()), "{iri} is there twice");
    }
    assert!(operand("urn:example:unknown").is_none());
}

/// What people choose from is what policies are read as.
#[test]
fn what_is_offered_for_choice_is_read_as_what_it_is() {
    for known in operands() {
        let iri = known.iri();
        assert_eq!(VOCABULARIES.iter().filter(|vocabulary| vocabulary.iri == known.namespace).count(), 1, "{iri}");
        let canonical = |name: &str| {
            let constraint = json!({"leftOperand": name, "operator": "eq", "rightOperand": "x"});
            let policy = json!({"@type": "Set", "permission": [{"action": "use", "constraint": [constraint]}]});
            PolicyDocument::parse(policy).unwrap().policy().canonical_json()
        };
        assert_eq!(canonical(&known.written()), canonical(&iri), "{iri}");
        for value in known.values() {
            assert!(value.meaning.ends_with('.'), "{iri}: {} has no meaning", value.value);
        }
    }
    for action in actions() {
        let canonical = |name: &str| {
            let policy = json!({"@type": "Set", "permission": [{"action": name}]});
            PolicyDocument::parse(policy).unwrap().policy().canonical_json()
        };
        assert_eq!(canonical(&written_action(&action)), canonical(&action), "{action}");
    }
    for vocabulary in VOCABULARIES {
        let policy = json!({"@type": "Set", "profile": vocabulary.iri, "permission": [{"action": "use"}]});
        let findings = check(PolicyDocument::parse(policy).unwrap().policy());
        let unknown = findings.iter().any(|finding| finding.code == "profile.unknown");
        assert_eq!(unknown, !vocabulary.is_profile, "{}", vocabulary.iri);
    }
}

#[test]
fn catenax_has_its_29_operands_each_decided_or_contractual() {
    let of: Vec<_> = operands().filter(|known| known.namespace == catenax::NAMESPACE).collect();
    assert_eq!(of.len(), 29);
    let contractual = of.iter().filter(|known| known.enforcement == Enforcement::Contractual);
    let names: Vec<_> = contractual.map(|known| known.name).collect();
    insta::assert_snapshot!(names.join("\n"));
}

/// A contractual term never blocks and never forbids.
#[test]
fn contractual_terms_decide_nothing_and_are_reported() {
    let liability = json!({ "leftOperand": "Liability", "operator": "eq", "rightOperand": "cx.grossNegligence:1" });
    let request = Request {
        action: "use".to_owned(),
        target: "urn:example:asset".to_owned(),
        assignee: "did:web:oem.example".to_owned(),
        assigner: None,
    };
    let world = World::at("2026-02-03T08:00:00Z".parse().unwrap());
    let permitted = PolicyDocument::parse(json!({
        "@type": "Set", "@id": "urn:example:policy",
        "permission": [{ "action": "use", "constraint": [liability] }],
        "prohibition": [{ "action": "use", "constraint": [liability] }],
    }))
    .unwrap();
    let decision = evaluate(permitted.policy(), &request, &world);
    assert!(decision.permitted, "{}", decision.sentence());
    assert_eq!(decision.contractual, ["permission[0].constraint[0]", "prohibition[0].constraint[0]"]);
}

/// What the tables demand, and what CX-0152 demands of a policy that names its profile.
#[test]
fn a_policy_is_told_what_is_wrong_with_it() {
    let left = |name: &str, operator: &str, right: serde_json::Value| json!({ "leftOperand": name, "operator": operator, "rightOperand": right });
    let framework = left("FrameworkAgreement", "eq", json!("DataExchangeGovernance:1.0"));
    let purpose = left("UsagePurpose", "isAnyOf", json!(["cx.pcf.base:1"]));
    let policy = json!({
        "@type": "Set", "@id": "urn:example:policy", "profile": [catenax::NAMESPACE],
        "permission": [
            { "action": "use", "constraint": [{ "or": [framework, purpose] }, left("Membership", "neq", json!("active"))] },
            { "action": "access", "constraint": [{ "and": [
                left("DataUsageEndDate", "eq", json!("2027-12-15")),
                left("DataUsageEndDurationDays", "eq", json!("0")),
                left("BusinessPartnerNumber", "isAnyOf", json!(["BPNL012345678910", "BPN1"])),
                left("UsageRestriction", "isAllOf", json!(["cx.thirdParty.forbidden:1"])),
                left("purpose", "eq", json!(["one", "two"])),
            ]}]},
        ],
        "prohibition": [{ "action": "display", "constraint": [left("shoeSize", "eq", json!(43))] }],
    });
    let findings = check(PolicyDocument::parse(policy).unwrap().policy());
    let told: Vec<_> = findings
        .iter()
        .map(|finding| format!("{} {}: {}. Hint: {}", finding.code, finding.path, finding.sentence, finding.hint))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn actions_of_the_profiles_have_their_place_in_the_tree() {
    for (action, outer) in [
        ("adm:disclose", Some("http://www.w3.org/ns/odrl/2/distribute")),
        ("adm:train", Some("https://w3id.org/symbolon/admissibility/1/derive")),
        ("ec:recordExport", Some("http://www.w3.org/ns/odrl/2/use")),
        ("use", None),
        ("urn:example:dance", None),
    ] {
        assert_eq!(included_in(action).as_deref(), outer, "{action}");
    }
    for (action, onward) in
        [("adm:disclose", true), ("odrl:sell", true), ("grantUse", true), ("use", false), ("adm:derive", false)]
    {
        assert_eq!(is_onward(action), onward, "{action}");
    }
}

#[test]
fn export_rules_say_for_which_class_and_to_where() {
    let atom = |name: &str, operator: &str, right: serde_json::Value| json!({ "leftOperand": format!("ec:{name}"), "operator": operator, "rightOperand": right });
    let class = || atom("eccn", "isAnyOf", json!(["2E003"]));
    let person = || atom("nationality", "isAnyOf", json!(["DE"]));
    let licence = || atom("licence", "eq", json!("D123456"));
    let place = || atom("location", "isAnyOf", json!(["DE"]));
    for (constraints, expected) in [
        (json!([class(), person()]), vec![]),
        (json!([class(), { "or": [person(), { "and": [licence(), place()] }] }]), vec![]),
        (json!([{ "or": [class(), person()] }]), vec!["export.class permission[0].constraint[0].or[1]"]),
        (json!([person()]), vec!["export.class permission[0].constraint"]),
        (json!([class(), licence()]), vec!["export.destination permission[0].constraint"]),
    ] {
        let policy = json!({
            "@type": "Set", "@id": "urn:example:policy", "conflict": "prohibit",
            "profile": ["https://w3id.org/symbolon/export-control/1/"],
            "permission": [{ "action": "use", "constraint": constraints }],
        });
        let findings = check(PolicyDocument::parse(policy).unwrap().policy());
        let found: Vec<_> = findings.iter().map(|finding| format!("{} {}", finding.code, finding.path)).collect();
        assert_eq!(found, expected);
    }
}

/// CX-0152 grants passing on by naming companies: a permission to use alone does not.
#[test]
fn catenax_data_goes_on_only_to_companies_that_are_named() {
    let left = |name: &str, right: &str| json!({ "leftOperand": name, "operator": "isAnyOf", "rightOperand": [right] });
    let purpose = || left("UsagePurpose", "cx.pcf.base:1");
    let world = World::at("2026-02-03T08:00:00Z".parse().unwrap())
        .with("UsagePurpose", "cx.pcf.base:1")
        .with("AffiliatesBpnl", "BPNL000000000042")
        .with("AffiliatesRegion", "cx.region.europe:1");
    for (constraints, action, permitted) in [
        (json!([purpose()]), "use", true),
        (json!([purpose()]), "adm:disclose", false),
        (json!([purpose(), left("AffiliatesBpnl", "BPNL000000000042")]), "adm:disclose", true),
        (json!([purpose(), left("AffiliatesBpnl", "BPNL000000000043")]), "adm:disclose", false),
        (json!([purpose(), left("AffiliatesBpnl", "BPNL000000000043")]), "use", true),
        (json!([purpose(), left("AffiliatesRegion", "cx.region.europe:1")]), "distribute", true),
        (json!([purpose(), left("AffiliatesRegion", "cx.region.all:1")]), "distribute", true),
        (json!([purpose(), left("AffiliatesRegion", "cx.region.asia:1")]), "distribute", false),
        (json!([{ "leftOperand": "purpose", "operator": "eq", "rightOperand": "quality" }]), "distribute", false),
        (json!([]), "distribute", true),
    ] {
        let policy = json!({
            "@type": "Set", "@id": "urn:example:policy", "permission": [{ "action": "use", "constraint": constraints }],
        });
        let request = Request {
            action: action.to_owned(),
            target: "urn:example:asset".to_owned(),
            assignee: "did:web:oem.example".to_owned(),
            assigner: None,
        };
        let decision = evaluate(PolicyDocument::parse(policy).unwrap().policy(), &request, &world);
        assert_eq!(decision.permitted, permitted, "{action} {constraints}: {}", decision.sentence());
    }
}

/// Of several values each counts, in a permission as in a prohibition.
#[test]
fn no_value_hides_behind_another() {
    let request = Request {
        action: "use".to_owned(),
        target: "urn:example:asset".to_owned(),
        assignee: "did:web:oem.example".to_owned(),
        assigner: None,
    };
    for (rule, operator, right, known, permitted) in [
        ("permission", "isAnyOf", json!(["DE", "FR"]), json!(["DE", "FR"]), true),
        ("permission", "isAnyOf", json!(["DE", "FR"]), json!(["DE", "IR"]), false),
        ("permission", "isAnyOf", json!(["DE", "FR"]), json!([]), false),
        ("permission", "isNoneOf", json!(["IR"]), json!(["DE", "IR"]), false),
        ("permission", "isNoneOf", json!(["IR"]), json!(["DE", "FR"]), true),
        ("prohibition", "isAnyOf", json!(["IR"]), json!(["DE", "IR"]), false),
        ("prohibition", "isAnyOf", json!(["IR"]), json!(["DE"]), true),
        ("prohibition", "isNoneOf", json!(["DE", "FR"]), json!(["DE", "IR"]), false),
        ("prohibition", "isNoneOf", json!(["DE", "FR"]), json!(["DE", "FR"]), true),
        ("prohibition", "isNoneOf", json!(["DE", "FR"]), json!([]), false),
    ] {
        let constraint = json!([{ "leftOperand": "ec:nationality", "operator": operator, "rightOperand": right }]);
        let mut policy = json!({ "@type": "Set", "@id": "urn:example:policy", "conflict": "prohibit", "permission": [{ "action": "use" }] });
        policy[rule] = json!([{ "action": "use", "constraint": constraint }]);
        let world = World::at("2026-02-03T08:00:00Z".parse().unwrap()).with("ec:nationality", known.clone());
        let decision = evaluate(PolicyDocument::parse(policy).unwrap().policy(), &request, &world);
        assert_eq!(decision.permitted, permitted, "{rule} {operator} {right} {known}: {}", decision.sentence());
    }
}
