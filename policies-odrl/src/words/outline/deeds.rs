//! Who may, must or must not do what.

use super::super::Role;
use super::super::actions::deed;
use super::super::text::{list, quoted, spaced};
use crate::model::{Constraint, Entity, Policy, PolicyKind, RuleTerms};
use crate::names::CATENAX_POLICY;

/// Actions of one rule beyond these are counted.
const MAX_ACTIONS: usize = 20;
/// Parties and assets of one rule beyond these are counted.
const MAX_ENTITIES: usize = 20;

/// The rule without its conditions: who may use what.
pub(super) fn label(policy: &Policy, role: Role, terms: &RuleTerms, parent: Option<&RuleTerms>) -> String {
    let shared = &policy.shared;
    let own = |own: &'_ [Entity], shared: &'_ [Entity]| -> Vec<Entity> {
        if own.is_empty() && parent.is_none() { shared.to_vec() } else { own.to_vec() }
    };
    let assignees = own(&terms.assignees, &shared.assignees);
    let targets = own(&terms.targets, &shared.targets);
    let forbids = role == Role::Prohibition;
    if role == Role::Obligation && provides(&terms.constraints) {
        return format!("the assigner must provide {}", object(&targets, forbids));
    }
    let actions = if terms.actions.is_empty() && parent.is_none() { &shared.actions } else { &terms.actions };
    let object = object(&targets, forbids);
    let deeds: Vec<_> = actions.iter().take(MAX_ACTIONS).map(|action| deed(&action.iri, &object)).collect();
    let more = actions.len().saturating_sub(MAX_ACTIONS);
    let more = (more > 0).then(|| format!("do {more} more actions"));
    let deeds = list(deeds.into_iter().chain(more), if forbids { "or" } else { "and" });
    format!("{} {deeds}{}", subject(policy, role, &assignees, parent), besides(policy, terms))
}

/// The words before the verb.
fn subject(policy: &Policy, role: Role, assignees: &[Entity], parent: Option<&RuleTerms>) -> String {
    if role == Role::Prohibition {
        return match assignees {
            [] => format!("{} must not", anybody(policy)).replace("anyone must not", "nobody may"),
            [one] if is_collection(one) => format!("no member of {} may", names(assignees).join("")),
            [_] => format!("{} must not", names(assignees).join("")),
            [_, _, ..] => format!("none of {} may", list(names(assignees), "and")),
        };
    }
    let above = parent.map(|parent| {
        if parent.assignees.is_empty() { policy.shared.assignees.as_slice() } else { parent.assignees.as_slice() }
    });
    let who = match (assignees, above, role) {
        ([one], _, _) => one_of(one, "every"),
        ([_, _, ..], _, _) => format!("each of {}", list(names(assignees), "and")),
        ([], Some([one]), _) if !is_collection(one) => one_of(one, "every"),
        ([], Some(_), Role::Remedy) => "whoever infringed it".to_owned(),
        ([], Some(_), Role::Consequence) => "whoever owes it".to_owned(),
        ([], Some(_), _) => "whoever does so".to_owned(),
        ([], None, Role::Obligation) => anybody(policy).replace("anyone", "whoever is bound by this policy"),
        ([], None, _) => anybody(policy).to_owned(),
    };
    let modal = if role == Role::Permission {
        "may"
    } else if role == Role::Consequence {
        "must also"
    } else {
        "must"
    };
    format!("{who} {modal}")
}

/// Whom a rule is for that names nobody.
fn anybody(policy: &Policy) -> &'static str {
    match policy.kind {
        PolicyKind::Offer => "whoever accepts this offer",
        PolicyKind::Agreement | PolicyKind::Request => "the assignee",
        PolicyKind::Ticket => "whoever holds this ticket",
        PolicyKind::Set | PolicyKind::Assertion | PolicyKind::Privacy => "anyone",
    }
}

fn object(targets: &[Entity], forbids: bool) -> String {
    let every = if forbids { "any" } else { "every" };
    match targets {
        [] => "the asset".to_owned(),
        [one] => one_of(one, every),
        [_, _, ..] if forbids => format!("any of {}", list(names(targets), "or")),
        [_, _, ..] => format!("each of {}", list(names(targets), "and")),
    }
}

fn one_of(entity: &Entity, every: &str) -> String {
    let name = names(std::slice::from_ref(entity)).join("");
    if is_collection(entity) { format!("{every} member of {name}") } else { name }
}

fn is_collection(entity: &Entity) -> bool {
    entity.collection || entity.source.is_some() || !entity.refinements.is_empty()
}

/// Assigner, other parties and related assets of a rule, where it names some.
fn besides(policy: &Policy, terms: &RuleTerms) -> String {
    let mut words = String::new();
    if !terms.assigners.is_empty() && terms.assigners != policy.shared.assigners {
        words = format!(", as {} grants", list(names(&terms.assigners), "and"));
    }
    for (iri, entity) in terms.functions.iter().chain(&terms.relations).take(MAX_ENTITIES) {
        let name = iri.rsplit(['/', '#']).next().unwrap_or(iri);
        words = format!("{words}, with {} as the {}", names(std::slice::from_ref(entity)).join(""), spaced(name));
    }
    words
}

/// The names of parties or assets; many are cut short, and the rest counted.
pub(super) fn names(entities: &[Entity]) -> Vec<String> {
    let more = entities.len().saturating_sub(MAX_ENTITIES);
    let more = (more > 0).then(|| format!("{more} more"));
    let named = entities.iter().take(MAX_ENTITIES).map(|entity| {
        let name = quoted(entity.id.as_deref().or(entity.source.as_deref()).unwrap_or_default());
        match entity.part_of.as_slice() {
            [] => name,
            wholes => {
                format!("{name} (part of {})", list(wholes.iter().take(MAX_ENTITIES).map(|whole| quoted(whole)), "and"))
            }
        }
    });
    named.chain(more).collect()
}

/// A member for a collection, the name for anything else.
pub(super) fn members(entity: &Entity, name: &str) -> String {
    if is_collection(entity) { format!("a member of {}", quoted(name)) } else { quoted(name) }
}

/// Whether an obligation is the one of CX-0152 that binds the provider: how long data is provided. Its action says
/// `use` all the same.
fn provides(constraints: &[Constraint]) -> bool {
    constraints.iter().any(|constraint| match constraint {
        Constraint::Atomic(atomic) => {
            atomic.left_operand.strip_prefix(CATENAX_POLICY).is_some_and(|name| name.starts_with("DataProvisioning"))
        }
        Constraint::Logical(logical) => provides(&logical.operands),
    })
}
