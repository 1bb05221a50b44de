//! The Catena-X policy profile 2025/9: the published samples are accepted, decided and explained; what is broken is refused with a reason.
//!
//! Samples are broken one by one, and our verdict is compared with that of the published schema of the operand. Where we disagree, the
//! case stands in `catenax/differences.tsv` with our reason.

mod broken;
mod differences;

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value as Json, json};
use symbolon_policies_odrl::profile::{Finding, Operand, Place, check, operands};
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate, explain};
use symbolon_vocab::catenax;

use crate::tally::{Tally, suite};
use differences::Differences;

const SUITE: &str = "cx-odrl-profile";

/// The published schema and sample of an operand, with the operand's name.
struct Published {
    name: String,
    schema: Validator,
    sample: Json,
}

fn schemas() -> Option<PathBuf> {
    suite(SUITE).map(|folder| folder.join("schema"))
}

fn published(folder: &Path) -> Vec<Published> {
    let mut found: Vec<_> = files(&folder.join("constraint"))
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().replace("-schema.json", "-sample.json");
            let sample = read(&folder.join("samples").join(name));
            Published {
                name: sample["leftOperand"].as_str().unwrap().to_owned(),
                schema: jsonschema::validator_for(&read(&path)).unwrap(),
                sample,
            }
        })
        .collect();
    found.sort_by(|one, two| one.name.cmp(&two.name));
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn operand(name: &str) -> &'static Operand {
    operands().find(|known| known.namespace == catenax::NAMESPACE && known.name == name).unwrap()
}

fn atomic(left: &str, operator: &str, right: Json) -> Json {
    json!({ "leftOperand": left, "operator": operator, "rightOperand": right })
}

/// A policy that names the profile and is right but for the constraint, which stands where it belongs.
fn around(constraint: &Json, place: Place) -> Json {
    let left = constraint["leftOperand"].as_str().unwrap_or_default();
    let framework = atomic("FrameworkAgreement", "eq", json!("DataExchangeGovernance:1.0"));
    let purpose = atomic("UsagePurpose", "isAnyOf", json!(["cx.pcf.base:1"]));
    let others = [framework, purpose].into_iter().filter(|other| other["leftOperand"] != left);
    let mut usage: Vec<_> = others.collect();
    let mut policy = json!({ "@type": "Set", "@id": "urn:example:policy", "profile": [catenax::NAMESPACE] });
    let rule =
        |action: &str, constraints: Vec<Json>| json!([{ "action": action, "constraint": [{ "and": constraints }] }]);
    match place {
        Place::Access => policy["permission"] = rule("access", vec![constraint.clone()]),
        Place::Permission => {
            usage.push(constraint.clone());
            policy["permission"] = rule("use", usage);
        }
        Place::Prohibition => {
            policy["permission"] = rule("use", usage);
            policy["prohibition"] = rule("use", vec![constraint.clone()]);
        }
        Place::Obligation => {
            policy["permission"] = rule("use", usage);
            policy["obligation"] = rule("use", vec![constraint.clone()]);
        }
    }
    policy
}

/// `accepted`, or `refused`, and why.
fn verdict(policy: &Json) -> (&'static str, String) {
    match PolicyDocument::parse(policy.clone()) {
        Err(error) => ("refused", error.to_string()),
        Ok(document) => {
            let findings = check(document.policy());
            assert!(findings.iter().all(is_told), "{findings:?}");
            let reasons: Vec<_> = findings.iter().map(|finding| finding.sentence.as_str()).collect();
            (if findings.is_empty() { "accepted" } else { "refused" }, reasons.join("; "))
        }
    }
}

/// A finding says where, what and what to do.
fn is_told(finding: &Finding) -> bool {
    !finding.code.is_empty() && !finding.sentence.is_empty() && !finding.hint.is_empty()
}

#[test]
fn each_operand_stands_where_the_profile_lets_it() {
    let Some(folder) = schemas() else { return };
    let atoms = read(&folder.join("atomic-constraint-schemas.json"));
    let listed = |definition: &str| atoms["definitions"][definition].to_string();
    let mut tally = Tally::of("cx-odrl-profile: places");
    let mut cases = 0;
    for (definition, place) in [
        ("AtomicAccessPermissionConstraint", Place::Access),
        ("AtomicUsagePermissionConstraint", Place::Permission),
        ("AtomicProhibitionConstraint", Place::Prohibition),
        ("AtomicObligationConstraint", Place::Obligation),
    ] {
        let listed = listed(definition);
        for path in files(&folder.join("constraint")) {
            let id = read(&path)["$id"].as_str().unwrap().to_owned();
            let sample = path.file_name().unwrap().to_string_lossy().replace("-schema.json", "-sample.json");
            let sample = read(&folder.join("samples").join(sample));
            let name = sample["leftOperand"].as_str().unwrap();
            let told = |allowed: bool| if allowed { "allowed" } else { "not allowed" };
            let ours = operand(name).places.contains(&place);
            tally.case(&format!("{name} in {place:?}"), told(listed.contains(&id)), told(ours), None);
            cases += 1;
        }
    }
    tally.close(cases);
    assert_eq!(cases, 29 * 4);
}

