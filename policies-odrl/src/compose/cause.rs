//! As few terms of two policies as suffice for their conflict.

use std::sync::Arc;

use serde::Serialize;

use super::Normal;
use super::opinion::Opinion;
use crate::model::{Connective, Constraint, Policy};
use crate::sentence;

/// More terms than these are not tried one by one.
const MOST: usize = 64;

/// Why nothing is permitted by both of two policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SmallestCause {
    /// Terms that exclude each other, none of which can be left out. None at all where the policies are about different actions, assets
    /// or parties, or one of them permits nothing whatever its constraints are.
    pub grounds: Vec<Ground>,
    /// In words.
    pub sentence: String,
}

/// One term that takes part in a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// Whose it is.
    pub side: Side,
    /// Where in that policy.
    pub path: String,
    /// In words.
    pub sentence: String,
}

/// One of the two policies that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// The one that was asked.
    First,
    /// The one that it was compared with.
    Second,
}

/// Leaves out one term after the other, and keeps those without which there is no conflict.
pub(super) fn smallest(first: &Normal, second: &Normal) -> SmallestCause {
    let mut kept: Vec<Term> =
        terms(&first.source(), Side::First).into_iter().chain(terms(&second.source(), Side::Second)).collect();
    if kept.len() <= MOST {
        for index in (0..kept.len()).rev() {
            let mut fewer = kept.clone();
            fewer.remove(index);
            if still_conflict(first, second, &fewer) {
                kept = fewer;
            }
        }
    }
    let grounds: Vec<Ground> = kept.into_iter().map(|term| term.ground).collect();
    let sentence = if grounds.is_empty() {
        "the policies permit nothing together: they are about different actions, assets or parties, or one permits nothing at all".to_owned()
    } else {
        let said: Vec<String> =
            grounds.iter().map(|ground| format!("{} ({})", ground.sentence, ground.place())).collect();
        format!("the policies permit nothing together: {}", said.join(", but "))
    };
    SmallestCause { grounds, sentence }
}

impl Ground {
    fn place(&self) -> String {
        let side = match self.side {
            Side::First => "first",
            Side::Second => "second",
        };
        format!("{side} policy, {}", self.path)
    }
}

/// A constraint of a permission, or a prohibition.
#[derive(Clone)]
struct Term {
    ground: Ground,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Constraint(usize, usize),
    Prohibition(usize),
}

fn terms(policy: &Policy, side: Side) -> Vec<Term> {
    let mut found = Vec::new();
    for (rule, permission) in flat(policy).permissions.iter().enumerate() {
        for (index, constraint) in permission.terms.constraints.iter().enumerate() {
            let path = format!("permission[{rule}].constraint[{index}]");
            let ground = Ground { side, path, sentence: told(constraint) };
            found.push(Term { ground, place: Place::Constraint(rule, index) });
        }
    }
    for (rule, prohibition) in policy.prohibitions.iter().enumerate() {
        let actions: Vec<&str> = prohibition.terms.actions.iter().map(|action| action.iri.as_str()).collect();
        let actions: Vec<_> = actions.into_iter().map(crate::names::shown).collect();
        let sentence = format!("`{}` is prohibited", actions.join("`, `"));
        let ground = Ground { side, path: format!("prohibition[{rule}]"), sentence };
        found.push(Term { ground, place: Place::Prohibition(rule) });
    }
    found
}

fn told(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Atomic(atomic) => sentence::demand(atomic),
        Constraint::Logical(logical) => {
            let operands: Vec<String> = logical.operands.iter().map(told).collect();
            format!("{} ({})", logical.connective.name(), operands.join("; "))
        }
    }
}

/// The constraints of `and` beside each other, so that each can be left out alone.
fn flat(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    for permission in &mut policy.permissions {
        let mut constraints = Vec::new();
        for constraint in std::mem::take(&mut permission.terms.constraints) {
            match constraint {
                Constraint::Logical(logical)
                    if logical.connective == Connective::And && !logical.operands.is_empty() =>
                {
                    constraints.extend(logical.operands);
                }
                other @ (Constraint::Atomic(_) | Constraint::Logical(_)) => constraints.push(other),
            }
        }
        permission.terms.constraints = constraints;
    }
    policy
}

fn still_conflict(first: &Normal, second: &Normal, kept: &[Term]) -> bool {
    let reduced = |normal: &Normal, side: Side| {
        let mut policy = flat(&normal.source());
        let has = |place: Place| kept.iter().any(|term| term.ground.side == side && term.place == place);
        for (rule, permission) in policy.permissions.iter_mut().enumerate() {
            let mut index = 0..;
            permission
                .terms
                .constraints
                .retain(|_| index.next().is_some_and(|index| has(Place::Constraint(rule, index))));
        }
        let mut index = 0..;
        policy.prohibitions.retain(|_| index.next().is_some_and(|index| has(Place::Prohibition(index))));
        Normal::with(&policy, &Arc::clone(&normal.knowledge), normal.bound)
    };
    match (reduced(first, Side::First), reduced(second, Side::Second)) {
        (Ok(one), Ok(two)) => matches!(one.shared(&two), Opinion::No),
        (_, _) => false,
    }
}
