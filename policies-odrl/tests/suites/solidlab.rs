//! The suite of the ODRL evaluator of SolidLab: policy, request, state of the world, and the report that is expected.
//!
//! What is compared is the whole report as triples say it: for each rule its kind, attempt state, activation state and the rule of the
//! request; for each target, party, action and constraint whether it is satisfied, with operands and operator; for each duty its
//! deontic state.

use std::collections::BTreeMap;
use std::path::Path;

use oxrdf::{Graph, Triple, TripleRef};
use oxttl::{TurtleParser, TurtleSerializer};
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate, report};

use crate::graph::{TYPE, named, object, object_of_any, subjects, text};
use crate::tally::{Tally, suite};

const ODRL: &str = "http://www.w3.org/ns/odrl/2/";
const REPORT: &str = report::NAMESPACE;
const EX: &str = "http://example.org/";
const ISSUED: &str = "http://purl.org/dc/terms/issued";
const CREATED: &str = "2026-01-01T00:00:00Z";

#[test]
fn every_case_gives_the_expected_report() {
    let Some(folder) = suite("odrl-solidlab") else { return };
    let [policies, requests, worlds, cases] =
        ["policies", "requests", "sotw", "test_cases"].map(|name| graphs(&folder.join(name)));
    let mut tally = Tally::of("odrl-solidlab");
    let mut denied = 0;
    for (name, case) in &cases {
        let of = |member: &str| object_of_any(case, &format!("{EX}{member}"));
        let policy = with(&policies, &of("policy"));
        let request = with(&requests, &of("request"));
        let world = with(&worlds, &of("sotw"));
        let expected = said(case, world);
        let ours = decided(policy, request, world, (&policies, case));
        denied += usize::from(!permits(&expected));
        tally.case(name, &listed(&expected), &listed(&ours), None);
        assert_eq!(permits(&expected), permits(&ours), "{name}");
    }
    println!("odrl-solidlab: who always refuses is right in {denied} of {} cases", cases.len());
    tally.close(68);
}

/// Ours, in the words in which the expected report is read.
fn decided(
    policy: &Graph,
    request: &Graph,
    world: &Graph,
    (policies, expected): (&BTreeMap<String, Graph>, &Graph),
) -> Vec<String> {
    let (completed, added) = with_actions(policy);
    let document = PolicyDocument::parse_turtle(&turtle(&completed)).unwrap();
    let (rule_request, asked) = asked(request);
    let world = known(world, policy, policies);
    // What the state does not say is not so: without more, who asks and what is asked for belong to nothing but themselves.
    let world = world.with_part(&asked.assignee, &asked.assignee).with_part(&asked.target, &asked.target);
    let decision = evaluate(document.policy(), &asked, &world);
    let names = report::Names {
        report: "urn:example:report",
        request: "urn:example:request",
        rule_request: Some(&rule_request),
        created: CREATED.parse().unwrap(),
    };
    let triples = report::triples(document.policy(), &asked, &world, &decision, names);
    let mut report: Graph = triples.into_iter().collect();
    leave_out(&mut report, expected);
    let mut said = said(&report, &Graph::new());
    if added {
        said.retain(|line| !line.starts_with("ActionReport"));
    }
    said
}

/// The suite gives operator and right operand for some constraints only.
fn leave_out(report: &mut Graph, expected: &Graph) {
    let constraint = format!("{REPORT}constraint");
    let left_out = |triple: &TripleRef<'_>| {
        let Some(of) = object(report, &text(triple.subject.into()), &constraint) else { return false };
        let expects = |premise: &String| object(expected, premise, triple.predicate.as_str()).is_some();
        !subjects(expected, &constraint, &of).iter().any(expects)
    };
    let operands = ["constraintOperator", "constraintRightOperand"].map(|member| format!("{REPORT}{member}"));
    let found: Vec<Triple> = report
        .iter()
        .filter(|triple| operands.iter().any(|member| member == triple.predicate.as_str()) && left_out(triple))
        .map(TripleRef::into_owned)
        .collect();
    found.iter().for_each(|triple| {
        report.remove(triple);
    });
}

/// ODRL demands an action of every rule (§2.6). Three cases have a rule without one, which is meant for every action: the two that
/// include all others say so.
fn with_actions(policy: &Graph) -> (Graph, bool) {
    let action = format!("{ODRL}action");
    let mut completed = policy.clone();
    for class in ["Permission", "Prohibition"] {
        for rule in subjects(policy, TYPE, &format!("{ODRL}{class}")) {
            if object(policy, &rule, &action).is_none() {
                for root in ["use", "transfer"] {
                    let [rule, action, root] =
                        [&rule, &action, &format!("{ODRL}{root}")].map(|iri| named(iri).into_owned());
                    completed.insert(&Triple::new(rule, action, root));
                }
            }
        }
    }
    let added = completed.len() > policy.len();
    (completed, added)
}

