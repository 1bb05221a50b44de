//! From the model to the tree.

mod deeds;
mod header;

use std::cell::Cell;

use super::phrase;
use super::text::{cut, quoted};
use super::{Node, Role, Standing, enforcement};
use crate::model::{
    Action, AtomicConstraint, Connective, Constraint, Duty, Entity, LogicalConstraint, Policy, RuleTerms, Unknown,
};
use crate::profile::Meaning;
use crate::{action, sentence};

/// A half sentence longer than this is cut.
const MAX_LABEL: usize = 8_000;
/// Parts beyond these are not told one by one: a policy with so many that are not understood is not understood as a
/// whole.
const MAX_UNKNOWN: usize = 500;

/// The tree of a policy.
pub(super) fn of(policy: &Policy) -> Node {
    let outline = Outline { policy, unknown: Cell::new(0) };
    let mut root = node(Role::Policy, "", header::title(policy));
    root.children = header::remarks(policy);
    outline.shared(&mut root.children);
    for (index, permission) in policy.permissions.iter().enumerate() {
        let path = format!("permission[{index}]");
        let mut rule = outline.rule(Role::Permission, &path, &permission.terms, None);
        outline.duties(Role::Duty, &path, &permission.duties, &permission.terms, &mut rule.children);
        root.children.push(rule);
    }
    for (index, prohibition) in policy.prohibitions.iter().enumerate() {
        let path = format!("prohibition[{index}]");
        let mut rule = outline.rule(Role::Prohibition, &path, &prohibition.terms, None);
        outline.duties(Role::Remedy, &path, &prohibition.remedies, &prohibition.terms, &mut rule.children);
        root.children.push(rule);
    }
    for (index, obligation) in policy.obligations.iter().enumerate() {
        let path = format!("obligation[{index}]");
        let mut rule = outline.rule(Role::Obligation, &path, &obligation.terms, None);
        rule.enforcement = Some(enforcement::of_duty());
        outline.duties(Role::Consequence, &path, &obligation.consequences, &obligation.terms, &mut rule.children);
        root.children.push(rule);
    }
    outline.members("", &policy.unknown, &mut root.children);
    outline.doubts(&mut root);
    root
}

struct Outline<'a> {
    policy: &'a Policy,
    /// How many parts were told that are not understood.
    unknown: Cell<usize>,
}

