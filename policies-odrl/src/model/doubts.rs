//! What keeps any request from being permitted, found once when a policy was read or made.

use super::{Action, Cause, Conflict, Constraint, Doubt, Duty, Entity, Operator, Policy, RuleTerms, Unknown};
use crate::names::{self, shown};
use crate::{action, profile};

impl Policy {
    /// Finds the doubts of the policy as it is now.
    pub(crate) fn doubt(&mut self) {
        self.doubts = Search::of(self);
    }
}

#[derive(Default)]
struct Search {
    doubts: Vec<Doubt>,
    /// Whether the policy says no action for all its rules.
    has_no_action: bool,
}

impl Search {
    fn of(policy: &Policy) -> Vec<Doubt> {
        let mut search = Self { has_no_action: policy.shared.actions.is_empty(), ..Self::default() };
        let (early, late): (Vec<_>, Vec<_>) =
            policy.unknown.iter().partition(|unknown| unknown.member.starts_with('@'));
        search.unknown("", early);
        search.header(policy);
        search.qualifiers("", &policy.shared);
        for (index, permission) in policy.permissions.iter().enumerate() {
            let path = format!("permission[{index}]");
            search.rule(&path, &permission.terms);
            search.duties(&format!("{path}.duty"), &permission.duties);
        }
        for (index, prohibition) in policy.prohibitions.iter().enumerate() {
            let path = format!("prohibition[{index}]");
            search.rule(&path, &prohibition.terms);
            search.duties(&format!("{path}.remedy"), &prohibition.remedies);
        }
        search.duties("obligation", &policy.obligations);
        search.unknown("", late);
        search.doubts
    }

    fn header(&mut self, policy: &Policy) {
        for profile in policy.profiles.iter().filter(|profile| !profile::is_known(profile)) {
            self.add("profile", Cause::Profile, profile);
        }
        for parent in &policy.inherit_from {
            self.add("inheritFrom", Cause::Inheritance, parent);
        }
        for heir in &policy.replaced_by {
            self.add("isReplacedBy", Cause::Replaced, heir);
        }
        match &policy.conflict {
            Conflict::Invalid | Conflict::Prohibit | Conflict::Permit => {}
            Conflict::Unknown(name) => self.add("conflict", Cause::Conflict, name),
        }
    }

    fn duties(&mut self, path: &str, duties: &[Duty]) {
        for (index, duty) in duties.iter().enumerate() {
            let path = format!("{path}[{index}]");
            self.rule(&path, &duty.terms);
            self.duties(&format!("{path}.consequence"), &duty.consequences);
        }
    }

    fn rule(&mut self, path: &str, terms: &RuleTerms) {
        if terms.actions.is_empty() && (self.has_no_action || path.contains('.')) {
            self.add(&names::joined(path, "action"), Cause::Action, "");
        }
        self.qualifiers(path, terms);
        self.unknown(path, &terms.unknown);
    }

    fn qualifiers(&mut self, path: &str, terms: &RuleTerms) {
        for (member, entities) in
            [("target", &terms.targets), ("assigner", &terms.assigners), ("assignee", &terms.assignees)]
        {
            for (index, entity) in entities.iter().enumerate() {
                self.entity(&format!("{}[{index}]", names::joined(path, member)), entity);
            }
        }
        for related in [&terms.functions, &terms.relations] {
            for (index, (member, entity)) in related.iter().enumerate() {
                let before = related.iter().take(index).filter(|(other, _)| other == member).count();
                self.entity(&format!("{}[{before}]", names::joined(path, &shown(member))), entity);
            }
        }
        for (index, action) in terms.actions.iter().enumerate() {
            self.action(&format!("{}[{index}]", names::joined(path, "action")), action);
        }
        self.constraints(&names::joined(path, "constraint"), &terms.constraints);
    }

    fn entity(&mut self, path: &str, entity: &Entity) {
        self.constraints(&format!("{path}.refinement"), &entity.refinements);
        self.unknown(path, &entity.unknown);
    }

    fn action(&mut self, path: &str, action: &Action) {
        self.constraints(&format!("{path}.refinement"), &action.refinements);
        self.unknown(path, &action.unknown);
        if !action::is_known(&action.iri) {
            self.add(path, Cause::Action, &action.iri);
        }
    }

    fn constraints(&mut self, path: &str, constraints: &[Constraint]) {
        for (index, constraint) in constraints.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match constraint {
                Constraint::Atomic(atomic) => {
                    if let Operator::Unknown(name) = &atomic.operator {
                        self.add(&format!("{path}.operator"), Cause::Operator, name);
                    }
                    self.unknown(&path, &atomic.unknown);
                }
                Constraint::Logical(logical) => {
                    self.constraints(&format!("{path}.{}", logical.connective.name()), &logical.operands);
                    self.unknown(&path, &logical.unknown);
                }
            }
        }
    }

    fn unknown<'a>(&mut self, path: &str, unknown: impl IntoIterator<Item = &'a Unknown>) {
        for Unknown { member, value } in unknown {
            let shown = if member.starts_with('@') { value } else { "" };
            self.add(&names::joined(path, member), Cause::Member, shown);
        }
    }

    fn add(&mut self, path: &str, cause: Cause, name: &str) {
        self.doubts.push(Doubt { path: path.to_owned(), cause, name: name.to_owned() });
    }
}