fn asked(request: &Graph) -> (String, Request) {
    let rule = object_of_any(request, &format!("{ODRL}permission"));
    let of = |member: &str| object(request, &rule, &format!("{ODRL}{member}")).unwrap();
    let asked = Request { action: of("action"), target: of("target"), assignee: of("assignee"), assigner: None };
    (rule, asked)
}

/// The state of the world. Four cases tell that a duty of another policy was fulfilled, and expect that this counts for the duty to do
/// the same in the policy at hand: it is carried over by what is to be done.
fn known(state: &Graph, policy: &Graph, policies: &BTreeMap<String, Graph>) -> World {
    let mut world = World::at(object_of_any(state, ISSUED).parse().unwrap());
    let part_of = format!("{ODRL}partOf");
    for triple in state.iter().filter(|triple| triple.predicate.as_str() == part_of) {
        world = world.with_part(&text(triple.subject.into()), &text(triple.object));
    }
    for duty in subjects(state, TYPE, &format!("{REPORT}DutyReport")) {
        let of = |member: &str| object(state, &duty, &format!("{REPORT}{member}")).unwrap();
        for duty in same_duties(&of("rule"), policy, policies) {
            world = match of("deonticState").trim_start_matches(REPORT) {
                "Fulfilled" => world.with_fulfilled(&duty),
                "Violated" => world.with_violated(&duty),
                "NonSet" => world.with_not_due(&duty),
                other => panic!("deontic state {other}"),
            };
        }
    }
    world
}

/// The duty itself where the policy has it, otherwise the duties of the policy that demand the same action.
fn same_duties(duty: &str, policy: &Graph, policies: &BTreeMap<String, Graph>) -> Vec<String> {
    let action = format!("{ODRL}action");
    if object(policy, duty, &action).is_some() {
        return vec![duty.to_owned()];
    }
    let demanded = policies.values().find_map(|other| object(other, duty, &action)).unwrap();
    let duties = subjects(policy, TYPE, &format!("{ODRL}Duty"));
    duties.into_iter().filter(|same| object(policy, same, &action).as_ref() == Some(&demanded)).collect()
}

/// What a report says, one line for each part of it. A duty may be reported in the state of the world instead.
fn said(report: &Graph, state: &Graph) -> Vec<String> {
    let mut lines = Vec::new();
    for class in
        ["PermissionReport", "ProhibitionReport", "TargetReport", "PartyReport", "ActionReport", "ConstraintReport"]
    {
        for part in subjects(report, TYPE, &format!("{REPORT}{class}")) {
            let of = |member: &&str| object(report, &part, &format!("{REPORT}{member}")).unwrap_or_default();
            let members = [
                "attemptState",
                "activationState",
                "rule",
                "ruleRequest",
                "constraint",
                "constraintLeftOperand",
                "constraintOperator",
                "constraintRightOperand",
                "constraintLogicalOperand",
                "satisfactionState",
            ];
            let members: Vec<_> = members.iter().map(of).filter(|value| !value.is_empty()).collect();
            lines.push(format!("{class} {}", members.join(" ")));
        }
    }
    let condition = format!("{REPORT}conditionReport");
    for triple in report.iter().filter(|triple| triple.predicate.as_str() == condition) {
        let duty = text(triple.object);
        let of = |member: &str| {
            let member = format!("{REPORT}{member}");
            object(report, &duty, &member).or_else(|| object(state, &duty, &member)).unwrap_or_default()
        };
        lines.push(format!("DutyReport {} {}", of("performanceState"), of("deonticState")));
    }
    lines.sort();
    lines
}

fn permits(said: &[String]) -> bool {
    let active =
        |class: &str| said.iter().any(|line| line.starts_with(class) && line.contains(&format!("{REPORT}Active")));
    active("PermissionReport") && !active("ProhibitionReport")
}

fn listed(said: &[String]) -> String {
    said.join("\n").replace(REPORT, "").replace(ODRL, "")
}

/// All Turtle files of a folder, by name.
fn graphs(folder: &Path) -> BTreeMap<String, Graph> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "ttl"));
    files.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), graph(&path))).collect()
}

fn graph(path: &Path) -> Graph {
    let text = std::fs::read(path).unwrap();
    TurtleParser::new().for_slice(&text).map(|triple| triple.unwrap()).collect()
}

fn turtle(graph: &Graph) -> String {
    let mut writer = TurtleSerializer::new().for_writer(Vec::new());
    graph.iter().for_each(|triple| writer.serialize_triple(triple).unwrap());
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// The graph that says something about a name.
fn with<'a>(graphs: &'a BTreeMap<String, Graph>, name: &str) -> &'a Graph {
    graphs.values().find(|graph| object(graph, name, TYPE).is_some()).unwrap()
}
