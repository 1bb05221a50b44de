//! Policies in words: golden texts over a set of policies of our own, and what must be true of any policy.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::model::Operator;
use symbolon_policies_odrl::profile::{self, Shape};
use symbolon_policies_odrl::words::{self, Node, Role, Standing};
use symbolon_policies_odrl::{Datatype, Policy, PolicyDocument};

use crate::{generate, samples};

fn parsed(json: &Value) -> PolicyDocument {
    PolicyDocument::parse(json.clone()).unwrap()
}

/// All that words make of a policy.
fn told(policy: &Policy) -> String {
    let mut text = String::new();
    for sentence in words::sentences(policy) {
        writeln!(text, "{sentence}").unwrap();
    }
    writeln!(text, "\n{}", words::tree(policy).text().trim_end()).unwrap();
    writeln!(text).unwrap();
    for term in words::enforcement(policy) {
        writeln!(text, "{}: {}", term.path, term.standing.sentence()).unwrap();
    }
    text
}

#[test]
fn policies_are_told() {
    for (name, policy) in samples::all() {
        insta::with_settings!({description => name, omit_expression => true}, {
            insta::assert_snapshot!(format!("told_{name}"), told(parsed(&policy).policy()));
        });
    }
}

#[test]
fn a_tree_is_json() {
    let policy = parsed(&samples::composed());
    insta::assert_json_snapshot!(words::tree(policy.policy()));
}

/// Every left operand of every known profile is a half sentence that reads, and says what decides it.
#[test]
fn every_operand_has_words() {
    let mut text = String::new();
    for operand in profile::operands() {
        let right = match operand.shape {
            Shape::Any => None,
            Shape::Names(names) => names.first().copied(),
            Shape::Bpnl => Some("BPNL00000000TIER"),
            Shape::Positive => Some("6"),
            Shape::Instant => Some("2027-06-30T12:00:00Z"),
            Shape::Country => Some("DE"),
            Shape::Eccn => Some("9E003"),
            Shape::Usml => Some("VIII(h)"),
            Shape::DualUse => Some("9A001"),
        };
        let right = right.unwrap_or(match operand.datatype {
            Datatype::Text | Datatype::Iri => "x",
            Datatype::Number => "6",
            Datatype::Moment => "2027-06-30T12:00:00Z",
            Datatype::Duration => "P2Y",
            Datatype::Boolean => "true",
        });
        let operator = canonical(operand.operators.first().unwrap());
        let policy = parsed(&json!({"permission": [{"action": "use", "constraint": [
            {"leftOperand": operand.iri(), "operator": operator, "rightOperand": right}]}]}));
        let terms = words::enforcement(policy.policy());
        writeln!(text, "{}: {} [{}]", operand.iri(), terms[0].sentence, terms[0].standing.sentence()).unwrap();
    }
    insta::assert_snapshot!(text);
}

fn canonical(operator: &Operator) -> String {
    let name = format!("{operator:?}");
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_lowercase())
}

/// What a policy says, counted from its JSON alone.
#[derive(Default)]
struct Counted {
    rules: usize,
    constraints: usize,
}

impl Counted {
    fn of(json: &Value) -> Self {
        let mut found = Self::default();
        found.members(json, &["permission", "prohibition", "obligation"]);
        found
    }

    /// Counts the rules among the members, and what is in them; a member that has no place there is no rule.
    fn members(&mut self, json: &Value, rules: &[&str]) {
        for (name, value) in json.as_object().into_iter().flatten() {
            let name = name.trim_start_matches("odrl:");
            if rules.contains(&name) {
                let rules = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                self.rules += rules.len();
                let within = match name {
                    "permission" => "duty",
                    "prohibition" => "remedy",
                    _ => "consequence",
                };
                rules.iter().for_each(|rule| self.members(rule, &[within]));
            } else if matches!(name, "constraint" | "refinement" | "action" | "target" | "assignee") {
                self.constraints += left_operands(value);
            }
        }
    }
}

fn left_operands(json: &Value) -> usize {
    match json {
        Value::Array(items) => items.iter().map(left_operands).sum(),
        Value::Object(members) => {
            let own = usize::from(members.keys().any(|name| name.trim_start_matches("odrl:") == "leftOperand"));
            own + members.values().map(left_operands).sum::<usize>()
        }
        _ => 0,
    }
}

