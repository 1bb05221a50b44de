//! The rules of the ODRL 2.2 information model that the reader does not enforce.

use crate::model::{Action, Constraint, Duty, Entity, Operator, Policy, PolicyKind, RuleTerms};
use crate::names::joined;
use crate::profile::Finding;

/// A finding in each of so many places is enough.
const MAX_FINDINGS: usize = 100;

impl Policy {
    /// What the information model demands and this policy lacks, in the order of the policy; no more than 100 findings. Empty for
    /// every policy that the Dataspace Protocol allows and that says what it says in ODRL's way: an offer there leaves out its target
    /// and its parties, because the message around it names them.
    ///
    /// Vocabulary that is not known is none of this: [`profile::check`](crate::profile::check) finds it.
    pub fn validity(&self) -> Vec<Finding> {
        let mut search = Search { policy: self, findings: Vec::new(), ids: Vec::new() };
        search.header();
        for (index, permission) in self.permissions.iter().enumerate() {
            let path = format!("permission[{index}]");
            search.rule(&path, &permission.terms, true);
            search.duties(&format!("{path}.duty"), &permission.duties, Within::Rule);
        }
        for (index, prohibition) in self.prohibitions.iter().enumerate() {
            let path = format!("prohibition[{index}]");
            search.rule(&path, &prohibition.terms, true);
            search.duties(&format!("{path}.remedy"), &prohibition.remedies, Within::Remedy);
        }
        search.duties("obligation", &self.obligations, Within::Policy);
        search.findings.truncate(MAX_FINDINGS);
        search.findings
    }
}

/// Where a duty stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Policy,
    Rule,
    Remedy,
    Consequence,
}

struct Search<'a> {
    policy: &'a Policy,
    findings: Vec<Finding>,
    ids: Vec<&'a str>,
}

impl<'a> Search<'a> {
    fn header(&mut self) {
        let policy = self.policy;
        if policy.id.is_none() {
            self.add("@id", "policy.id", "the policy has no name", "give it an `@id`");
        }
        if policy.permissions.is_empty() && policy.prohibitions.is_empty() && policy.obligations.is_empty() {
            let hint = "give it a permission, a prohibition or an obligation";
            self.add("", "policy.rules", "the policy has no rules", hint);
        }
        if policy.id.as_ref().is_some_and(|id| policy.inherit_from.contains(id)) {
            self.add("inheritFrom", "policy.inherits_itself", "the policy inherits from itself", "leave that out");
        }
        let all = |of: fn(&RuleTerms) -> &Vec<Entity>| {
            !of(&policy.shared).is_empty() || self.rules().all(|rule| !of(rule).is_empty())
        };
        let (assigner, assignee) = (all(|rule| &rule.assigners), all(|rule| &rule.assignees));
        let named =
            self.rules().chain([&policy.shared]).any(|rule| !rule.assigners.is_empty() || !rule.assignees.is_empty());
        let demanded: &[(&str, bool)] = match policy.kind {
            PolicyKind::Agreement => &[("assigner", assigner), ("assignee", assignee)],
            // Without any party the message around the offer names them.
            PolicyKind::Offer if named => &[("assigner", assigner)],
            PolicyKind::Request if named => &[("assignee", assignee)],
            PolicyKind::Set
            | PolicyKind::Offer
            | PolicyKind::Request
            | PolicyKind::Ticket
            | PolicyKind::Assertion
            | PolicyKind::Privacy => &[],
        };
        let kind = policy.kind.name();
        for (member, _) in demanded.iter().filter(|(_, present)| !present) {
            let sentence = format!("an {kind} needs an {member}, for all its rules or in each of them");
            self.add(member, "policy.party", &sentence, "name the party");
        }
        self.qualifiers("", &policy.shared);
    }

    fn rules(&self) -> impl Iterator<Item = &'a RuleTerms> + use<'a> {
        let policy = self.policy;
        let permissions = policy.permissions.iter().map(|rule| &rule.terms);
        let prohibitions = policy.prohibitions.iter().map(|rule| &rule.terms);
        permissions.chain(prohibitions).chain(policy.obligations.iter().map(|rule| &rule.terms))
    }

