use std::collections::BTreeSet;

use serde_json::json;
use symbolon_policies_odrl::profile::{Enforcement, check, included_in, is_onward, operand, operands};
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
