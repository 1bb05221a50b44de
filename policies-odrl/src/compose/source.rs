//! The rules behind a normal form, so that it can be written as a policy again.

use std::sync::Arc;

use super::Refusal;
use super::knowledge::Knowledge;
use super::reading::{duty_key, each_atomic};
use crate::model::{
    Action, Conflict, Connective, Constraint, Duty, Entity, LogicalConstraint, Permission, Policy, PolicyKind,
    Prohibition, RuleTerms,
};
use crate::profile::catenax;
use crate::value::Typed;
use crate::{PolicyDocument, action};

/// Between two names of which one rule would have to have both.
const BOTH: char = '\u{1e}';

/// Rules that say by themselves all that they need. A prohibition keeps the constraints of the policy apart from its own, because
/// some of its own forbid each alone.
pub(super) fn laid_out(policy: &Policy) -> Policy {
    if policy.shared == RuleTerms::default() {
        return policy.clone();
    }
    let mut policy = policy.clone();
    let shared = std::mem::take(&mut policy.shared.constraints);
    let mut policy = policy.distributed();
    for terms in policy.permissions.iter_mut().map(|rule| &mut rule.terms) {
        terms.constraints.extend(shared.iter().cloned());
    }
    for duty in &mut policy.obligations {
        duty.terms.constraints.extend(shared.iter().cloned());
    }
    if !shared.is_empty() {
        for prohibition in &mut policy.prohibitions {
            prohibition.terms.constraints.push(all_of(&shared));
        }
    }
    policy.shared.targets.clear();
    policy.shared.assigners.clear();
    policy.shared.assignees.clear();
    policy
}

fn all_of(constraints: &[Constraint]) -> Constraint {
    Constraint::Logical(LogicalConstraint {
        id: None,
        connective: Connective::And,
        operands: constraints.to_vec(),
        unknown: Vec::new(),
    })
}

/// What a duty demands, apart from when it is in force.
pub(super) fn without_conditions(duty: &Duty) -> (Arc<str>, Duty) {
    let mut bare = duty.clone();
    bare.terms.id = None;
    bare.terms.constraints.clear();
    (duty_key(&bare), bare)
}

/// Rules that together permit what both permit: each permission of one with each of the other.
pub(super) fn meet(one: &Policy, two: &Policy) -> Policy {
    let mut met = Policy { kind: PolicyKind::Set, conflict: Conflict::Prohibit, ..Policy::default() };
    met.profiles = joined(&one.profiles, &two.profiles);
    met.timestamp = one.timestamp.clone().or_else(|| two.timestamp.clone());
    if differing_times(one, two) {
        met.timestamp = Some(String::new());
    }
    for mine in &one.permissions {
        for theirs in &two.permissions {
            let mut kept = both(mine, theirs);
            let keeps = |policy: &Policy, rule: &Permission| catenax::keeps_to_itself(policy, &rule.terms);
            if let Some(rule) = &mut kept
                && (is_kept(mine)
                    || is_kept(theirs)
                    || ((keeps(one, mine) || keeps(two, theirs)) && !keeps(&met, rule)))
            {
                rule.terms.id = Some(BOTH.to_string());
            }
            met.permissions.extend(kept);
        }
    }
    met.permissions.dedup();
    let winning =
        |policy: &Policy| if policy.conflict == Conflict::Permit { Vec::new() } else { policy.prohibitions.clone() };
    met.prohibitions = joined(&unnamed(winning(one)), &unnamed(winning(two)));
    met.obligations = joined(&one.obligations, &two.obligations);
    met.unknown = joined(&one.unknown, &two.unknown);
    met.doubts = one.doubts.iter().chain(&two.doubts).cloned().collect();
    met
}

/// Whether nothing may be passed on under a rule, which its own terms do not say any more.
fn is_kept(rule: &Permission) -> bool {
    rule.terms.id.as_deref().is_some_and(|id| id.starts_with(BOTH))
}

fn unnamed(mut prohibitions: Vec<Prohibition>) -> Vec<Prohibition> {
    prohibitions.iter_mut().for_each(|prohibition| prohibition.terms.id = None);
    prohibitions
}

fn differing_times(one: &Policy, two: &Policy) -> bool {
    one.timestamp != two.timestamp && one.timestamp.is_some() && two.timestamp.is_some()
}

fn joined<T: Clone + PartialEq>(one: &[T], two: &[T]) -> Vec<T> {
    let mut all = one.to_vec();
    two.iter().for_each(|item| {
        if !all.contains(item) {
            all.push(item.clone());
        }
    });
    all
}

