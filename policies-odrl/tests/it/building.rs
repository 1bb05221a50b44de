//! Policies made in code, and what the information model demands of any.

use serde_json::{Value, json};
use symbolon_policies_odrl::model::{Conflict, Connective, Operator, PolicyKind};
use symbolon_policies_odrl::{PolicyBuilder, PolicyDocument, dsp};

use crate::shared;

#[test]
fn all_parts_can_be_built() {
    let built = PolicyBuilder::agreement("urn:p")
        .target(json!({"@type": "AssetCollection", "source": "urn:all",
            "refinement": [{"leftOperand": "industry", "operator": "eq", "rightOperand": "metal"}]}))
        .assigner("urn:us")
        .assignee("urn:them")
        .profile("http://www.w3.org/ns/odrl/2/core")
        .conflict(Conflict::Prohibit)
        .constraint("purpose", Operator::Eq, "urn:quality")
        .permit("print", |rule| {
            rule.id("urn:rule")
                .refinement("resolution", Operator::Lteq, json!({"@value": "1200", "@type": "xsd:integer"}))
                .logical(Connective::Or, |or| {
                    or.constraint("count", Operator::Lt, "5").logical(Connective::And, |and| {
                        and.constraint("dateTime", Operator::Gt, "2026-01-01").constraint(
                            "dateTime",
                            Operator::Lt,
                            "2027-01-01",
                        )
                    })
                })
                .duty("compensate", |duty| {
                    duty.id("urn:duty")
                        .refinement("payAmount", Operator::Eq, "5.00")
                        .party("compensatedParty", "urn:us")
                })
        })
        .prohibit("distribute", |rule| rule.remedy("inform", |duty| duty.party("informedParty", "urn:us")))
        .oblige("delete", |duty| {
            duty.constraint("event", Operator::Gt, json!({"@id": "odrl:policyUsage"}))
                .consequence("inform", |duty| duty.party("informedParty", "urn:us"))
        })
        .build()
        .unwrap();
    insta::assert_json_snapshot!(built.policy().canonical_json());
    assert!(built.policy().validity().is_empty());
}

#[test]
fn what_is_not_valid_is_not_built() {
    let rule = |constraint: Value| {
        PolicyBuilder::set("urn:p").permit("use", |rule| rule.constraint("count", Operator::Lt, constraint))
    };
    for (builder, expected) in [
        (PolicyBuilder::set("urn:p"), "the policy has no rules: give it a permission, a prohibition or an obligation"),
        (PolicyBuilder::set("urn:p").permit("uze", |rule| rule), "permission[0].action[0]: "),
        (
            PolicyBuilder::set("urn:p").conflict(Conflict::Unknown("dice".into())).permit("use", |rule| rule),
            "conflict: ",
        ),
        (PolicyBuilder::set("urn:p").profile("urn:other").permit("use", |rule| rule), "profile: "),
        (
            PolicyBuilder::agreement("urn:p").permit("use", |rule| rule.target("urn:t")),
            "assigner: an Agreement needs an assigner, for all its rules or in each of them: name the party",
        ),
        (
            rule(json!(["1", "2"])),
            "permission[0].constraint[0].rightOperand: the operator compares with one value, and there are several",
        ),
        (rule(json!([])), "permission[0].constraint[0].rightOperand: the constraint compares with nothing"),
        (rule(json!("many")), "permission[0].constraint[0].rightOperand"),
        (
            PolicyBuilder::set("urn:p")
                .prohibit("use", |rule| rule.remedy("inform", |duty| duty.consequence("inform", |duty| duty))),
            "prohibition[0].remedy[0].consequence: a remedy may not have consequences",
        ),
        (
            PolicyBuilder::set("urn:p")
                .oblige("inform", |duty| duty.consequence("inform", |duty| duty.consequence("delete", |duty| duty))),
            "obligation[0].consequence[0].consequence: a consequence may not have consequences",
        ),
        (
            PolicyBuilder::set("urn:p").permit("use", |rule| rule.logical(Connective::Xone, |none| none)),
            "permission[0].constraint[0].xone: `xone` joins no constraints",
        ),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let elsewhere = PolicyBuilder::new(PolicyKind::Set, "urn:p").inherit_from("urn:parent");
    elsewhere.permit("use", |rule| rule.constraint("urn:example:operand", Operator::Eq, "x")).build().unwrap();
}

#[test]
fn the_information_model_is_checked() {
    let policy = json!({
        "@type": "Offer", "assignee": "urn:them", "target": {"@id": "urn:t", "refinement": [
            {"leftOperand": "industry", "operator": "eq", "rightOperand": "metal"}]},
        "inheritFrom": "urn:p",
        "permission": [{"@id": "urn:rule", "action": "use", "constraint": [
            {"leftOperand": "count", "operator": "lt", "rightOperand": "5", "rightOperandReference": "urn:limit"}]}],
        "prohibition": [{"@id": "urn:rule", "action": "distribute"}],
    });
    let findings = PolicyDocument::parse(policy).unwrap().policy().validity();
    insta::assert_json_snapshot!(findings);
}

#[test]
fn what_the_dataspace_protocol_allows_is_valid() {
    for (name, message) in shared::folder("dsp-2025-1/negotiation/example") {
        for policy in ["offer", "agreement"].into_iter().filter_map(|member| message.get(member)) {
            if dsp::check_agreement(policy).is_err() && dsp::check_message_offer(policy).is_err() {
                continue;
            }
            let findings = PolicyDocument::parse(policy.clone()).unwrap().policy().validity();
            assert!(findings.is_empty(), "{name}: {findings:?}");
        }
    }
}