#[test]
fn every_sample_of_a_constraint_is_accepted_where_it_belongs() {
    let Some(folder) = schemas() else { return };
    let differences = Differences::read();
    let mut tally = Tally::of("cx-odrl-profile: constraints");
    let published = published(&folder);
    for Published { name, schema, sample } in &published {
        let expected = if schema.is_valid(sample) { "accepted" } else { "refused" };
        for place in operand(name).places {
            let (ours, why) = verdict(&around(sample, *place));
            let case = format!("{name} in {place:?}: {why}");
            tally.case(&case, expected, ours, differences.reason(name, "sample", expected, ours));
        }
    }
    assert_eq!(published.len(), 29);
    tally.close(29 + 4);
}

/// Every sample broken in every way that applies to it.
#[test]
fn what_is_broken_is_refused_with_a_reason() {
    let Some(folder) = schemas() else { return };
    let differences = Differences::read();
    let mut tally = Tally::of("cx-odrl-profile: broken constraints");
    let mut cases = 0;
    for Published { name, schema, sample } in published(&folder) {
        for (mutation, broken) in broken::constraints(&sample) {
            // That the members are there is demanded by the schema of the Dataspace Protocol beside it.
            let whole = ["leftOperand", "operator", "rightOperand"].iter().all(|member| broken.get(member).is_some());
            let expected = if whole && schema.is_valid(&broken) { "accepted" } else { "refused" };
            let place = operand(&name).places[0];
            let (ours, why) = verdict(&around(&broken, place));
            assert!(ours == "accepted" || !why.is_empty(), "{name} {mutation}");
            let case = format!("{name} {mutation}: {why}");
            tally.case(&case, expected, ours, differences.reason(&name, &mutation, expected, ours));
            cases += 1;
        }
    }
    tally.close(cases);
    differences.all_used();
}

/// Rules about the policy as a whole. The published schema of policies lets everything pass (its rules stand beside `properties`), so the
/// expectation is the text of CX-0152.
#[test]
fn broken_policies_are_refused_with_the_rule_that_they_break() {
    let mut told = Vec::new();
    for (name, policy) in broken::policies() {
        let findings = check(PolicyDocument::parse(policy).unwrap().policy());
        assert!(!findings.is_empty(), "{name}");
        let shown =
            findings.iter().map(|finding| format!("\n  {} {}: {}", finding.code, finding.path, finding.sentence));
        told.push(format!("{name}{}", shown.collect::<String>()));
    }
    insta::assert_snapshot!(told.join("\n"));
}

/// The published policies, as they are and naming the profile: read, checked, decided, explained.
#[test]
fn every_sample_policy_is_decided_and_explained() {
    let Some(folder) = schemas() else { return };
    let world = World::at("2023-01-01T00:00:00Z".parse().unwrap())
        .with("Membership", "active")
        .with("FrameworkAgreement", "DataExchangeGovernance:1.0")
        .with("BusinessPartnerNumber", "BPNL012345678910")
        .with("UsagePurpose", "cx.pcf.base:1");
    let mut told = Vec::new();
    for path in files(&folder.join("samples")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let sample = read(&path);
        if sample.get("permission").is_none() {
            continue;
        }
        let document = PolicyDocument::parse(sample.clone()).unwrap();
        told.push(name.clone());
        for action in ["access", "use", "distribute", "adm:derive"] {
            let request = Request {
                action: action.to_owned(),
                target: "urn:example:asset".to_owned(),
                assignee: "did:web:consumer.example".to_owned(),
                assigner: None,
            };
            let decision = evaluate(document.policy(), &request, &world);
            assert_eq!(decision.permitted, explain(document.policy(), &request, &world).permitted, "{name} {action}");
            told.push(format!("  {action}: {}", decision.sentence().replace('\n', "\n    ")));
            if decision.permitted && !decision.contractual.is_empty() {
                told.push(format!("    contractual: {}", decision.contractual.join(", ")));
            }
        }
        for (spelling, policy) in [("as published", sample.clone()), ("naming the profile", with_profile(sample))] {
            let findings = check(PolicyDocument::parse(policy).unwrap().policy());
            let shown = findings.iter().map(|finding| format!("\n    {}: {}", finding.path, finding.sentence));
            told.push(format!("  {spelling}: {} findings{}", findings.len(), shown.collect::<String>()));
        }
    }
    insta::assert_snapshot!(told.join("\n"));
}

fn with_profile(mut policy: Json) -> Json {
    policy["profile"] = json!([catenax::NAMESPACE]);
    policy
}
