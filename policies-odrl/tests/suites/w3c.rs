//! The worked examples of the W3C community group's draft of formal semantics.
//!
//! The draft calls a rule active when its constraints and conditions hold; that it is about another action, party or asset shows in the
//! control state only. Both are read from our report and our decision.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use oxrdf::Graph;
use serde_json::Value;
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate, report};

use crate::graph::{TYPE, object, subjects};
use crate::tally::{Tally, suite};

const REPORT: &str = report::NAMESPACE;
/// Who asks in the third part, and whom the policies there permit something.
const ASKS: &str = "http://example.com/party/billie1";
const PERMITTED: &str = "http://example.com/party/billie";
const OTHER_PARTY: &str = "the request is by party/billie1, and the permission is for party/billie";

#[test]
fn every_example_gives_the_expected_report() {
    let Some(folder) = suite("odrl-w3c") else { return };
    let mut tally = Tally::of("odrl-w3c");
    for case in cases(&folder) {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let request = json(&find(&case, "evaluationrequest"));
        let policy = PolicyDocument::parse(json(&find(case.parent().unwrap(), "policy"))).unwrap();
        let state = files(&case).into_iter().find(|path| is_json(path, "state")).map(|path| json(&path));
        let expected = expected(&json(&find(&case, "compliancereport")));
        let ours = |party| decided(&policy, &request, state.as_ref(), party);
        let party = request.get("evaluatedParty").and_then(Value::as_str).unwrap_or("urn:example:anybody");
        let differs = party == ASKS && expected.starts_with("Permit");
        tally.case(&name, &expected, &ours(party), differs.then_some(OTHER_PARTY));
        if party == ASKS {
            assert_eq!(ours(PERMITTED), expected, "{name}, asked by whom it is permitted");
        }
    }
    tally.close(9);
}

fn decided(policy: &PolicyDocument, request: &Value, state: Option<&Value>, party: &str) -> String {
    let of = |member: &str| request[member].as_str().unwrap().replace("odrl:", "http://www.w3.org/ns/odrl/2/");
    let asked = Request {
        action: of("evaluatedAction"),
        target: of("evaluatedTarget"),
        assignee: party.to_owned(),
        assigner: None,
    };
    let world = world(&request["requestParameters"], state);
    let decision = evaluate(policy.policy(), &asked, &world);
    let names = report::Names {
        report: "urn:example:report",
        request: "urn:example:request",
        rule_request: None,
        created: world.now(),
    };
    let triples = report::triples(policy.policy(), &asked, &world, &decision, names);
    listed(&triples.into_iter().collect(), decision.permitted)
}

/// The time or the resolution that a request names, the day of the week that follows from the time, and the duty that was fulfilled.
fn world(parameters: &Value, state: Option<&Value>) -> World {
    let value = &parameters["value"];
    let world = match parameters["describesFeature"].as_str().unwrap() {
        "sotw:CurrentXSDDateTime" => {
            let now: jiff::Timestamp = format!("{}Z", value["@value"].as_str().unwrap()).parse().unwrap();
            let weekday = format!("{:?}", now.to_zoned(TimeZone::UTC).weekday());
            World::at(now).with("ex:dayOfWeek", weekday)
        }
        unit => {
            let resolution = serde_json::json!({
                "@value": value["@id"], "@type": "http://www.w3.org/2001/XMLSchema#integer", "unit": unit
            });
            World::at("2025-01-01T00:00:00Z".parse().unwrap()).with("resolution", resolution)
        }
    };
    match state {
        Some(state) => world.with_fulfilled(state["context"]["conditionId"].as_str().unwrap()),
        None => world,
    }
}

/// Our report: what is controlled, whether the rule is active, whether its constraint holds, how its duty stands.
fn listed(report: &Graph, permitted: bool) -> String {
    let of_class = |class: &str| subjects(report, TYPE, &format!("{REPORT}{class}"));
    let of = |part: &String, member: &str| {
        object(report, part, &format!("{REPORT}{member}")).unwrap_or_default().trim_start_matches(REPORT).to_owned()
    };
    let constraints = of_class("ConstraintReport");
    // The constraint of a duty and the refinement of an action show in the part that they belong to.
    let refinement = of_class("ActionReport").iter().map(|part| of(part, "satisfactionState")).next().unwrap();
    let constraint = constraints.first().map(|part| of(part, "satisfactionState"));
    let duty = of_class("DutyReport")
        .first()
        .map(|part| (of(part, "activationState"), of(part, "deonticState"), of(part, "performanceState")));
    let unowed = duty.as_ref().is_none_or(|(force, deontic, _)| force == "Inactive" || deontic == "Fulfilled");
    let active = unowed && constraint.as_deref().is_none_or(|state| state == "Satisfied");
    let rest = match duty {
        Some((force, deontic, performance)) => {
            let performance = if performance == "Performed" { performance } else { "Unperformed".to_owned() };
            format!("duty {force} {deontic} {performance}")
        }
        None => constraint.unwrap_or(refinement),
    };
    format!("{} {} {rest}", if permitted { "Permit" } else { "Deny" }, if active { "Active" } else { "Inactive" })
}

/// The same of an expected report. One of them calls the activation state of a condition `Satisfied`, and means that it is active.
fn expected(report: &Value) -> String {
    let parts = || report.as_object().unwrap().values().filter(|part| part.is_object());
    let of = |kind: &str, member: &str| {
        let part = parts().find(|part| part["@type"] == format!("report:{kind}"))?;
        Some(part[format!("report:{member}")].as_str()?.trim_start_matches("report:").to_owned())
    };
    let rule = |member: &str| of("ruleReport", member).unwrap();
    let rest = match of("ConditionReport", "deonticState") {
        Some(deontic) => {
            let force = of("ConditionReport", "activationState").unwrap().replace("Satisfied", "Active");
            let performance = of("ActionReport", "performanceState").unwrap();
            format!("duty {force} {} {performance}", deontic.replace("Not-set", "NonSet"))
        }
        None => of("ConstraintReport", "satisfactionState").unwrap().replace("Not-Satisfied", "Unsatisfied"),
    };
    format!("{} {} {rest}", rule("controlState"), rule("activationState"))
}

/// The folders that hold a request.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let files = files(&folder);
        if files.iter().any(|path| is_json(path, "evaluationrequest")) {
            found.push(folder.clone());
        }
        open.extend(files.into_iter().filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

fn find(folder: &Path, start: &str) -> PathBuf {
    files(folder).into_iter().find(|path| is_json(path, start)).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn is_json(path: &Path, start: &str) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    name.starts_with(start) && name.ends_with(".json")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