impl Outline<'_> {
    /// Conditions that a compact policy states once.
    fn shared(&self, into: &mut Vec<Node>) {
        let shared = &self.policy.shared;
        if !shared.constraints.is_empty() {
            let mut all =
                node(Role::Shared, "constraint", "every permission and every prohibition applies only if".to_owned());
            self.conditions("constraint", &shared.constraints, false, &mut all.children);
            into.push(all);
        }
        self.members("", &shared.unknown, into);
    }

    fn rule(&self, role: Role, path: &str, terms: &RuleTerms, parent: Option<&RuleTerms>) -> Node {
        let mut rule = node(role, path, deeds::label(self.policy, role, terms, parent));
        self.actions(path, terms, parent.is_none(), &mut rule.children);
        let shared = &self.policy.shared;
        let all = [
            ("target", &terms.targets, &shared.targets),
            ("assigner", &terms.assigners, &shared.assigners),
            ("assignee", &terms.assignees, &shared.assignees),
        ];
        for (member, own, shared) in all {
            let (entities, at) = if own.is_empty() && parent.is_none() {
                (shared, member.to_owned())
            } else {
                (own, format!("{path}.{member}"))
            };
            entities.iter().enumerate().for_each(|(index, entity)| {
                self.entity(&format!("{at}[{index}]"), entity, &mut rule.children);
            });
        }
        for (iri, entity) in terms.functions.iter().chain(&terms.relations) {
            let name = iri.rsplit(['/', '#']).next().unwrap_or(iri);
            self.entity(&format!("{path}.{name}"), entity, &mut rule.children);
        }
        let constraints = format!("{path}.constraint");
        self.conditions(&constraints, &terms.constraints, role == Role::Prohibition, &mut rule.children);
        self.members(path, &terms.unknown, &mut rule.children);
        rule
    }

    fn duties(&self, role: Role, path: &str, duties: &[Duty], parent: &RuleTerms, into: &mut Vec<Node>) {
        let member = match role {
            Role::Duty => "duty",
            Role::Remedy => "remedy",
            Role::Consequence
            | Role::Policy
            | Role::Remark
            | Role::Permission
            | Role::Prohibition
            | Role::Obligation
            | Role::Refinement
            | Role::Condition
            | Role::Manner
            | Role::Term
            | Role::Shared
            | Role::All
            | Role::Any
            | Role::One
            | Role::Sequence
            | Role::Unknown => "consequence",
        };
        for (index, duty) in duties.iter().enumerate() {
            let path = format!("{path}.{member}[{index}]");
            let mut told = self.rule(role, &path, &duty.terms, Some(parent));
            told.enforcement = Some(enforcement::of_duty());
            self.duties(Role::Consequence, &path, &duty.consequences, &duty.terms, &mut told.children);
            into.push(told);
        }
    }

    fn actions(&self, path: &str, terms: &RuleTerms, shares: bool, into: &mut Vec<Node>) {
        let (actions, at) = if terms.actions.is_empty() && shares {
            (&self.policy.shared.actions, "action".to_owned())
        } else {
            (&terms.actions, format!("{path}.action"))
        };
        for (index, Action { iri, refinements, unknown }) in actions.iter().enumerate() {
            let path = format!("{at}[{index}]");
            if !action::is_known(iri) {
                self.not_understood(&path, format!("the action {} is not understood here", quoted(iri)), into);
            }
            if !refinements.is_empty() {
                let label = format!("to {}", super::actions::deed(iri, "the asset"));
                let mut narrowed = node(Role::Refinement, &path, format!("{label} counts here only"));
                self.conditions(&format!("{path}.refinement"), refinements, false, &mut narrowed.children);
                into.push(narrowed);
            }
            self.members(&path, unknown, into);
        }
    }

    fn entity(&self, path: &str, entity: &Entity, into: &mut Vec<Node>) {
        if !entity.refinements.is_empty() {
            let name = entity.source.as_deref().or(entity.id.as_deref()).unwrap_or_default();
            let mut narrowed =
                node(Role::Refinement, path, format!("{} counts here only", deeds::members(entity, name)));
            self.conditions(&format!("{path}.refinement"), &entity.refinements, false, &mut narrowed.children);
            into.push(narrowed);
        }
        self.members(path, &entity.unknown, into);
    }

    fn conditions(&self, path: &str, constraints: &[Constraint], forbidding: bool, into: &mut Vec<Node>) {
        let numbered = constraints.iter().enumerate();
        into.extend(numbered.map(|(index, constraint)| {
            let path = format!("{path}[{index}]");
            match constraint {
                Constraint::Atomic(atomic) => self.condition(path, atomic, forbidding),
                Constraint::Logical(logical) => self.group(path, logical, forbidding),
            }
        }));
    }

    fn condition(&self, path: String, constraint: &AtomicConstraint, forbidding: bool) -> Node {
        let role = if constraint.meaning == Meaning::Always {
            Role::Term
        } else if forbidding && constraint.meaning.names_the_forbidden() {
            Role::Manner
        } else {
            Role::Condition
        };
        let mut told = node(role, &path, phrase::condition(constraint));
        told.enforcement = Some(enforcement::of_constraint(constraint));
        self.members(&path, &constraint.unknown, &mut told.children);
        told
    }

    fn group(&self, path: String, logical: &LogicalConstraint, forbidding: bool) -> Node {
        let (role, label) = match logical.connective {
            Connective::And => (Role::All, "all of these hold"),
            Connective::Or => (Role::Any, "at least one of these holds"),
            Connective::Xone => (Role::One, "exactly one of these holds"),
            Connective::AndSequence => (Role::Sequence, "all of these hold, one after the other in this order"),
        };
        let mut told = node(role, &path, label.to_owned());
        let operands = format!("{path}.{}", logical.connective.name());
        self.conditions(&operands, &logical.operands, forbidding && role == Role::All, &mut told.children);
        if logical.operands.is_empty() {
            let words = format!("`{}` joins no conditions, which is not understood here", logical.connective.name());
            self.not_understood(&operands, words, &mut told.children);
        }
        self.members(&path, &logical.unknown, &mut told.children);
        told
    }

    fn members(&self, path: &str, unknown: &[Unknown], into: &mut Vec<Node>) {
        for Unknown { member, value } in unknown {
            let path = if path.is_empty() { member.clone() } else { format!("{path}.{member}") };
            let words = format!("{} with the value {} is not understood here", quoted(member), quoted(value));
            self.not_understood(&path, words, into);
        }
    }

    fn not_understood(&self, path: &str, words: String, into: &mut Vec<Node>) {
        let told = self.unknown.replace(self.unknown.get() + 1);
        let words = match told {
            ..MAX_UNKNOWN => words,
            MAX_UNKNOWN => "more parts are not understood here than can be listed".to_owned(),
            _ => return,
        };
        let mut unknown = node(Role::Unknown, path, words);
        unknown.enforcement = Some(Standing::NotUnderstood);
        into.push(unknown);
    }

    /// Whatever keeps the policy from being decided and was not told yet.
    fn doubts(&self, root: &mut Node) {
        for doubt in &self.policy.doubts {
            let path = doubt.path.as_str();
            let is_told =
                |node: &Node| node.enforcement == Some(Standing::NotUnderstood) && path.starts_with(&node.path);
            if !any(root, &is_told) {
                let words = sentence::doubt(doubt);
                let words = words.trim_start_matches("refused: ").to_owned();
                self.not_understood(path, words, &mut root.children);
            }
        }
    }
}

fn any(node: &Node, test: &impl Fn(&Node) -> bool) -> bool {
    test(node) || node.children.iter().any(|child| any(child, test))
}

fn node(role: Role, path: &str, label: String) -> Node {
    let label = cut_label(label);
    Node { role, path: cut(path, MAX_LABEL), label, enforcement: None, children: Vec::new() }
}

fn cut_label(label: String) -> String {
    match label.char_indices().nth(MAX_LABEL) {
        Some((end, _)) => format!("{}…", label.get(..end).unwrap_or_default()),
        None => label,
    }
}