    /// `grants` is whether it is a permission or a prohibition, which are about an asset.
    fn rule(&mut self, path: &str, terms: &'a RuleTerms, grants: bool) {
        let shared = &self.policy.shared;
        let within = path.contains('.');
        if terms.actions.is_empty() && (within || shared.actions.is_empty()) {
            let sentence = "the rule has no action";
            self.add(&joined(path, "action"), "rule.action", sentence, "name the action");
        }
        let targets = !terms.targets.is_empty() || !shared.targets.is_empty();
        if grants && !targets && self.policy.kind == PolicyKind::Agreement {
            let sentence = "a rule of an agreement needs a target";
            self.add(&joined(path, "target"), "rule.target", sentence, "name the asset");
        }
        if let Some(id) = &terms.id {
            if self.ids.contains(&id.as_str()) {
                let sentence = format!("another rule is named {id} as well");
                self.add(&joined(path, "@id"), "rule.id", &sentence, "give each rule a name of its own, or none");
            }
            self.ids.push(id);
        }
        self.qualifiers(path, terms);
    }

    fn duties(&mut self, path: &str, duties: &'a [Duty], place: Within) {
        for (index, duty) in duties.iter().enumerate() {
            let path = format!("{path}[{index}]");
            self.rule(&path, &duty.terms, false);
            let forbidden = match place {
                Within::Policy | Within::Rule => None,
                Within::Remedy => Some("a remedy may not have consequences"),
                Within::Consequence => Some("a consequence may not have consequences"),
            };
            if let Some(sentence) = forbidden.filter(|_| !duty.consequences.is_empty()) {
                let hint = "make it a duty beside this one";
                self.add(&format!("{path}.consequence"), "duty.consequence", sentence, hint);
            }
            self.duties(&format!("{path}.consequence"), &duty.consequences, Within::Consequence);
        }
    }

    fn qualifiers(&mut self, path: &str, terms: &RuleTerms) {
        let named = [("target", &terms.targets), ("assigner", &terms.assigners), ("assignee", &terms.assignees)];
        for (member, entities) in named {
            for (index, entity) in entities.iter().enumerate() {
                self.entity(&format!("{}[{index}]", joined(path, member)), entity);
            }
        }
        for (name, entity) in terms.functions.iter().chain(&terms.relations) {
            self.entity(&joined(path, &crate::names::shown(name)), entity);
        }
        for (index, Action { refinements, .. }) in terms.actions.iter().enumerate() {
            self.constraints(&format!("{}[{index}].refinement", joined(path, "action")), refinements);
        }
        self.constraints(&joined(path, "constraint"), &terms.constraints);
    }

    fn entity(&mut self, path: &str, entity: &Entity) {
        if !entity.refinements.is_empty() && !entity.collection {
            let hint = "give it the `@type` AssetCollection or PartyCollection";
            self.add(path, "collection.type", "only a collection may have a refinement", hint);
        }
        if !entity.refinements.is_empty() && entity.source.is_none() {
            let sentence = "a collection with a refinement is no longer the collection of that name";
            self.add(path, "collection.source", sentence, "name the collection with `source` in place of `@id`");
        }
        self.constraints(&format!("{path}.refinement"), &entity.refinements);
    }

    fn constraints(&mut self, path: &str, constraints: &[Constraint]) {
        for (index, constraint) in constraints.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match constraint {
                Constraint::Logical(logical) => {
                    let name = logical.connective.name();
                    if logical.operands.is_empty() {
                        let sentence = format!("`{name}` joins no constraints");
                        self.add(
                            &joined(&path, name),
                            "constraint.empty",
                            &sentence,
                            "give it constraints, or leave it out",
                        );
                    }
                    self.constraints(&joined(&path, name), &logical.operands);
                }
                Constraint::Atomic(atomic) => {
                    let (values, references) = (atomic.right_operands.len(), atomic.references.len());
                    let (sentence, hint) = match (values, references) {
                        (0, 0) => ("the constraint compares with nothing", "give it a `rightOperand`"),
                        (1.., 1..) => ("the constraint has values and references", "keep one of them"),
                        _ if values + references > 1 && !takes_several(&atomic.operator) => (
                            "the operator compares with one value, and there are several",
                            "use `isAnyOf`, or one constraint for each",
                        ),
                        _ => continue,
                    };
                    self.add(&joined(&path, "rightOperand"), "constraint.right_operand", sentence, hint);
                }
            }
        }
    }

    fn add(&mut self, path: &str, code: &'static str, sentence: &str, hint: &str) {
        if self.findings.len() < MAX_FINDINGS {
            let (path, sentence, hint) = (path.to_owned(), sentence.to_owned(), hint.to_owned());
            self.findings.push(Finding { path, code, sentence, hint });
        }
    }
}

fn takes_several(operator: &Operator) -> bool {
    match operator {
        Operator::IsAllOf
        | Operator::IsAnyOf
        | Operator::IsNoneOf
        | Operator::IsA
        | Operator::HasPart
        | Operator::IsPartOf
        | Operator::Unknown(_) => true,
        Operator::Eq | Operator::Neq | Operator::Lt | Operator::Lteq | Operator::Gt | Operator::Gteq => false,
    }
}