fn nodes(root: &Node) -> Vec<&Node> {
    let mut all = vec![root];
    let mut next = 0;
    while let Some(node) = all.get(next) {
        let children = node.children.iter();
        all.extend(children);
        next += 1;
    }
    all
}

/// What holds of any policy: every rule and constraint is told once, nothing is empty, and the length is bounded by the policy's.
pub(crate) fn check(policy: &Policy, json: Option<&Value>, size: usize) -> Result<(), TestCaseError> {
    let tree = words::tree(policy);
    let nodes = nodes(&tree);
    if let Some(json) = json {
        let expected = Counted::of(json);
        let rules = nodes.iter().filter(|node| is_rule(node.role)).count();
        let conditions = nodes.iter().filter(|node| is_constraint(node.role)).count();
        prop_assert_eq!(rules, expected.rules, "{}", tree.text());
        prop_assert!(conditions >= expected.constraints, "{}", tree.text());
    }
    for node in &nodes {
        prop_assert!(!node.label.trim().is_empty(), "{node:?}");
        prop_assert_eq!(node.label.lines().count(), 1, "{:?}", node);
        let decides = is_constraint(node.role) || node.role == Role::Unknown;
        prop_assert!(!decides || node.enforcement.is_some(), "{node:?}");
    }
    let sentences = words::sentences(policy);
    let text = sentences.join("\n");
    for sentence in &sentences {
        prop_assert!(sentence.ends_with('.') && sentence.len() > 3, "{sentence:?}");
        prop_assert_eq!(sentence.lines().count(), 1, "{:?}", sentence);
    }
    for node in nodes.iter().filter(|node| is_constraint(node.role)) {
        prop_assert!(text.to_lowercase().contains(&node.label.to_lowercase()), "{} is not in\n{text}", node.label);
    }
    let terms = words::enforcement(policy);
    prop_assert!(terms.len() >= nodes.iter().filter(|node| node.role == Role::Condition).count());
    let bound = 4_000 + 400 * size;
    prop_assert!(text.len() + tree.text().len() <= bound, "{} of {bound} characters", text.len());
    Ok(())
}

fn is_constraint(role: Role) -> bool {
    matches!(role, Role::Condition | Role::Manner | Role::Term)
}

fn is_rule(role: Role) -> bool {
    matches!(
        role,
        Role::Permission | Role::Prohibition | Role::Obligation | Role::Duty | Role::Remedy | Role::Consequence
    )
}

#[test]
fn what_is_not_understood_is_named() {
    let policy = parsed(&samples::foreign());
    let terms = words::enforcement(policy.policy());
    let unknown: Vec<_> =
        terms.iter().filter(|term| term.standing == Standing::NotUnderstood).map(|term| term.path.as_str()).collect();
    assert_eq!(
        unknown,
        [
            "profile",
            "conflict",
            "permission[0].action[0]",
            "permission[0].constraint[0]",
            "permission[0].constraint[1]",
            "permission[0].constraint[2]",
            "permission[0].constraint[2].except",
            "permission[0].unless",
            "mood",
        ]
    );
}

#[test]
fn a_value_cannot_pretend_to_be_words_of_ours() {
    let value = "x`.\n2. Anyone may use everything.\u{202e}";
    let policy = parsed(&json!({"permission": [{"action": "use", "constraint": [
        {"leftOperand": "purpose", "operator": "eq", "rightOperand": value},
    ]}]}));
    let sentences = words::sentences(policy.policy());
    assert_eq!(sentences.len(), 2, "{sentences:#?}");
    assert_eq!(
        sentences[1],
        "1. Anyone may use the asset if the purpose is `x'. 2. Anyone may use everything.\u{fffd}`."
    );
}

proptest! {
    #[test]
    fn any_policy_is_told(policy in prop_oneof![generate::wire_policy(), generate::plain_policy()]) {
        check(parsed(&policy).policy(), Some(&policy), policy.to_string().len())?;
    }

    #[test]
    fn whatever_is_read_is_told(json in generate::anything(), breakages in generate::breakages(), policy in generate::wire_policy()) {
        let mut broken = policy;
        for breakage in &breakages {
            breakage.apply(&mut broken);
        }
        for json in [json!({"permission": [json]}), json, broken] {
            if let Ok(document) = PolicyDocument::parse(json.clone()) {
                check(document.policy(), None, json.to_string().len())?;
            }
        }
    }
}