/// One permission for what two permit: for each pair of actions of which one includes the other.
fn both(one: &Permission, two: &Permission) -> Option<Permission> {
    let actions: Vec<Action> = one
        .terms
        .actions
        .iter()
        .flat_map(|mine| two.terms.actions.iter().filter_map(move |theirs| narrower(mine, theirs)))
        .collect();
    let terms = RuleTerms {
        actions: joined(&[], &actions),
        targets: entities(&one.terms.targets, &two.terms.targets),
        assigners: entities(&one.terms.assigners, &two.terms.assigners),
        assignees: entities(&one.terms.assignees, &two.terms.assignees),
        functions: joined(&one.terms.functions, &two.terms.functions),
        relations: joined(&one.terms.relations, &two.terms.relations),
        constraints: joined(&one.terms.constraints, &two.terms.constraints),
        unknown: joined(&one.terms.unknown, &two.terms.unknown),
        id: None,
    };
    let mut duties = one.duties.clone();
    for duty in &two.duties {
        if !duties.iter().any(|known| duty_key(known) == duty_key(duty)) {
            duties.push(duty.clone());
        }
    }
    (!terms.actions.is_empty()).then_some(Permission { terms, duties })
}

fn narrower(one: &Action, two: &Action) -> Option<Action> {
    let iri = if action::covers(&one.iri, &two.iri) {
        &two.iri
    } else if action::covers(&two.iri, &one.iri) {
        &one.iri
    } else {
        return None;
    };
    let refinements = joined(&one.refinements, &two.refinements);
    Some(Action { iri: iri.clone(), refinements, unknown: joined(&one.unknown, &two.unknown) })
}

/// Where two name an entity, both are noted; knowledge says later which of them is the narrower one.
fn entities(one: &[Entity], two: &[Entity]) -> Vec<Entity> {
    if two.is_empty() || one == two {
        return one.to_vec();
    }
    if one.is_empty() {
        return two.to_vec();
    }
    let pair = |mine: &Entity, theirs: &Entity| {
        let merged = |id: String| Entity {
            id: Some(id),
            collection: mine.collection || theirs.collection,
            source: None,
            part_of: joined(&mine.part_of, &theirs.part_of),
            refinements: joined(&mine.refinements, &theirs.refinements),
            unknown: joined(&mine.unknown, &theirs.unknown),
        };
        match (name(mine), name(theirs)) {
            (one, two) if one == two => merged(one.to_owned()),
            (one, two) => merged(format!("{one}{BOTH}{two}")),
        }
    };
    one.iter().flat_map(|mine| two.iter().map(move |theirs| pair(mine, theirs))).collect()
}

fn name(entity: &Entity) -> &str {
    entity.id.as_deref().or(entity.source.as_deref()).unwrap_or_default()
}

/// The rules as a document.
pub(super) fn document(source: &Policy, knowledge: &Knowledge) -> Result<PolicyDocument, Refusal> {
    let mut policy = source.clone();
    if policy.timestamp.as_deref() == Some("") {
        if counts_from_signing(&policy) {
            return Err(Refusal::no_words("time of signing", "one agreement", "another"));
        }
        policy.timestamp = None;
    }
    let mut permissions = Vec::new();
    for mut permission in policy.permissions {
        if is_kept(&permission) {
            return Err(Refusal::passes_on());
        }
        let terms = &mut permission.terms;
        let met = [
            narrowed(&mut terms.targets, "target", knowledge)?,
            narrowed(&mut terms.assigners, "assigner", knowledge)?,
            narrowed(&mut terms.assignees, "assignee", knowledge)?,
        ];
        if met == [true; 3] {
            permissions.push(permission);
        }
    }
    policy.permissions = permissions;
    let json = policy.canonical_json();
    PolicyDocument::parse(json).map_err(|error| Refusal {
        code: "policy.composition.no-words",
        path: error.path.clone(),
        sentence: format!("the composed policy cannot be written: {error}"),
    })
}

/// Puts the narrower name where both were noted; false where nothing is left.
fn narrowed(entities: &mut Vec<Entity>, what: &str, knowledge: &Knowledge) -> Result<bool, Refusal> {
    let before = entities.len();
    let mut kept = Vec::new();
    for mut entity in std::mem::take(entities) {
        let Some((one, two)) = entity.id.as_deref().and_then(|id| id.split_once(BOTH)) else {
            kept.push(entity);
            continue;
        };
        let id = match (knowledge.is_part(one, two), knowledge.is_part(two, one)) {
            (Some(true), _) => one.to_owned(),
            (_, Some(true)) => two.to_owned(),
            (Some(false), Some(false)) if knowledge.has_nothing_in_both(one, two) => continue,
            (_, _) => return Err(Refusal::no_words(what, one, two)),
        };
        entity.id = Some(id);
        kept.push(entity);
    }
    *entities = kept;
    Ok(before == 0 || !entities.is_empty())
}

fn counts_from_signing(policy: &Policy) -> bool {
    let mut counts = false;
    let permissions = policy.permissions.iter().map(|rule| &rule.terms);
    for terms in permissions.chain(policy.prohibitions.iter().map(|rule| &rule.terms)) {
        each_atomic(&terms.constraints, &mut |atomic| {
            counts |= atomic.right_operands.iter().any(|right| matches!(right.typed(), Typed::SinceAgreement(_)))
                || atomic.meaning == crate::profile::Meaning::DaysOfUse;
        });
    }
    counts
}
